// The core's Mqtt port on ESP-IDF's esp-mqtt. Each connection is a client of its own, so nothing of an old one is sent
// again. The client's task only puts events into a queue; the loop takes them out.
#pragma once

#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <mqtt_client.h>

#include "ahorrater/ports.h"
#include "settings.h"

class EspMqtt : public ahorrater::Mqtt {
 public:
  explicit EspMqtt(const Settings& settings);

  void connect(const char* will_topic, const char* will) override;
  void disconnect() override;
  void subscribe(const char* topic) override;
  int32_t publish(const char* topic, const char* payload, size_t size, bool retain) override;
  bool next(ahorrater::MqttEvent& event) override;

 private:
  static constexpr size_t kLongestCommand = 256;
  struct Happened {
    ahorrater::MqttEvent::Kind kind;
    int32_t token;
    bool retained;
    size_t size;
    char text[kLongestCommand];
  };

  void drop();
  void happened(const Happened& event);
  static void on_event(void* self, esp_event_base_t base, int32_t id, void* data);

  const Settings& settings_;
  QueueHandle_t events_;
  esp_mqtt_client_handle_t client_ = nullptr;
  Happened latest_ = {};
};
