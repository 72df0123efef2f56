#pragma once

#include <stddef.h>
#include <stdint.h>

#define RTC_DATA_ATTR

class String {
 public:
  String(const char* text = "");
  String(const String& other);
  String& operator=(const String& other);
  ~String();
  const char* c_str() const;
  bool isEmpty() const;
  long toInt() const;
  void trim();
  int indexOf(char wanted) const;
  String substring(unsigned int from) const;
  String substring(unsigned int from, unsigned int to) const;
  String& operator+=(const String& other);
};
String operator+(const String& a, const char* b);
bool operator==(const String& a, const char* b);

class HardwareSerial {
 public:
  void begin(unsigned long baud);
  void setTimeout(unsigned long duration_ms);
  String readStringUntil(char terminator);
  int available();
  size_t println(const char* text);
  size_t printf(const char* format, ...) __attribute__((format(printf, 2, 3)));
};
extern HardwareSerial Serial;

class EspClass {
 public:
  [[noreturn]] void restart();
};
extern EspClass ESP;

uint32_t millis();
void delay(uint32_t duration_ms);
void configTime(long gmt_offset_s, int daylight_offset_s, const char* server1, const char* server2 = nullptr,
                const char* server3 = nullptr);
