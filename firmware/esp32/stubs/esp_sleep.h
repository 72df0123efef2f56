#pragma once

#include <stdint.h>

enum esp_sleep_wakeup_cause_t { ESP_SLEEP_WAKEUP_UNDEFINED, ESP_SLEEP_WAKEUP_TIMER = 4 };
esp_sleep_wakeup_cause_t esp_sleep_get_wakeup_cause();
int esp_sleep_enable_timer_wakeup(uint64_t duration_us);
[[noreturn]] void esp_deep_sleep_start();
