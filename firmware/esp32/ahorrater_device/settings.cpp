#include "settings.h"

#include <Arduino.h>
#include <esp_random.h>

namespace {

constexpr uint32_t kAskedForMs = 3'000;
constexpr uint32_t kRandomBoot = 1UL << 30U;
const char* const kEndOfCertificate = "-----END CERTIFICATE-----";

String read_line() {
  Serial.setTimeout(600'000);
  String line = Serial.readStringUntil('\n');
  line.trim();
  return line;
}

String read_certificate() {
  String pem;
  Serial.println("paste the certificate; it ends by itself");
  while (true) {
    const String line = read_line();
    pem += line + "\n";
    if (line == kEndOfCertificate) return pem;
  }
}

bool change(Settings& settings, const String& key, const String& value) {
  if (key == "node")
    settings.node = value;
  else if (key == "wifi_ssid")
    settings.wifi_ssid = value;
  else if (key == "wifi_password")
    settings.wifi_password = value;
  else if (key == "mqtt_host")
    settings.mqtt_host = value;
  else if (key == "mqtt_port")
    settings.mqtt_port = static_cast<uint16_t>(value.toInt());
  else if (key == "mqtt_password")
    settings.mqtt_password = value;
  else if (key == "ota_password")
    settings.ota_password = value;
  else if (key == "ntp_server")
    settings.ntp_server = value;
  else if (key == "shunt_uohm")
    settings.configuration.shunt_uohm = static_cast<uint32_t>(value.toInt());
  else if (key == "ca")
    settings.ca = read_certificate();
  else
    return false;
  return true;
}

// Says what is set; of a secret only whether it is.
void show(const Settings& settings) {
  const auto known = [](const String& secret) { return secret.isEmpty() ? "not set" : "set"; };
  Serial.printf("node %s\nwifi_ssid %s\nwifi_password %s\nmqtt_host %s\nmqtt_port %u\nmqtt_password %s\nca %s\n",
                settings.node.c_str(), settings.wifi_ssid.c_str(), known(settings.wifi_password),
                settings.mqtt_host.c_str(), settings.mqtt_port, known(settings.mqtt_password), known(settings.ca));
  Serial.printf("ota_password %s\nntp_server %s\nshunt_uohm %lu\n", known(settings.ota_password),
                settings.ntp_server.c_str(), static_cast<unsigned long>(settings.configuration.shunt_uohm));
}

bool asked_for() {
  Serial.println("press a key within 3 s to change the settings");
  const uint32_t begin_ms = millis();
  while (millis() - begin_ms < kAskedForMs)
    if (Serial.available() > 0) return true;
  return false;
}

}  // namespace

Settings SettingsStore::load() {
  Settings settings;
  settings.node = preferences_.getString("node", "");
  settings.wifi_ssid = preferences_.getString("wifi_ssid", "");
  settings.wifi_password = preferences_.getString("wifi_pass", "");
  settings.mqtt_host = preferences_.getString("mqtt_host", "");
  settings.mqtt_port = preferences_.getUShort("mqtt_port", settings.mqtt_port);
  settings.mqtt_password = preferences_.getString("mqtt_pass", "");
  settings.ca = preferences_.getString("ca", "");
  settings.ota_password = preferences_.getString("ota_pass", "");
  settings.ntp_server = preferences_.getString("ntp", settings.ntp_server);
  ahorrater::Configuration& configuration = settings.configuration;
  configuration.interval_ms = preferences_.getUInt("interval_ms", configuration.interval_ms);
  configuration.sleep_s = preferences_.getUInt("sleep_s", configuration.sleep_s);
  configuration.shunt_uohm = preferences_.getUInt("shunt_uohm", configuration.shunt_uohm);
  return settings;
}

void SettingsStore::save(const Settings& settings) {
  preferences_.putString("node", settings.node);
  preferences_.putString("wifi_ssid", settings.wifi_ssid);
  preferences_.putString("wifi_pass", settings.wifi_password);
  preferences_.putString("mqtt_host", settings.mqtt_host);
  preferences_.putUShort("mqtt_port", settings.mqtt_port);
  preferences_.putString("mqtt_pass", settings.mqtt_password);
  preferences_.putString("ca", settings.ca);
  preferences_.putString("ota_pass", settings.ota_password);
  preferences_.putString("ntp", settings.ntp_server);
  preferences_.putUInt("shunt_uohm", settings.configuration.shunt_uohm);
}

void SettingsStore::save_configuration(uint32_t interval_ms, uint32_t sleep_s) {
  preferences_.putUInt("interval_ms", interval_ms);
  preferences_.putUInt("sleep_s", sleep_s);
}

uint32_t SettingsStore::next_boot() {
  const uint32_t boot = preferences_.getUInt("boot", 0) + 1;
  const bool kept = preferences_.putUInt("boot", boot) == sizeof boot;
  return kept ? boot : kRandomBoot + (esp_random() >> 2U);
}

void provision(SettingsStore& store, Settings& settings) {
  if (settings.complete() && !asked_for()) return;
  Serial.println("NAME VALUE sets one, `ca` asks for a certificate, `show` lists them, `save` keeps them");
  while (true) {
    const String line = read_line();
    const int space = line.indexOf(' ');
    const String key = space < 0 ? line : line.substring(0, space);
    const bool saves = key == "save" && settings.complete() && settings.configuration.shunt_uohm > 0;
    if (saves) break;
    if (key == "save")
      Serial.println("node, wifi_ssid and mqtt_host are needed, and a shunt above 0");
    else if (key == "show")
      show(settings);
    else if (!change(settings, key, space < 0 ? "" : line.substring(space + 1)))
      Serial.println("no such setting");
  }
  store.save(settings);
}
