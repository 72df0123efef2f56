// An INA219 as its registers show it: configuration, averaging's ready bit, resets, saturation, a bus that breaks.
#pragma once

#include <cstdint>

#include "ahorrater/ina219.h"

namespace ahorrater::testing {

class SimulatedIna219 : public I2c {
 public:
  // What the chip is to measure. Positive current charges.
  void set(int32_t bus_uv, int32_t shunt_uv) {
    bus_ = static_cast<uint16_t>((bus_uv / 4000) << 3);
    shunt_ = static_cast<uint16_t>(static_cast<int16_t>(shunt_uv / 10));
  }
  void reset() { configuration_ = Ina219::kResetConfiguration; }
  void finish_conversion() { ready_ = true; }
  void always_ready() { always_ready_ = true; }

  bool connected = true;

  bool read(uint8_t address, uint8_t reg, uint16_t& value) override {
    if (!connected || address != Ina219::kDefaultAddress) return false;
    if (reg == 0) value = configuration_;
    if (reg == 1) value = shunt_;
    if (reg == 2) value = static_cast<uint16_t>(bus_ | (ready_ || always_ready_ ? 2 : 0));
    if (reg == 3) {
      value = 0;
      ready_ = false;
    }
    return true;
  }

  bool write(uint8_t address, uint8_t reg, uint16_t value) override {
    if (!connected || address != Ina219::kDefaultAddress) return false;
    if (reg == 0) {
      configuration_ = value;
      ready_ = false;
    }
    return true;
  }

 private:
  uint16_t configuration_ = Ina219::kResetConfiguration;
  uint16_t bus_ = 0;
  uint16_t shunt_ = 0;
  bool ready_ = false;
  bool always_ready_ = false;
};

}  // namespace ahorrater::testing
