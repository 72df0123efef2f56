// The INA219 current and power monitor (Texas Instruments, SBOS448G), without its calibration register: current is the
// shunt's voltage over its resistance, which survives a reset of the chip and wraps nowhere.
#pragma once

#include <stdint.h>

#include "ahorrater/ports.h"

namespace ahorrater {

// One conversion, in microvolts. `overflow`: the chip, or the shunt's full scale, was reached.
struct Conversion {
  int32_t bus_uv;
  int32_t shunt_uv;
  bool overflow;
};

class Ina219 {
 public:
  enum class Outcome : uint8_t { Fresh, NotReady, Restarted, NoAnswer };

  static constexpr uint8_t kDefaultAddress = 0x40;
  static constexpr uint16_t kResetConfiguration = 0x399F;
  // 32 V range, 320 mV shunt range, the mean of 128 samples of each (68 ms each), continuously.
  static constexpr uint16_t kConfiguration = 0x3FFF;
  // 320 mV is 3.2 A on 0.1 ohm and the end of the scale; the chip's own overflow flag does not say so.
  static constexpr int16_t kShuntFullScale = 32000;

  explicit Ina219(I2c& bus, uint8_t address = kDefaultAddress) : bus_(bus), address_(address) {}

  // The conversion finished since the last call. Puts the configuration back where the chip lost it.
  Outcome read(Conversion& conversion);

  // How often the configuration was found lost, the first setting included.
  uint32_t restarts() const { return restarts_; }
  uint32_t failures() const { return failures_; }

  // What the registers mean.
  static Conversion decode(uint16_t bus, uint16_t shunt);

 private:
  Outcome configure();
  Outcome no_answer();

  I2c& bus_;
  uint8_t address_;
  uint32_t restarts_ = 0;
  uint32_t failures_ = 0;
};

}  // namespace ahorrater
