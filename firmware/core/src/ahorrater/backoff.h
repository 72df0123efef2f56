// How long to wait before the next attempt: exponential with full jitter, so that a hundred devices do not come back at
// the same moment. Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#pragma once

#include <stdint.h>

namespace ahorrater {

class Backoff {
 public:
  static constexpr uint32_t kFirstMs = 1'000;
  static constexpr uint32_t kLongestMs = 60'000;

  // The wait after one more failure: from a quarter of a second to the ceiling, which doubles each time.
  uint32_t next_ms(uint32_t random) {
    const uint32_t ceiling_ms = ceiling_ms_;
    ceiling_ms_ = ceiling_ms_ < kLongestMs / 2 ? ceiling_ms_ * 2 : kLongestMs;
    return kShortestMs + random % (ceiling_ms - kShortestMs + 1);
  }
  void succeeded() { ceiling_ms_ = kFirstMs; }

 private:
  static constexpr uint32_t kShortestMs = 250;
  uint32_t ceiling_ms_ = kFirstMs;
};

}  // namespace ahorrater
