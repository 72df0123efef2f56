// The core's I2c port on Arduino's Wire.
#pragma once

#include <Wire.h>

#include "ahorrater/ports.h"

class WireI2c : public ahorrater::I2c {
 public:
  void begin() { Wire.begin(); }

  bool read(uint8_t address, uint8_t reg, uint16_t& value) override {
    Wire.beginTransmission(address);
    Wire.write(reg);
    if (Wire.endTransmission(false) != 0 || Wire.requestFrom(address, uint8_t{2}) != 2) return false;
    const auto high = static_cast<uint16_t>(Wire.read());
    value = static_cast<uint16_t>(high << 8U | static_cast<uint16_t>(Wire.read()));
    return true;
  }

  bool write(uint8_t address, uint8_t reg, uint16_t value) override {
    Wire.beginTransmission(address);
    Wire.write(reg);
    Wire.write(static_cast<uint8_t>(value >> 8U));
    Wire.write(static_cast<uint8_t>(value & 0xFFU));
    return Wire.endTransmission() == 0;
  }
};
