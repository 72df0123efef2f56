#include "ahorrater/ina219.h"

namespace ahorrater {
namespace {

enum Register : uint8_t { kConfigurationRegister = 0x00, kShunt = 0x01, kBus = 0x02, kPower = 0x03 };

constexpr uint16_t kOverflowBit = 1U << 0U;
constexpr uint16_t kReadyBit = 1U << 1U;
constexpr int32_t kBusStepUv = 4000;
constexpr int32_t kShuntStepUv = 10;

}  // namespace

Ina219::Outcome Ina219::read(Conversion& conversion) {
  uint16_t configuration = 0;
  if (!bus_.read(address_, kConfigurationRegister, configuration)) return no_answer();
  if (configuration != kConfiguration) return configure();
  uint16_t bus = 0;
  if (!bus_.read(address_, kBus, bus)) return no_answer();
  if ((bus & kReadyBit) == 0) return Outcome::NotReady;
  uint16_t shunt = 0;
  uint16_t power = 0;
  // Reading the power register is what clears the ready bit.
  if (!bus_.read(address_, kShunt, shunt) || !bus_.read(address_, kPower, power)) return no_answer();
  conversion = decode(bus, shunt);
  return Outcome::Fresh;
}

Conversion Ina219::decode(uint16_t bus, uint16_t shunt) {
  const auto steps = static_cast<int16_t>(shunt);
  const bool saturated = steps >= kShuntFullScale || steps <= -kShuntFullScale;
  return {(bus >> 3) * kBusStepUv, steps * kShuntStepUv, saturated || (bus & kOverflowBit) != 0};
}

Ina219::Outcome Ina219::configure() {
  if (!bus_.write(address_, kConfigurationRegister, kConfiguration)) return no_answer();
  ++restarts_;
  return Outcome::Restarted;
}

Ina219::Outcome Ina219::no_answer() {
  ++failures_;
  return Outcome::NoAnswer;
}

}  // namespace ahorrater
