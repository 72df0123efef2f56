#include "ahorrater/sampler.h"

namespace ahorrater {
namespace {

constexpr int64_t kMicro = 1'000'000;

int32_t limited(int64_t value, int32_t low, int32_t high, bool& overflow) {
  if (value >= low && value <= high) return static_cast<int32_t>(value);
  overflow = true;
  return value < low ? low : high;
}

}  // namespace

void Sampler::poll() {
  Conversion conversion{};
  if (sensor_.read(conversion) != Ina219::Outcome::Fresh) return;
  const Measurement sample = measure(conversion);
  voltage_uv_ += sample.voltage_uv;
  current_ua_ += sample.current_ua;
  power_uw_ += sample.power_uw;
  overflow_ = overflow_ || sample.overflow;
  ++count_;
}

bool Sampler::take(Measurement& measurement) {
  if (count_ == 0) return false;
  measurement.voltage_uv = static_cast<int32_t>(voltage_uv_ / count_);
  measurement.current_ua = static_cast<int32_t>(current_ua_ / count_);
  measurement.power_uw = static_cast<int32_t>(power_uw_ / count_);
  measurement.overflow = overflow_;
  voltage_uv_ = current_ua_ = power_uw_ = 0;
  count_ = 0;
  overflow_ = false;
  return true;
}

Measurement Sampler::measure(const Conversion& conversion) const {
  bool overflow = conversion.overflow;
  // The bus is measured behind the shunt: the panel has both. A reversed shunt can make a dark panel's sum negative.
  const int64_t panel_uv = int64_t{conversion.bus_uv} + conversion.shunt_uv;
  const int32_t voltage_uv = limited(panel_uv < 0 ? 0 : panel_uv, 0, kMaxVoltageUv, overflow);
  const int64_t shunt_ua = int64_t{conversion.shunt_uv} * kMicro / shunt_uohm_;
  const int32_t current_ua = limited(shunt_ua, -kMaxCurrentUa, kMaxCurrentUa, overflow);
  const auto power_uw = static_cast<int32_t>(int64_t{voltage_uv} * current_ua / kMicro);
  return {voltage_uv, current_ua, power_uw, overflow};
}

}  // namespace ahorrater
