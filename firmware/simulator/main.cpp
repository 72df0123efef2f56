// A device without hardware: the same core, a simulated INA219, a real broker.
//   device-simulator --node worker-1 [--host H] [--port P] [--ca FILE] [--boot-file FILE] [--interval-ms N] [--watts W]
// MQTT_PASSWORD holds the password of the user, who has the node's name. SIGTERM leaves without a word: the will
// speaks.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ahorrater/device.h"
#include "mosquitto_mqtt.h"
#include "simulated_ina219.h"

namespace {

using namespace ahorrater;

constexpr uint32_t kCapacity = 4'096;
constexpr int32_t kPanelUv = 18'000'000;
constexpr auto kStep = std::chrono::milliseconds(10);

volatile std::sig_atomic_t ending = 0;

class SystemClock : public Clock {
 public:
  uint64_t monotonic_ms() override { return milliseconds(std::chrono::steady_clock::now().time_since_epoch()); }
  bool utc_ms(int64_t& value) override {
    value = static_cast<int64_t>(milliseconds(std::chrono::system_clock::now().time_since_epoch()));
    return true;
  }

 private:
  template <typename Duration>
  static uint64_t milliseconds(Duration duration) {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
  }
};

class Process : public System {
 public:
  uint32_t asleep_s = 0;

  uint32_t random() override { return random_(); }
  void feed_watchdog() override {}
  void restart() override { ending = 1; }
  void deep_sleep(uint32_t duration_s) override { asleep_s = duration_s; }
  void keep_configuration(uint32_t interval_ms, uint32_t sleep_s) override {
    std::cout << "kept: interval " << interval_ms << " ms, sleep " << sleep_s << " s" << std::endl;
  }

 private:
  std::random_device random_;
};

struct Options {
  std::string node;
  std::string boot_file;
  Broker broker;
  Configuration configuration;
  int32_t watts = 35;
};

[[noreturn]] void refuse(const std::string& what) {
  std::cerr << what
            << "\nusage: device-simulator --node NODE [--host H] [--port P] [--ca FILE] [--boot-file FILE] "
               "[--interval-ms N] [--watts W]\n";
  std::exit(2);
}

int32_t number(const std::string& name, const char* value, int32_t low, int32_t high) {
  char* end = nullptr;
  const long number = std::strtol(value, &end, 10);
  if (*value == '\0' || *end != '\0' || number < low || number > high)
    refuse(name + " is a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return static_cast<int32_t>(number);
}

void read_option(Options& options, const std::string& name, const char* value) {
  if (name == "--node")
    options.node = value;
  else if (name == "--host")
    options.broker.host = value;
  else if (name == "--port")
    options.broker.port = number(name, value, 1, 65535);
  else if (name == "--ca")
    options.broker.ca_file = value;
  else if (name == "--boot-file")
    options.boot_file = value;
  else if (name == "--interval-ms")
    options.configuration.interval_ms =
        static_cast<uint32_t>(number(name, value, Command::kShortestIntervalMs, Command::kLongestIntervalMs));
  else if (name == "--watts")
    options.watts = number(name, value, 0, 57);
  else
    refuse("unknown option " + name);
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) refuse("an option without its value");
    read_option(options, argv[i], argv[i + 1]);
  }
  if (options.node.empty()) refuse("--node is missing");
  options.broker.user = options.node;
  const char* const password = std::getenv("MQTT_PASSWORD");
  options.broker.password = password == nullptr ? "" : password;
  return options;
}

// A boot number is never used again: it is counted in a file, as a board counts it in its flash.
uint32_t next_boot(const std::string& file) {
  if (file.empty()) return std::random_device{}() >> 1U;
  uint32_t boot = 0;
  std::ifstream(file) >> boot;
  std::ofstream(file) << ++boot << '\n';
  return boot;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  for (const int signal : {SIGTERM, SIGINT}) static_cast<void>(std::signal(signal, [](int) { ending = 1; }));
  testing::SimulatedIna219 chip;
  chip.always_ready();
  chip.set(kPanelUv, static_cast<int32_t>(int64_t{options.watts} * 100'000'000'000 / kPanelUv));
  MosquittoMqtt mqtt(options.broker);
  SystemClock clock;
  Process process;
  Retained retained;
  retained.boot = next_boot(options.boot_file);
  std::vector<Reading> storage(kCapacity);
  Device device({options.node.c_str(), "simulator"}, options.configuration, {chip, mqtt, clock, process}, retained,
                storage.data(), kCapacity);
  while (ending == 0 && process.asleep_s == 0) {
    device.step();
    std::this_thread::sleep_for(kStep);
  }
  return 0;
}
