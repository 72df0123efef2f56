// A park's device: measures, keeps what the broker has not acknowledged, publishes it in order, obeys commands, sleeps.
// One thread, no heap, nothing blocks: call step() as often as the board allows.
#pragma once

#include <stdint.h>

#include "ahorrater/buffer.h"
#include "ahorrater/command.h"
#include "ahorrater/connection.h"
#include "ahorrater/ina219.h"
#include "ahorrater/messages.h"
#include "ahorrater/ports.h"
#include "ahorrater/sampler.h"
#include "ahorrater/window.h"

namespace ahorrater {

struct Identity {
  const char* node;      // The Kubernetes node's name, at most 253 characters; the MQTT user has it too.
  const char* firmware;  // Its version.
};

struct Configuration {
  uint32_t interval_ms = 2'000;  // Between readings.
  uint32_t sleep_s = 0;          // Deep sleep between readings; 0 never sleeps.
  uint32_t shunt_uohm = 100'000;
};

// What has to survive a deep sleep. (boot, seq) is a reading's identity: a boot number is never used again.
struct Retained {
  uint32_t boot = 0;
  uint32_t next_seq = 0;
  Buffer::State buffer;
};

struct Ports {
  I2c& i2c;
  Mqtt& mqtt;
  Clock& clock;
  System& system;
};

class Device {
 public:
  static constexpr uint64_t kPollMs = 50;
  static constexpr uint64_t kInfoMs = 300'000;
  // With deep sleep on, a device that reaches nobody sleeps after this and keeps its readings.
  static constexpr uint64_t kLongestAwakeMs = 30'000;

  Device(Identity identity, const Configuration& configuration, const Ports& ports, Retained& retained,
         Reading* storage, uint32_t capacity);

  void step();

  bool connected() const { return connection_.connected(); }
  uint32_t waiting() const { return buffer_.size(); }

 private:
  static constexpr size_t kTopicSize = 288;
  static constexpr int32_t kNoToken = -1;

  void measure(uint64_t now_ms);
  void hear(uint64_t now_ms);
  void hear(const MqttEvent& event, uint64_t now_ms);
  void greet(uint64_t now_ms);
  void lose();
  void acknowledge(int32_t token, uint64_t now_ms);
  void obey(const MqttEvent& event);
  void configure(const Command& command);
  void publish(uint64_t now_ms);
  void publish_birth();
  void publish_info(uint64_t now_ms);
  void publish_readings(uint64_t now_ms);
  int32_t publish_reading(const Reading& reading, uint64_t now_ms);
  int32_t publish_status(Status status);
  int32_t publish_on(const char* kind, const Text& payload, bool retain);
  void rest(uint64_t now_ms);
  void fall_asleep();

  Identity identity_;
  Configuration configuration_;
  Ports ports_;
  Retained& retained_;
  Ina219 sensor_;
  Sampler sampler_;
  Buffer buffer_;
  Window window_;
  Connection connection_;

  char status_topic_[kTopicSize];
  char will_[64];
  const char* last_command_ = "none";
  uint64_t awake_since_ms_;
  uint64_t next_poll_ms_;
  uint64_t next_reading_ms_;
  uint64_t next_info_ms_ = 0;
  int32_t farewell_ = kNoToken;
  bool birth_due_ = false;
  bool restart_due_ = false;
  bool measured_ = false;
};

}  // namespace ahorrater
