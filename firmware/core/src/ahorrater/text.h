// Text written into memory of a fixed size: no heap, no floating point, and never half a message.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace ahorrater {

class Text {
 public:
  Text(char* memory, size_t capacity) : memory_(memory), capacity_(capacity) { memory_[0] = '\0'; }

  Text& put(const char* text);
  Text& put(char character);
  Text& put(int64_t number);
  // `micro` millionths with four decimals, rounded towards zero: 1930000 is 1.9300.
  Text& put_micro(int64_t micro);
  // ISO 8601 in UTC with milliseconds; `null` before 2000 and after 9999, where no reading was measured.
  Text& put_utc(int64_t utc_ms);

  // Whether everything fitted. What did not must not be sent.
  bool whole() const { return whole_; }
  const char* c_str() const { return memory_; }
  size_t size() const { return size_; }

 private:
  Text& put_padded(uint32_t number, int digits);

  char* memory_;
  size_t capacity_;
  size_t size_ = 0;
  bool whole_ = true;
};

}  // namespace ahorrater
