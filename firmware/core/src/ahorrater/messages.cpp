#include "ahorrater/messages.h"

namespace ahorrater {
namespace {

const char* word_of(Status status) {
  switch (status) {
    case Status::Online:
      return "online";
    case Status::Sleeping:
      return "sleeping";
    case Status::Offline:
      break;
  }
  return "offline";
}

}  // namespace

void write_telemetry(Text& text, uint32_t boot, const Reading& reading, int64_t utc_ms) {
  const Measurement& measurement = reading.measurement;
  text.put("{\"boot\":").put(int64_t{boot}).put(",\"seq\":").put(int64_t{reading.seq});
  text.put(",\"measured_at\":").put_utc(utc_ms);
  text.put(",\"voltage_v\":").put_micro(measurement.voltage_uv);
  text.put(",\"current_a\":").put_micro(measurement.current_ua);
  text.put(",\"power_w\":").put_micro(measurement.power_uw);
  text.put(",\"overflow\":").put(measurement.overflow ? "true}" : "false}");
}

void write_status(Text& text, Status status, uint32_t boot) {
  text.put("{\"status\":\"").put(word_of(status)).put("\",\"boot\":").put(int64_t{boot}).put('}');
}

void write_info(Text& text, const Info& info) {
  text.put("{\"firmware\":\"").put(info.firmware).put("\",\"boot\":").put(int64_t{info.boot});
  text.put(",\"interval_s\":").put_micro(int64_t{info.interval_ms} * 1000);
  text.put(",\"sleep_s\":").put(int64_t{info.sleep_s});
  text.put(",\"sensor_restarts\":").put(int64_t{info.sensor_restarts});
  text.put(",\"sensor_failures\":").put(int64_t{info.sensor_failures});
  text.put(",\"merged_away\":").put(int64_t{info.merged_away});
  text.put(",\"last_command\":\"").put(info.last_command).put("\"}");
}

}  // namespace ahorrater
