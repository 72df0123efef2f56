// The readings that were published and not acknowledged yet: the oldest of the buffer, in order.
#pragma once

#include <stdint.h>

namespace ahorrater {

class Window {
 public:
  static constexpr uint32_t kCapacity = 8;

  bool full() const { return size_ == kCapacity; }
  uint32_t size() const { return size_; }
  void clear() { size_ = 0; }
  void sent(int32_t token) { entries_[size_++] = {token, false}; }

  // How many of the oldest are done now that `token` is; acknowledgements may come in any order.
  uint32_t acknowledged(int32_t token) {
    for (uint32_t i = 0; i < size_; ++i) entries_[i].done = entries_[i].done || entries_[i].token == token;
    uint32_t done = 0;
    while (done < size_ && entries_[done].done) ++done;
    for (uint32_t i = done; i < size_; ++i) entries_[i - done] = entries_[i];
    size_ -= done;
    return done;
  }

 private:
  struct Entry {
    int32_t token;
    bool done;
  };
  Entry entries_[kCapacity] = {};
  uint32_t size_ = 0;
};

}  // namespace ahorrater
