#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "ahorrater/ina219.h"
#include "simulated_ina219.h"

using namespace ahorrater;
using ahorrater::testing::SimulatedIna219;

TEST_CASE("registers mean what the shared vectors say") {
  std::ifstream vectors(VECTORS);
  REQUIRE(vectors.good());
  int lines = 0;
  for (std::string line; std::getline(vectors, line);) {
    if (line[0] == '#') continue;
    CAPTURE(line);
    std::istringstream fields(line);
    unsigned bus = 0, shunt = 0;
    int32_t bus_uv = 0, shunt_uv = 0;
    bool overflow = false;
    fields >> std::hex >> bus >> shunt >> std::dec >> bus_uv >> shunt_uv >> overflow;
    REQUIRE_FALSE(fields.fail());
    const Conversion conversion = Ina219::decode(static_cast<uint16_t>(bus), static_cast<uint16_t>(shunt));
    CHECK(conversion.bus_uv == bus_uv);
    CHECK(conversion.shunt_uv == shunt_uv);
    CHECK(conversion.overflow == overflow);
    ++lines;
  }
  CHECK(lines >= 12);
}

TEST_CASE("a chip is configured first, and each conversion is taken once") {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Conversion conversion{};
  CHECK(sensor.read(conversion) == Ina219::Outcome::Restarted);
  CHECK(sensor.read(conversion) == Ina219::Outcome::NotReady);
  chip.set(12'000'000, -40'000);
  chip.finish_conversion();
  CHECK(sensor.read(conversion) == Ina219::Outcome::Fresh);
  CHECK(conversion.bus_uv == 12'000'000);
  CHECK(conversion.shunt_uv == -40'000);
  CHECK(sensor.read(conversion) == Ina219::Outcome::NotReady);
}

TEST_CASE("a chip that was reset is configured again and counted") {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Conversion conversion{};
  sensor.read(conversion);
  chip.reset();
  chip.finish_conversion();
  CHECK(sensor.read(conversion) == Ina219::Outcome::Restarted);
  CHECK(sensor.restarts() == 2);
}

TEST_CASE("a bus that breaks is an outcome, not a value") {
  SimulatedIna219 chip;
  Ina219 sensor(chip);
  Conversion conversion{};
  sensor.read(conversion);
  chip.connected = false;
  CHECK(sensor.read(conversion) == Ina219::Outcome::NoAnswer);
  chip.connected = true;
  chip.finish_conversion();
  CHECK(sensor.read(conversion) == Ina219::Outcome::Fresh);
  CHECK(sensor.failures() == 1);
}
