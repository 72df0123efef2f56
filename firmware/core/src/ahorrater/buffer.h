// Readings that the broker has not acknowledged yet. When memory is full the readings grow coarser, evenly: two
// neighbours become one with the means of both, so an outage of any length keeps its energy and its shape.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ahorrater/sampler.h"

namespace ahorrater {

// `at_ms` is the monotonic clock's: what UTC that was is known when it is sent. `merged` readings were folded into it.
struct Reading {
  uint64_t at_ms;
  uint32_t seq;
  uint32_t merged;
  Measurement measurement;
};

// The later of two neighbours, with the means of both.
Reading merge(const Reading& earlier, const Reading& later);

class Buffer {
 public:
  // What has to survive a deep sleep, beside the readings themselves.
  struct State {
    uint32_t first = 0;
    uint32_t size = 0;
    uint32_t coarseness = 1;  // Readings that become one.
    uint32_t merged_away = 0;
    Reading open = {0, 0, 0, {0, 0, 0, false}};  // Not yet `coarseness` readings.
  };

  Buffer(Reading* storage, uint32_t capacity, State& state) : storage_(storage), capacity_(capacity), state_(state) {}

  // Adds a reading. The first `sent` are under way and stay as they are; `sent` is below half the capacity.
  void push(const Reading& reading, uint32_t sent);
  // Forgets the oldest, not more than there are.
  void pop(uint32_t count);

  uint32_t size() const { return state_.size; }
  bool empty() const { return state_.size == 0; }
  uint32_t merged_away() const { return state_.merged_away; }
  // The i-th oldest.
  const Reading& operator[](uint32_t i) const { return storage_[place(i)]; }

 private:
  uint32_t place(uint32_t i) const { return (state_.first + i) % capacity_; }
  void make_coarser(uint32_t sent);

  Reading* storage_;
  uint32_t capacity_;
  State& state_;
};

}  // namespace ahorrater
