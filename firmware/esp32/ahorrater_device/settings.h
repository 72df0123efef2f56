// What a device has to know, kept in its flash (NVS): typed in once over the serial line, never compiled in.
#pragma once

#include <Preferences.h>

#include "ahorrater/device.h"

struct Settings {
  String node;
  String wifi_ssid;
  String wifi_password;
  String mqtt_host;
  uint16_t mqtt_port = 8883;
  String mqtt_password;
  String ca;            // PEM of the authority that signed the broker's certificate. Empty: no TLS, for a bench only.
  String ota_password;  // Empty: no updates over the air.
  String ntp_server = "pool.ntp.org";
  ahorrater::Configuration configuration;

  bool complete() const { return !node.isEmpty() && !wifi_ssid.isEmpty() && !mqtt_host.isEmpty(); }
};

class SettingsStore {
 public:
  SettingsStore() { preferences_.begin("ahorrater", false); }

  Settings load();
  void save(const Settings& settings);
  void save_configuration(uint32_t interval_ms, uint32_t sleep_s);
  // A number that was never used before: what the flash counts, or, where it cannot write, a random one far above.
  uint32_t next_boot();

 private:
  Preferences preferences_;
};

// Asks for the settings over the serial line, when a key is pressed in the first seconds, or there are none yet.
void provision(SettingsStore& store, Settings& settings);
