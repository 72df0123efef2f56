// From conversions to one measurement: means, in the units that a reading speaks of.
#pragma once

#include <stdint.h>

#include "ahorrater/ina219.h"

namespace ahorrater {

// What a reading may say (the contract of `ahorrater/v1/<node>/telemetry`); beyond it, it is cut and marked.
constexpr int32_t kMaxVoltageUv = 26'000'000;
constexpr int32_t kMaxCurrentUa = 3'200'000;

// Microvolts, microamperes, microwatts. The power is the mean of products, not the product of means.
struct Measurement {
  int32_t voltage_uv;
  int32_t current_ua;
  int32_t power_uw;
  bool overflow;
};

class Sampler {
 public:
  // `shunt_uohm`: the shunt's resistance, not 0; 100,000 is the usual 0.1 ohm.
  Sampler(Ina219& sensor, uint32_t shunt_uohm) : sensor_(sensor), shunt_uohm_(shunt_uohm) {}

  // Takes the sensor's conversion, if there is a new one.
  void poll();
  // The means since the last call. False: the sensor said nothing, which is not zero.
  bool take(Measurement& measurement);

 private:
  Measurement measure(const Conversion& conversion) const;

  Ina219& sensor_;
  uint32_t shunt_uohm_;
  int64_t voltage_uv_ = 0;
  int64_t current_ua_ = 0;
  int64_t power_uw_ = 0;
  int32_t count_ = 0;
  bool overflow_ = false;
};

}  // namespace ahorrater
