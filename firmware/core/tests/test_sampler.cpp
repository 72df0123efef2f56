#include <doctest/doctest.h>

#include "ahorrater/sampler.h"
#include "simulated_ina219.h"

using namespace ahorrater;
using ahorrater::testing::SimulatedIna219;

namespace {

struct Case {
  const char* what;
  int32_t bus_uv, shunt_uv;
  uint32_t shunt_uohm;
  int32_t voltage_uv, current_ua, power_uw;
  bool overflow;
};

Measurement measured(const Case& c) {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Sampler sampler(sensor, c.shunt_uohm);
  sampler.poll();
  chip.set(c.bus_uv, c.shunt_uv);
  chip.finish_conversion();
  sampler.poll();
  Measurement measurement{};
  REQUIRE(sampler.take(measurement));
  return measurement;
}

}  // namespace

TEST_CASE("one conversion in the units of a reading") {
  const Case cases[] = {
      {"bus and shunt make the panel's voltage", 18'000'000, 193'000, 100'000, 18'193'000, 1'930'000, 35'112'490,
       false},
      {"another shunt", 12'000'000, 50'000, 50'000, 12'050'000, 1'000'000, 12'050'000, false},
      {"the battery gives back", 12'000'000, -100'000, 100'000, 11'900'000, -1'000'000, -11'900'000, false},
      {"dark and a little below zero", 0, -100, 100'000, 0, -1'000, 0, false},
      {"full scale is marked", 12'000'000, 320'000, 100'000, 12'320'000, 3'200'000, 39'424'000, true},
      {"more than a reading may say is cut and marked", 26'000'000, 100'000, 100'000, 26'000'000, 1'000'000, 26'000'000,
       true},
      {"a small shunt's current is cut and marked", 12'000'000, 300'000, 50'000, 12'300'000, 3'200'000, 39'360'000,
       true},
      {"above 64 W nothing wraps", 25'600'000, 310'000, 100'000, 25'910'000, 3'100'000, 80'321'000, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const Measurement measurement = measured(c);
    CHECK(measurement.voltage_uv == c.voltage_uv);
    CHECK(measurement.current_ua == c.current_ua);
    CHECK(measurement.power_uw == c.power_uw);
    CHECK(measurement.overflow == c.overflow);
  }
}

TEST_CASE("several conversions are averaged; the power is the mean of products") {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Sampler sampler(sensor, 100'000);
  sampler.poll();
  chip.always_ready();
  chip.set(10'000'000, 0);
  sampler.poll();
  chip.set(19'800'000, 200'000);
  sampler.poll();
  Measurement measurement{};
  REQUIRE(sampler.take(measurement));
  CHECK(measurement.voltage_uv == 15'000'000);
  CHECK(measurement.current_ua == 1'000'000);
  CHECK(measurement.power_uw == 20'000'000);
}

TEST_CASE("silence is not zero") {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Sampler sampler(sensor, 100'000);
  chip.connected = false;
  sampler.poll();
  Measurement measurement{};
  CHECK_FALSE(sampler.take(measurement));
}
