#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "ahorrater/buffer.h"

using namespace ahorrater;

namespace {

Reading reading(uint32_t seq, int32_t power_uw = 1'000'000) {
  return {uint64_t{seq} * 2'000, seq, 1, {12'000'000, 1'000'000, power_uw, false}};
}

}  // namespace

TEST_CASE("first in, first out, around the end of the memory") {
  std::vector<Reading> memory(8);
  Buffer::State state;
  Buffer buffer(memory.data(), 8, state);
  for (uint32_t seq = 0; seq < 100; ++seq) {
    buffer.push(reading(seq), 0);
    REQUIRE(buffer.size() == 1);
    REQUIRE(buffer[0].seq == seq);
    buffer.pop(1);
  }
  CHECK(buffer.empty());
  CHECK(buffer.merged_away() == 0);
}

TEST_CASE("a week without a broker keeps the week's energy, evenly, in the memory there is") {
  constexpr uint32_t kCapacity = 2'048;
  constexpr uint32_t kWeek = 7 * 24 * 1'800;  // One reading every 2 s.
  std::vector<Reading> memory(kCapacity);
  Buffer::State state;
  Buffer buffer(memory.data(), kCapacity, state);
  int64_t energy = 0;
  for (uint32_t seq = 0; seq < kWeek; ++seq) {
    const auto power_uw = static_cast<int32_t>(seq % 1'800) * 10'000;
    energy += power_uw;
    buffer.push(reading(seq, power_uw), 8);
    REQUIRE(buffer.size() <= kCapacity);
  }
  int64_t kept = 0;
  uint64_t readings = 0;
  uint32_t coarsest = 0;
  for (uint32_t i = 0; i < buffer.size(); ++i) {
    const Reading& entry = buffer[i];
    kept += int64_t{entry.measurement.power_uw} * entry.merged;
    readings += entry.merged;
    coarsest = entry.merged > coarsest ? entry.merged : coarsest;
    if (i > 0) REQUIRE(entry.seq > buffer[i - 1].seq);
  }
  CHECK(readings + state.open.merged == kWeek);
  CHECK(coarsest <= 512);
  CHECK(buffer.size() > kCapacity / 2 - 8);
  kept += int64_t{state.open.measurement.power_uw} * state.open.merged;
  CHECK(static_cast<double>(kept) == doctest::Approx(static_cast<double>(energy)).epsilon(1e-4));
  CHECK(buffer.merged_away() == kWeek - buffer.size() - (state.open.merged > 0 ? 1 : 0));
}

TEST_CASE("what is under way stays as it is while the rest grows coarser") {
  std::vector<Reading> memory(16);
  Buffer::State state;
  Buffer buffer(memory.data(), 16, state);
  for (uint32_t seq = 0; seq < 40; ++seq) buffer.push(reading(seq), 4);
  for (uint32_t i = 0; i < 4; ++i) {
    CHECK(buffer[i].seq == i);
    CHECK(buffer[i].merged == 1);
  }
  CHECK(buffer[4].merged > 1);
}

TEST_CASE("once everything is sent, readings are fine again and none is forgotten") {
  std::vector<Reading> memory(8);
  Buffer::State state;
  Buffer buffer(memory.data(), 8, state);
  for (uint32_t seq = 0; seq < 10; ++seq) buffer.push(reading(seq), 0);
  REQUIRE(state.coarseness == 2);
  uint32_t last = 0;
  while (!buffer.empty()) {
    last = buffer[0].seq;
    buffer.pop(1);
  }
  CHECK(last == 9);
  CHECK(state.coarseness == 1);
}
