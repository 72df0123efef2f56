// The core's Mqtt port on libmosquitto. Each connection is a client of its own, so nothing of an old one is sent again.
#pragma once

#include <mosquitto.h>

#include <deque>
#include <mutex>
#include <string>

#include "ahorrater/ports.h"

namespace ahorrater {

struct Broker {
  std::string host = "127.0.0.1";
  int port = 1883;
  std::string user;
  std::string password;
  std::string ca_file;  // Empty: no TLS.
};

class MosquittoMqtt : public Mqtt {
 public:
  explicit MosquittoMqtt(Broker broker);
  ~MosquittoMqtt() override;
  MosquittoMqtt(const MosquittoMqtt&) = delete;
  MosquittoMqtt& operator=(const MosquittoMqtt&) = delete;

  void connect(const char* will_topic, const char* will) override;
  void disconnect() override;
  void subscribe(const char* topic) override;
  int32_t publish(const char* topic, const char* payload, size_t size, bool retain) override;
  bool next(MqttEvent& event) override;

 private:
  struct Happened {
    MqttEvent::Kind kind;
    int32_t token = 0;
    bool retained = false;
    std::string text = {};
  };

  void drop();
  void happened(Happened event);
  static void on_connect(mosquitto* client, void* self, int code);
  static void on_disconnect(mosquitto* client, void* self, int code);
  static void on_publish(mosquitto* client, void* self, int token);
  static void on_message(mosquitto* client, void* self, const mosquitto_message* message);

  Broker broker_;
  mosquitto* client_ = nullptr;
  std::mutex mutex_;
  std::deque<Happened> events_;
  std::string text_;
};

}  // namespace ahorrater
