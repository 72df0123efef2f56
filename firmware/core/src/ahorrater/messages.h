// The payloads that a device publishes (docs: DESIGN "Device topics"; functions/ahorrater/contracts/readings.py).
#pragma once

#include <stdint.h>

#include "ahorrater/buffer.h"
#include "ahorrater/text.h"

namespace ahorrater {

enum class Status : uint8_t { Online, Offline, Sleeping };

// What the device says of itself, for people: `.../info`.
struct Info {
  const char* firmware;
  uint32_t boot;
  uint32_t interval_ms;
  uint32_t sleep_s;
  uint32_t sensor_restarts;
  uint32_t sensor_failures;
  uint32_t merged_away;
  const char* last_command;  // "none", "accepted" or why it was refused.
};

// `utc_ms` is null, where the time is not known, as a value outside the years that Text::put_utc writes.
void write_telemetry(Text& text, uint32_t boot, const Reading& reading, int64_t utc_ms);
void write_status(Text& text, Status status, uint32_t boot);
void write_info(Text& text, const Info& info);

}  // namespace ahorrater
