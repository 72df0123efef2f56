#include "esp_mqtt.h"

#include <WiFi.h>
#include <string.h>

using ahorrater::MqttEvent;

namespace {

constexpr UBaseType_t kQueuedEvents = 32;
constexpr int kKeepAliveS = 15;
constexpr int kQos = 1;

}  // namespace

EspMqtt::EspMqtt(const Settings& settings)
    : settings_(settings), events_(xQueueCreate(kQueuedEvents, sizeof(Happened))) {}

void EspMqtt::connect(const char* will_topic, const char* will) {
  drop();
  if (WiFi.status() != WL_CONNECTED) return happened({MqttEvent::Kind::Disconnected, 0, false, 0, {}});
  const bool secure = !settings_.ca.isEmpty();
  esp_mqtt_client_config_t config = {};
  config.broker.address.hostname = settings_.mqtt_host.c_str();
  config.broker.address.port = settings_.mqtt_port;
  config.broker.address.transport = secure ? MQTT_TRANSPORT_OVER_SSL : MQTT_TRANSPORT_OVER_TCP;
  config.broker.verification.certificate = secure ? settings_.ca.c_str() : nullptr;
  config.credentials.username = settings_.node.c_str();
  config.credentials.authentication.password = settings_.mqtt_password.c_str();
  config.session.keepalive = kKeepAliveS;
  config.session.last_will.topic = will_topic;
  config.session.last_will.msg = will;
  config.session.last_will.qos = kQos;
  config.session.last_will.retain = 1;
  // The core decides when to connect again.
  config.network.disable_auto_reconnect = true;
  client_ = esp_mqtt_client_init(&config);
  esp_mqtt_client_register_event(client_, MQTT_EVENT_ANY, on_event, this);
  esp_mqtt_client_start(client_);
}

void EspMqtt::disconnect() {
  if (client_ != nullptr) esp_mqtt_client_disconnect(client_);
  drop();
}

void EspMqtt::subscribe(const char* topic) { esp_mqtt_client_subscribe_single(client_, topic, kQos); }

int32_t EspMqtt::publish(const char* topic, const char* payload, size_t size, bool retain) {
  if (client_ == nullptr) return -1;
  const int token = esp_mqtt_client_enqueue(client_, topic, payload, static_cast<int>(size), kQos, retain, true);
  return token < 0 ? -1 : token;
}

bool EspMqtt::next(MqttEvent& event) {
  if (xQueueReceive(events_, &latest_, 0) != pdTRUE) return false;
  event = {latest_.kind, latest_.token, latest_.retained, latest_.text, latest_.size};
  return true;
}

void EspMqtt::drop() {
  if (client_ != nullptr) esp_mqtt_client_destroy(client_);
  client_ = nullptr;
  xQueueReset(events_);
}

// A full queue makes the client's task wait: an acknowledgement that is lost would cost a whole reconnection.
void EspMqtt::happened(const Happened& event) { xQueueSend(events_, &event, pdMS_TO_TICKS(1'000)); }

void EspMqtt::on_event(void* self, esp_event_base_t /*base*/, int32_t id, void* data) {
  auto* const mqtt = static_cast<EspMqtt*>(self);
  const auto* const event = static_cast<esp_mqtt_event_handle_t>(data);
  Happened happened = {MqttEvent::Kind::Connected, 0, false, 0, {}};
  switch (id) {
    case MQTT_EVENT_CONNECTED:
      break;
    case MQTT_EVENT_DISCONNECTED:
      happened.kind = MqttEvent::Kind::Disconnected;
      break;
    case MQTT_EVENT_PUBLISHED:
      happened.kind = MqttEvent::Kind::Acknowledged;
      happened.token = event->msg_id;
      break;
    case MQTT_EVENT_DATA:
      // What is longer than any command arrives cut, and is refused as one.
      happened.kind = MqttEvent::Kind::Command;
      happened.retained = event->retain;
      happened.size = static_cast<size_t>(event->data_len) < kLongestCommand ? static_cast<size_t>(event->data_len)
                                                                             : kLongestCommand;
      memcpy(happened.text, event->data, happened.size);
      break;
    default:
      return;
  }
  mqtt->happened(happened);
}
