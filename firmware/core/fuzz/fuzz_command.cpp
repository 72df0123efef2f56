// Whatever arrives on `.../cmd`: never a crash, and what is taken is within its limits.
#include <cstdlib>

#include "ahorrater/command.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ahorrater::Command;
  Command command;
  if (ahorrater::parse_command(reinterpret_cast<const char*>(data), size, command) != nullptr) return 0;
  const bool interval_fits =
      command.interval_ms == Command::kNotSaid ||
      (command.interval_ms >= Command::kShortestIntervalMs && command.interval_ms <= Command::kLongestIntervalMs);
  const bool sleep_fits = command.sleep_s == Command::kNotSaid || command.sleep_s <= Command::kLongestSleepS;
  if (!interval_fits || !sleep_fits) std::abort();
  return 0;
}
