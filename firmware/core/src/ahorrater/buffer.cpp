#include "ahorrater/buffer.h"

namespace ahorrater {
namespace {

int32_t mean(int32_t a, uint32_t weight_a, int32_t b, uint32_t weight_b) {
  return static_cast<int32_t>((int64_t{a} * weight_a + int64_t{b} * weight_b) / (int64_t{weight_a} + weight_b));
}

}  // namespace

Reading merge(const Reading& earlier, const Reading& later) {
  const uint32_t a = earlier.merged;
  const uint32_t b = later.merged;
  Reading both = later;
  both.merged = a + b;
  both.measurement.voltage_uv = mean(earlier.measurement.voltage_uv, a, later.measurement.voltage_uv, b);
  both.measurement.current_ua = mean(earlier.measurement.current_ua, a, later.measurement.current_ua, b);
  both.measurement.power_uw = mean(earlier.measurement.power_uw, a, later.measurement.power_uw, b);
  both.measurement.overflow = earlier.measurement.overflow || later.measurement.overflow;
  return both;
}

void Buffer::push(const Reading& reading, uint32_t sent) {
  if (state_.open.merged == 0) {
    state_.open = reading;
  } else {
    state_.open = merge(state_.open, reading);
    ++state_.merged_away;
  }
  if (state_.open.merged < state_.coarseness) return;
  if (state_.size == capacity_) make_coarser(sent);
  storage_[place(state_.size)] = state_.open;
  ++state_.size;
  state_.open.merged = 0;
}

void Buffer::pop(uint32_t count) {
  state_.first = place(count);
  state_.size -= count;
  if (state_.size > 0) return;
  state_.coarseness = 1;
  if (state_.open.merged == 0) return;
  storage_[place(0)] = state_.open;
  state_.size = 1;
  state_.open.merged = 0;
}

void Buffer::make_coarser(uint32_t sent) {
  uint32_t kept = sent;
  for (uint32_t i = sent; i < state_.size; i += 2) {
    const bool paired = i + 1 < state_.size;
    storage_[place(kept)] = paired ? merge(storage_[place(i)], storage_[place(i + 1)]) : storage_[place(i)];
    state_.merged_away += paired ? 1 : 0;
    ++kept;
  }
  state_.size = kept;
  state_.coarseness *= 2;
}

}  // namespace ahorrater
