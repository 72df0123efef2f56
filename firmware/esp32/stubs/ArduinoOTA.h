#pragma once

#include <functional>

class ArduinoOTAClass {
 public:
  ArduinoOTAClass& setHostname(const char* name);
  ArduinoOTAClass& setPassword(const char* password);
  ArduinoOTAClass& onProgress(std::function<void(unsigned int, unsigned int)> progress);
  void begin();
  void handle();
};
extern ArduinoOTAClass ArduinoOTA;
