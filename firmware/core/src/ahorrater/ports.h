// What the core needs of the world. Each board, the simulator and the tests bring their own; none of them may block.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace ahorrater {

// The I2C bus. A register is 16 bits, the most significant byte first. False: the chip did not answer.
class I2c {
 public:
  virtual ~I2c() = default;
  virtual bool read(uint8_t address, uint8_t reg, uint16_t& value) = 0;
  virtual bool write(uint8_t address, uint8_t reg, uint16_t value) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since some moment; never goes back, and runs on through deep sleep.
  virtual uint64_t monotonic_ms() = 0;
  // Milliseconds since 1970 in UTC. False until somebody told the time (NTP).
  virtual bool utc_ms(int64_t& value) = 0;
};

struct MqttEvent {
  enum class Kind : uint8_t { Connected, Disconnected, Acknowledged, Command };
  Kind kind;
  int32_t token = 0;           // Acknowledged: what publish() answered.
  bool retained = false;       // Command: the broker kept it from before.
  const char* text = nullptr;  // Command: its payload, valid until the next call of next().
  size_t size = 0;
};

// A session with the MQTT broker, clean at each connection: what was not acknowledged is published again by the core.
class Mqtt {
 public:
  virtual ~Mqtt() = default;
  // Begins to connect; the outcome comes as an event. The will is retained, QoS 1.
  virtual void connect(const char* will_topic, const char* will) = 0;
  // Leaves without the will. No event follows.
  virtual void disconnect() = 0;
  virtual void subscribe(const char* topic) = 0;
  // QoS 1. Answers a token that its acknowledgement will bear, or -1 when it cannot be taken now.
  virtual int32_t publish(const char* topic, const char* payload, size_t size, bool retain) = 0;
  // What has happened, in order. False: nothing more.
  virtual bool next(MqttEvent& event) = 0;
};

class System {
 public:
  virtual ~System() = default;
  virtual uint32_t random() = 0;
  virtual void feed_watchdog() = 0;
  virtual void restart() = 0;
  // What is in the Retained state survives; the program begins again when the time is over.
  virtual void deep_sleep(uint32_t duration_s) = 0;
  // Keeps what a command changed, for the next boot.
  virtual void keep_configuration(uint32_t interval_ms, uint32_t sleep_s) = 0;
};

}  // namespace ahorrater
