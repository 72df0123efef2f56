#pragma once

#include <Arduino.h>

class Preferences {
 public:
  bool begin(const char* name, bool read_only = false);
  String getString(const char* key, String missing = String());
  uint16_t getUShort(const char* key, uint16_t missing = 0);
  uint32_t getUInt(const char* key, uint32_t missing = 0);
  size_t putString(const char* key, String value);
  size_t putUShort(const char* key, uint16_t value);
  size_t putUInt(const char* key, uint32_t value);
};
