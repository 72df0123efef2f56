#include "mosquitto_mqtt.h"

#include <cstring>
#include <iostream>
#include <utility>

namespace ahorrater {
namespace {

constexpr int kKeepAliveS = 10;
constexpr int kQos = 1;
// The core decides when to connect again; the library must not.
constexpr unsigned kNeverS = 86'400;

}  // namespace

MosquittoMqtt::MosquittoMqtt(Broker broker) : broker_(std::move(broker)) { mosquitto_lib_init(); }

MosquittoMqtt::~MosquittoMqtt() {
  drop();
  mosquitto_lib_cleanup();
}

void MosquittoMqtt::connect(const char* will_topic, const char* will) {
  drop();
  client_ = mosquitto_new(("device-" + broker_.user).c_str(), true, this);
  mosquitto_connect_callback_set(client_, on_connect);
  mosquitto_disconnect_callback_set(client_, on_disconnect);
  mosquitto_publish_callback_set(client_, on_publish);
  mosquitto_message_callback_set(client_, on_message);
  mosquitto_reconnect_delay_set(client_, kNeverS, kNeverS, false);
  mosquitto_will_set(client_, will_topic, static_cast<int>(std::strlen(will)), will, kQos, true);
  if (!broker_.user.empty()) mosquitto_username_pw_set(client_, broker_.user.c_str(), broker_.password.c_str());
  if (!broker_.ca_file.empty()) mosquitto_tls_set(client_, broker_.ca_file.c_str(), nullptr, nullptr, nullptr, nullptr);
  const int code = mosquitto_connect_async(client_, broker_.host.c_str(), broker_.port, kKeepAliveS);
  if (code != MOSQ_ERR_SUCCESS) {
    std::cerr << "cannot connect: " << mosquitto_strerror(code) << std::endl;
    return happened({MqttEvent::Kind::Disconnected});
  }
  mosquitto_loop_start(client_);
}

void MosquittoMqtt::disconnect() {
  if (client_ == nullptr) return;
  mosquitto_disconnect(client_);
  mosquitto_loop_stop(client_, false);
  drop();
}

void MosquittoMqtt::subscribe(const char* topic) { mosquitto_subscribe(client_, nullptr, topic, kQos); }

int32_t MosquittoMqtt::publish(const char* topic, const char* payload, size_t size, bool retain) {
  if (client_ == nullptr) return -1;
  int token = 0;
  const int code = mosquitto_publish(client_, &token, topic, static_cast<int>(size), payload, kQos, retain);
  return code == MOSQ_ERR_SUCCESS ? token : -1;
}

bool MosquittoMqtt::next(MqttEvent& event) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (events_.empty()) return false;
  text_ = events_.front().text;
  event = {events_.front().kind, events_.front().token, events_.front().retained, text_.data(), text_.size()};
  events_.pop_front();
  return true;
}

void MosquittoMqtt::drop() {
  if (client_ != nullptr) {
    mosquitto_loop_stop(client_, true);
    mosquitto_destroy(client_);
    client_ = nullptr;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  events_.clear();
}

void MosquittoMqtt::happened(Happened event) {
  const std::lock_guard<std::mutex> lock(mutex_);
  events_.push_back(std::move(event));
}

void MosquittoMqtt::on_connect(mosquitto* /*client*/, void* self, int code) {
  if (code != 0) std::cerr << "refused: " << mosquitto_connack_string(code) << std::endl;
  if (code == 0) static_cast<MosquittoMqtt*>(self)->happened({MqttEvent::Kind::Connected});
}

void MosquittoMqtt::on_disconnect(mosquitto* /*client*/, void* self, int code) {
  if (code != 0) static_cast<MosquittoMqtt*>(self)->happened({MqttEvent::Kind::Disconnected});
}

void MosquittoMqtt::on_publish(mosquitto* /*client*/, void* self, int token) {
  static_cast<MosquittoMqtt*>(self)->happened({MqttEvent::Kind::Acknowledged, token});
}

void MosquittoMqtt::on_message(mosquitto* /*client*/, void* self, const mosquitto_message* message) {
  const std::string text(static_cast<const char*>(message->payload), static_cast<size_t>(message->payloadlen));
  static_cast<MosquittoMqtt*>(self)->happened({MqttEvent::Kind::Command, 0, message->retain, text});
}

}  // namespace ahorrater
