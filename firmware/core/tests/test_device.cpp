#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "world.h"

using namespace ahorrater;
using ahorrater::testing::World;

namespace {

std::vector<uint32_t> counted(uint32_t size) {
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < size; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("birth, will and readings") {
  World world;
  world.run(10'000);
  CHECK(world.broker.will == "ahorrater/v1/worker-1/status {\"status\":\"offline\",\"boot\":7}");
  REQUIRE(world.broker.received.size() >= 2);
  CHECK(world.broker.received[0].payload == "{\"status\":\"online\",\"boot\":7}");
  CHECK(world.broker.received[0].retained);
  CHECK(world.broker.subscriptions == std::vector<std::string>{"ahorrater/v1/worker-1/cmd"});
  CHECK(world.sequence() == counted(5));
  CHECK(world.broker.payloads("telemetry")[0].find("\"measured_at\":\"2025-06-15T15:06:4") != std::string::npos);
  CHECK(world.system.fed == 200);
}

TEST_CASE("a cut connection: every reading arrives in order, with its own time") {
  World world;
  world.run(10'100);
  world.broker.cut();
  world.run(300'000);
  CHECK(world.device->waiting() == 150);
  world.broker.reachable = true;
  world.run(70'000);
  CHECK(world.device->waiting() == 0);
  const std::vector<uint32_t> numbers = world.sequence();
  CHECK(numbers == counted(static_cast<uint32_t>(numbers.size())));
  CHECK(numbers.size() == 190);
}

TEST_CASE("what was under way when the connection broke is sent again, from the oldest") {
  World world;
  world.broker.acknowledges = false;
  world.run(20'000);
  REQUIRE(world.sequence() == counted(8));
  world.broker.cut();
  world.run(50);
  world.broker.reachable = world.broker.acknowledges = true;
  world.broker.received.clear();
  world.run(5'000);
  CHECK(world.sequence() == counted(12));
}

TEST_CASE("a connection that acknowledges nothing is given up and made anew") {
  World world;
  world.broker.acknowledges = false;
  world.run(70'000);
  CHECK(world.broker.connects == 2);
  world.broker.acknowledges = true;
  world.broker.received.clear();
  world.run(69'000);
  CHECK(world.device->waiting() == 0);
  CHECK(world.sequence().front() == 0);
}

TEST_CASE("attempts to connect grow rarer, up to a minute") {
  World world;
  world.broker.reachable = false;
  world.run(60'000);
  const int in_first_minute = world.broker.connects;
  world.run(1'800'000);
  CHECK(in_first_minute >= 4);
  CHECK(world.broker.connects - in_first_minute >= 30);
  CHECK(world.broker.connects - in_first_minute <= 120);
}

TEST_CASE("before the time is known it is null; what was measured then is dated once it is") {
  World world;
  world.clock.knows_utc = false;
  world.run(5'000);
  CHECK(world.broker.payloads("telemetry")[0].find("\"measured_at\":null") != std::string::npos);
  world.broker.cut();
  world.run(10'000);
  world.clock.knows_utc = true;
  world.broker.reachable = true;
  world.broker.received.clear();
  world.run(10'000);
  // The second reading since the start was measured 4 s after the clock's first second.
  const std::string first = world.broker.payloads("telemetry").front();
  CHECK(first.find("\"seq\":2,\"measured_at\":\"2025-06-15T15:06:47.000Z\"") != std::string::npos);
}

TEST_CASE("a clock that jumps moves no reading before another") {
  World world;
  world.broker.reachable = false;
  world.run(10'000);
  world.clock.utc_at_zero_ms -= 3'600'000;
  world.run(10'000);
  world.broker.reachable = true;
  world.run(60'000);
  const std::vector<std::string> payloads = world.broker.payloads("telemetry");
  REQUIRE(payloads.size() >= 10);
  for (size_t i = 1; i < payloads.size(); ++i) {
    const auto moment = [&](size_t n) { return payloads[n].substr(payloads[n].find("measured_at"), 38); };
    CHECK(moment(i - 1) < moment(i));
  }
}

TEST_CASE("a sensor that is silent sends nothing; one that comes back goes on") {
  World world;
  world.run(4'000);
  world.chip.connected = false;
  world.run(10'000);
  const size_t before = world.sequence().size();
  world.run(10'000);
  CHECK(world.sequence().size() == before);
  world.chip.connected = true;
  world.chip.reset();
  world.run(4'050);
  CHECK(world.sequence().size() > before);
  CHECK(world.sequence() == counted(static_cast<uint32_t>(world.sequence().size())));
}

TEST_CASE("commands: interval, refusal, restart after everything is sent") {
  World world;
  world.run(4'000);
  world.broker.command("{\"interval_s\": 1}");
  world.run(10'000);
  CHECK(world.system.kept == std::vector<std::pair<uint32_t, uint32_t>>{{1'000, 0}});
  CHECK(world.broker.payloads("info").back().find("\"last_command\":\"accepted\"") != std::string::npos);
  const size_t before = world.sequence().size();
  world.broker.command("{\"interval_s\": 1}");
  world.run(10'000);
  CHECK(world.sequence().size() - before == 10);
  CHECK(world.system.kept.size() == 1);
  world.broker.command("{\"explode\": true}");
  world.run(100);
  CHECK(world.broker.payloads("info").back().find("members are") != std::string::npos);
  world.broker.command("{\"restart\": true}", true);
  world.run(5'000);
  CHECK(world.system.restarts == 0);
  world.broker.command("{\"restart\": true}");
  world.run(50);
  CHECK(world.system.restarts > 0);
}

TEST_CASE("deep sleep: says so, sleeps once that is heard, and goes on counting") {
  Configuration configuration;
  configuration.sleep_s = 600;
  World world(configuration);
  world.run(2'200);
  CHECK(world.system.sleeps == std::vector<uint32_t>{600});
  CHECK(world.broker.payloads("status").back() == "{\"status\":\"sleeping\",\"boot\":7}");
  world.clock.now_ms += 600'000;
  world.system.sleeps.clear();
  world.wake();
  world.run(2'200);
  CHECK(world.system.sleeps.size() == 1);
  CHECK(world.sequence() == counted(2));
}

TEST_CASE("deep sleep without a broker keeps the readings for a later wake") {
  Configuration configuration;
  configuration.sleep_s = 600;
  World world(configuration);
  world.broker.reachable = false;
  for (int wake = 0; wake < 3; ++wake) {
    world.system.sleeps.clear();
    while (world.system.sleeps.empty()) world.run(50);
    world.clock.now_ms += 600'000;
    world.wake();
  }
  const uint32_t kept = world.device->waiting();
  CHECK(kept > 30);
  world.broker.reachable = true;
  world.run(4'000);
  CHECK(world.sequence().size() >= kept);
  CHECK(world.sequence() == counted(static_cast<uint32_t>(world.sequence().size())));
}

TEST_CASE("a broker that cannot take more is asked again") {
  World world;
  world.broker.takes = false;
  world.run(10'000);
  CHECK(world.broker.received.empty());
  world.broker.takes = true;
  world.run(2'000);
  CHECK(world.broker.received[0].payload == "{\"status\":\"online\",\"boot\":7}");
  CHECK(world.sequence() == counted(6));
}
