// What people may ask of a device, on `.../cmd`: {"interval_s": 5, "sleep_s": 0, "restart": true}, any of the three.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace ahorrater {

struct Command {
  static constexpr uint32_t kNotSaid = UINT32_MAX;
  static constexpr uint32_t kShortestIntervalMs = 200;
  static constexpr uint32_t kLongestIntervalMs = 3'600'000;
  static constexpr uint32_t kLongestSleepS = 86'400;

  uint32_t interval_ms = kNotSaid;
  uint32_t sleep_s = kNotSaid;
  bool restart = false;
};

// Reads a flat JSON object of those members. Answers null, or what is wrong with it.
const char* parse_command(const char* text, size_t size, Command& command);

}  // namespace ahorrater
