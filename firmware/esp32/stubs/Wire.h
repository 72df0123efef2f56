#pragma once

#include <stddef.h>
#include <stdint.h>

class TwoWire {
 public:
  bool begin();
  void beginTransmission(uint8_t address);
  size_t write(uint8_t value);
  uint8_t endTransmission(bool stop = true);
  size_t requestFrom(uint8_t address, uint8_t size);
  int read();
};
extern TwoWire Wire;
