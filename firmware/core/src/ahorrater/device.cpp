#include "ahorrater/device.h"

namespace ahorrater {
namespace {

constexpr size_t kPayloadSize = 320;

void write_topic(Text& topic, const char* node, const char* kind) {
  topic.put("ahorrater/v1/").put(node).put('/').put(kind);
}

}  // namespace

Device::Device(Identity identity, const Configuration& configuration, const Ports& ports, Retained& retained,
               Reading* storage, uint32_t capacity)
    : identity_(identity),
      configuration_(configuration),
      ports_(ports),
      retained_(retained),
      sensor_(ports.i2c),
      sampler_(sensor_, configuration.shunt_uohm),
      buffer_(storage, capacity, retained.buffer),
      connection_(ports.mqtt, ports.system),
      awake_since_ms_(ports.clock.monotonic_ms()),
      next_poll_ms_(awake_since_ms_),
      next_reading_ms_(awake_since_ms_ + configuration.interval_ms) {
  Text topic(status_topic_, sizeof status_topic_);
  write_topic(topic, identity_.node, "status");
  Text will(will_, sizeof will_);
  write_status(will, Status::Offline, retained_.boot);
}

void Device::step() {
  ports_.system.feed_watchdog();
  const uint64_t now_ms = ports_.clock.monotonic_ms();
  measure(now_ms);
  hear(now_ms);
  const bool gave_up =
      connection_.step(now_ms, status_topic_, will_) || connection_.give_up_if_stalled(now_ms, window_.size() > 0);
  if (gave_up) lose();
  if (connection_.connected()) publish(now_ms);
  rest(now_ms);
}

void Device::measure(uint64_t now_ms) {
  if (now_ms < next_poll_ms_) return;
  next_poll_ms_ = now_ms + kPollMs;
  sampler_.poll();
  if (now_ms < next_reading_ms_) return;
  const uint64_t on_time_ms = next_reading_ms_ + configuration_.interval_ms;
  next_reading_ms_ = on_time_ms > now_ms ? on_time_ms : now_ms + configuration_.interval_ms;
  Measurement measurement{};
  if (!sampler_.take(measurement)) return;
  buffer_.push({now_ms, retained_.next_seq++, 1, measurement}, window_.size());
  measured_ = true;
}

void Device::hear(uint64_t now_ms) {
  MqttEvent event{};
  while (ports_.mqtt.next(event)) hear(event, now_ms);
}

void Device::hear(const MqttEvent& event, uint64_t now_ms) {
  switch (event.kind) {
    case MqttEvent::Kind::Connected:
      return greet(now_ms);
    case MqttEvent::Kind::Disconnected:
      connection_.on_lost(now_ms);
      return lose();
    case MqttEvent::Kind::Acknowledged:
      return acknowledge(event.token, now_ms);
    case MqttEvent::Kind::Command:
      return obey(event);
  }
}

void Device::greet(uint64_t now_ms) {
  connection_.on_connected(now_ms);
  lose();
  birth_due_ = true;
  next_info_ms_ = now_ms;
  char topic[kTopicSize];
  Text text(topic, sizeof topic);
  write_topic(text, identity_.node, "cmd");
  ports_.mqtt.subscribe(topic);
}

// What was under way is published again; the broker may have it twice, under the same boot and seq.
void Device::lose() {
  window_.clear();
  farewell_ = kNoToken;
}

void Device::acknowledge(int32_t token, uint64_t now_ms) {
  connection_.on_progress(now_ms);
  const uint32_t done = window_.acknowledged(token);
  if (done > 0) buffer_.pop(done);
  if (farewell_ != kNoToken && token == farewell_) fall_asleep();
}

void Device::obey(const MqttEvent& event) {
  Command command;
  const char* fault = parse_command(event.text, event.size, command);
  // It would come again at each connection: a restart without end.
  if (fault == nullptr && command.restart && event.retained) fault = "a retained restart is not obeyed";
  last_command_ = fault == nullptr ? "accepted" : fault;
  next_info_ms_ = 0;
  if (fault == nullptr) configure(command);
}

void Device::configure(const Command& command) {
  restart_due_ = restart_due_ || command.restart;
  const uint32_t before_ms = configuration_.interval_ms;
  const uint32_t before_s = configuration_.sleep_s;
  if (command.interval_ms != Command::kNotSaid) configuration_.interval_ms = command.interval_ms;
  if (command.sleep_s != Command::kNotSaid) configuration_.sleep_s = command.sleep_s;
  // Flash wears out: it is written only for what is new.
  if (configuration_.interval_ms == before_ms && configuration_.sleep_s == before_s) return;
  ports_.system.keep_configuration(configuration_.interval_ms, configuration_.sleep_s);
  next_reading_ms_ = ports_.clock.monotonic_ms() + configuration_.interval_ms;
}

void Device::publish(uint64_t now_ms) {
  if (birth_due_) publish_birth();
  if (birth_due_) return;
  if (now_ms >= next_info_ms_) publish_info(now_ms);
  if (farewell_ == kNoToken) publish_readings(now_ms);
}

void Device::publish_birth() { birth_due_ = publish_status(Status::Online) == kNoToken; }

void Device::publish_info(uint64_t now_ms) {
  char payload[kPayloadSize];
  Text text(payload, sizeof payload);
  write_info(text, {identity_.firmware, retained_.boot, configuration_.interval_ms, configuration_.sleep_s,
                    sensor_.restarts(), sensor_.failures(), buffer_.merged_away(), last_command_});
  publish_on("info", text, true);
  next_info_ms_ = now_ms + kInfoMs;
}

void Device::publish_readings(uint64_t now_ms) {
  while (!window_.full() && window_.size() < buffer_.size()) {
    const int32_t token = publish_reading(buffer_[window_.size()], now_ms);
    if (token == kNoToken) return;
    window_.sent(token);
  }
}

int32_t Device::publish_reading(const Reading& reading, uint64_t now_ms) {
  int64_t utc_ms = 0;
  const bool known = ports_.clock.utc_ms(utc_ms);
  const auto age_ms = static_cast<int64_t>(now_ms - reading.at_ms);
  char payload[kPayloadSize];
  Text text(payload, sizeof payload);
  write_telemetry(text, retained_.boot, reading, known ? utc_ms - age_ms : 0);
  return publish_on("telemetry", text, false);
}

int32_t Device::publish_status(Status status) {
  char payload[sizeof will_];
  Text text(payload, sizeof payload);
  write_status(text, status, retained_.boot);
  return publish_on("status", text, true);
}

int32_t Device::publish_on(const char* kind, const Text& payload, bool retain) {
  char topic[kTopicSize];
  Text text(topic, sizeof topic);
  write_topic(text, identity_.node, kind);
  if (!text.whole() || !payload.whole()) return kNoToken;
  return ports_.mqtt.publish(topic, payload.c_str(), payload.size(), retain);
}

void Device::rest(uint64_t now_ms) {
  if (restart_due_ && buffer_.empty()) ports_.system.restart();
  if (configuration_.sleep_s == 0) return;
  if (now_ms - awake_since_ms_ >= kLongestAwakeMs) return fall_asleep();
  const bool done = measured_ && buffer_.empty() && connection_.connected() && !birth_due_;
  if (done && farewell_ == kNoToken) farewell_ = publish_status(Status::Sleeping);
}

void Device::fall_asleep() {
  ports_.mqtt.disconnect();
  ports_.system.deep_sleep(configuration_.sleep_s);
}

}  // namespace ahorrater
