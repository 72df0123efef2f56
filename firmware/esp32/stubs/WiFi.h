#pragma once

enum wl_status_t { WL_IDLE_STATUS = 0, WL_CONNECTED = 3 };
enum wifi_mode_t { WIFI_STA = 1 };

class WiFiClass {
 public:
  bool mode(wifi_mode_t mode);
  bool setHostname(const char* name);
  bool setAutoReconnect(bool reconnect);
  wl_status_t begin(const char* ssid, const char* passphrase);
  wl_status_t status();
};
extern WiFiClass WiFi;
