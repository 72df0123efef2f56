// The core's Clock and System ports on an ESP32.
#pragma once

#include "ahorrater/ports.h"
#include "settings.h"

// Runs on through deep sleep: what was slept is added to what the timer counts since the wake.
class BoardClock : public ahorrater::Clock {
 public:
  explicit BoardClock(uint64_t& base_ms) : base_ms_(base_ms) {}
  uint64_t monotonic_ms() override;
  bool utc_ms(int64_t& value) override;
  // Called last before a deep sleep of `duration_s`.
  void sleeps_for(uint32_t duration_s) { base_ms_ = monotonic_ms() + uint64_t{duration_s} * 1'000; }

 private:
  uint64_t& base_ms_;
};

class BoardSystem : public ahorrater::System {
 public:
  BoardSystem(SettingsStore& store, BoardClock& clock, bool sleeps) : store_(store), clock_(clock), sleeps_(sleeps) {}

  uint32_t random() override;
  void feed_watchdog() override;
  void restart() override;
  void deep_sleep(uint32_t duration_s) override;
  void keep_configuration(uint32_t interval_ms, uint32_t sleep_s) override;

  // Readings live in other memory when the device sleeps: the change needs a restart, once everything is sent.
  bool needs_restart() const { return needs_restart_; }

 private:
  SettingsStore& store_;
  BoardClock& clock_;
  bool sleeps_;
  bool needs_restart_ = false;
};
