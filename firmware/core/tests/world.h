// The device's world, played: a clock that is moved by hand, a broker that can be lost, a board that counts.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ahorrater/device.h"
#include "simulated_ina219.h"

namespace ahorrater::testing {

class FakeClock : public Clock {
 public:
  uint64_t now_ms = 1'000;
  bool knows_utc = true;
  int64_t utc_at_zero_ms = 1'750'000'000'000;

  uint64_t monotonic_ms() override { return now_ms; }
  bool utc_ms(int64_t& value) override {
    value = utc_at_zero_ms + static_cast<int64_t>(now_ms);
    return knows_utc;
  }
};

struct Published {
  std::string topic;
  std::string payload;
  bool retained;
};

// A broker and the way to it. `reachable` false loses the connection and what was not acknowledged.
class FakeBroker : public Mqtt {
 public:
  bool reachable = true;
  bool acknowledges = true;
  bool takes = true;
  int connects = 0;
  std::string will;
  std::vector<Published> received;
  std::vector<std::string> subscriptions;

  void connect(const char* will_topic, const char* will_payload) override {
    ++connects;
    will = std::string(will_topic) + " " + will_payload;
    session_ = reachable;
    events_.push_back({reachable ? MqttEvent::Kind::Connected : MqttEvent::Kind::Disconnected});
  }
  void disconnect() override { session_ = false; }
  void subscribe(const char* topic) override { subscriptions.emplace_back(topic); }
  int32_t publish(const char* topic, const char* payload, size_t size, bool retain) override {
    if (!session_ || !takes) return -1;
    received.push_back({topic, std::string(payload, size), retain});
    if (acknowledges) events_.push_back({MqttEvent::Kind::Acknowledged, next_token_});
    return next_token_++;
  }
  bool next(MqttEvent& event) override {
    if (events_.empty()) return false;
    event = events_.front();
    events_.pop_front();
    return true;
  }

  // Cuts the connection: acknowledgements under way never arrive.
  void cut() {
    reachable = false;
    session_ = false;
    events_.clear();
    events_.push_back({MqttEvent::Kind::Disconnected});
  }
  void command(const std::string& text, bool retained = false) {
    commands_.push_back(text);
    const std::string& kept = commands_.back();
    events_.push_back({MqttEvent::Kind::Command, 0, retained, kept.data(), kept.size()});
  }
  std::vector<std::string> payloads(const std::string& kind) const {
    std::vector<std::string> found;
    for (const Published& message : received)
      if (message.topic == "ahorrater/v1/worker-1/" + kind) found.push_back(message.payload);
    return found;
  }

 private:
  std::deque<MqttEvent> events_;
  std::deque<std::string> commands_;
  bool session_ = false;
  int32_t next_token_ = 1;
};

class FakeSystem : public System {
 public:
  int fed = 0;
  int restarts = 0;
  std::vector<uint32_t> sleeps;
  std::vector<std::pair<uint32_t, uint32_t>> kept;

  uint32_t random() override { return seed_ = seed_ * 1'664'525U + 1'013'904'223U; }
  void feed_watchdog() override { ++fed; }
  void restart() override { ++restarts; }
  void deep_sleep(uint32_t duration_s) override { sleeps.push_back(duration_s); }
  void keep_configuration(uint32_t interval_ms, uint32_t sleep_s) override { kept.emplace_back(interval_ms, sleep_s); }

 private:
  uint32_t seed_ = 1;
};

// One device and its world. Each step is 50 ms, in which the chip finishes a conversion.
class World {
 public:
  explicit World(Configuration configuration = {}, uint32_t capacity = 256)
      : storage(capacity), configuration_(configuration) {
    retained.boot = 7;
    chip.set(18'000'000, 193'000);
    chip.always_ready();
    wake();
  }

  // Makes the device anew from what it retained, as after a deep sleep.
  void wake() {
    device.reset(new Device({"worker-1", "1.0.0"}, configuration_, {chip, broker, clock, system}, retained,
                            storage.data(), static_cast<uint32_t>(storage.size())));
  }
  void run(uint64_t duration_ms, uint64_t step_ms = 50) {
    for (uint64_t passed = 0; passed < duration_ms; passed += step_ms) {
      clock.now_ms += step_ms;
      device->step();
    }
  }
  // The sequence numbers that arrived, in order of arrival.
  std::vector<uint32_t> sequence() const {
    std::vector<uint32_t> numbers;
    for (const std::string& payload : broker.payloads("telemetry")) {
      const size_t at = payload.find("\"seq\":") + 6;
      numbers.push_back(static_cast<uint32_t>(std::stoul(payload.substr(at))));
    }
    return numbers;
  }

  SimulatedIna219 chip;
  FakeBroker broker;
  FakeClock clock;
  FakeSystem system;
  Retained retained;
  std::vector<Reading> storage;
  std::unique_ptr<Device> device;

 private:
  Configuration configuration_;
};

}  // namespace ahorrater::testing
