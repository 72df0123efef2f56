// AhorraTER's device on an ESP32 with an INA219: a shell around the core (firmware/core), which does all the thinking.
#include <Arduino.h>
#include <ArduinoOTA.h>
#include <WiFi.h>
#include <esp_ota_ops.h>
#include <esp_sleep.h>
#include <esp_task_wdt.h>

#include "ahorrater/device.h"
#include "board.h"
#include "esp_mqtt.h"
#include "settings.h"
#include "wire_i2c.h"

namespace {

constexpr const char* kFirmware = "1.0.0";
constexpr uint32_t kWatchdogMs = 30'000;
constexpr uint32_t kCapacity = 2'048;        // 64 KiB: an hour and more at 2 s before readings grow coarser.
constexpr uint32_t kRetainedCapacity = 120;  // RTC memory has 8 KiB.

// RTC memory: survives a deep sleep, begins anew at every other start.
RTC_DATA_ATTR ahorrater::Retained retained;
RTC_DATA_ATTR ahorrater::Reading retained_readings[kRetainedCapacity];
RTC_DATA_ATTR uint64_t clock_base_ms;
ahorrater::Reading readings[kCapacity];

ahorrater::Device* device;
BoardSystem* board;
bool proven = false;

void start_watchdog() {
  const esp_task_wdt_config_t config = {kWatchdogMs, 0, true};
  esp_task_wdt_reconfigure(&config);
  esp_task_wdt_add(nullptr);
}

void start_network(const Settings& settings) {
  WiFi.mode(WIFI_STA);
  WiFi.setHostname(settings.node.c_str());
  WiFi.setAutoReconnect(true);
  WiFi.begin(settings.wifi_ssid.c_str(), settings.wifi_password.c_str());
  configTime(0, 0, settings.ntp_server.c_str());
  if (settings.ota_password.isEmpty()) return;
  ArduinoOTA.setHostname(settings.node.c_str());
  ArduinoOTA.setPassword(settings.ota_password.c_str());
  ArduinoOTA.onProgress([](unsigned int, unsigned int) { esp_task_wdt_reset(); });
  ArduinoOTA.begin();
}

// A new program that never reaches the broker is not kept: the boot loader goes back to the one before.
void confirm_update() {
  if (proven || !device->connected()) return;
  proven = true;
  esp_ota_mark_app_valid_cancel_rollback();
}

}  // namespace

// Arduino's core asks this before it confirms a new program by itself.
extern "C" bool verifyRollbackLater() { return true; }

void setup() {
  Serial.begin(115200);
  static SettingsStore store;
  static Settings settings = store.load();
  const bool woke = esp_sleep_get_wakeup_cause() == ESP_SLEEP_WAKEUP_TIMER;
  if (!woke) {
    provision(store, settings);
    retained.boot = store.next_boot();
  }
  const bool sleeps = settings.configuration.sleep_s > 0;
  static WireI2c i2c;
  static EspMqtt mqtt(settings);
  static BoardClock clock(clock_base_ms);
  static BoardSystem system(store, clock, sleeps);
  i2c.begin();
  start_watchdog();
  start_network(settings);
  static ahorrater::Device the_device({settings.node.c_str(), kFirmware}, settings.configuration,
                                      {i2c, mqtt, clock, system}, retained, sleeps ? retained_readings : readings,
                                      sleeps ? kRetainedCapacity : kCapacity);
  device = &the_device;
  board = &system;
}

void loop() {
  device->step();
  confirm_update();
  ArduinoOTA.handle();
  if (board->needs_restart() && device->waiting() == 0) board->restart();
  delay(10);
}
