#include "board.h"

#include <Arduino.h>
#include <esp_random.h>
#include <esp_sleep.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <sys/time.h>

namespace {

// Nobody measured anything with this program before; a clock that says so was not set.
constexpr int64_t kEarliestS = 1'767'225'600;  // 2026-01-01

}  // namespace

uint64_t BoardClock::monotonic_ms() { return base_ms_ + static_cast<uint64_t>(esp_timer_get_time()) / 1'000; }

bool BoardClock::utc_ms(int64_t& value) {
  timeval now = {};
  gettimeofday(&now, nullptr);
  value = static_cast<int64_t>(now.tv_sec) * 1'000 + now.tv_usec / 1'000;
  return now.tv_sec >= kEarliestS;
}

uint32_t BoardSystem::random() { return esp_random(); }

void BoardSystem::feed_watchdog() { esp_task_wdt_reset(); }

void BoardSystem::restart() { ESP.restart(); }

void BoardSystem::deep_sleep(uint32_t duration_s) {
  clock_.sleeps_for(duration_s);
  esp_sleep_enable_timer_wakeup(uint64_t{duration_s} * 1'000'000);
  esp_deep_sleep_start();
}

void BoardSystem::keep_configuration(uint32_t interval_ms, uint32_t sleep_s) {
  store_.save_configuration(interval_ms, sleep_s);
  needs_restart_ = (sleep_s > 0) != sleeps_;
}
