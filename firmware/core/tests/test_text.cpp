#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "ahorrater/messages.h"

using namespace ahorrater;

namespace {

std::string utc(int64_t utc_ms) {
  char memory[64];
  return Text(memory, sizeof memory).put_utc(utc_ms).c_str();
}

std::string micro(int64_t value) {
  char memory[64];
  return Text(memory, sizeof memory).put_micro(value).c_str();
}

}  // namespace

TEST_CASE("moments") {
  CHECK(utc(0) == "null");
  CHECK(utc(946'684'799'999) == "null");
  CHECK(utc(946'684'800'000) == "\"2000-01-01T00:00:00.000Z\"");
  CHECK(utc(951'782'399'999) == "\"2000-02-28T23:59:59.999Z\"");
  CHECK(utc(951'782'400'000) == "\"2000-02-29T00:00:00.000Z\"");
  CHECK(utc(1'782'041'400'250) == "\"2026-06-21T11:30:00.250Z\"");
  CHECK(utc(4'107'542'400'000) == "\"2100-03-01T00:00:00.000Z\"");
  CHECK(utc(253'402'300'799'999) == "\"9999-12-31T23:59:59.999Z\"");
  CHECK(utc(253'402'300'800'000) == "null");
  CHECK(utc(INT64_MIN) == "null");
}

TEST_CASE("numbers") {
  CHECK(micro(0) == "0.0000");
  CHECK(micro(1'930'000) == "1.9300");
  CHECK(micro(-1'930'049) == "-1.9300");
  CHECK(micro(99) == "0.0000");
  CHECK(micro(-99) == "0.0000");
  CHECK(micro(26'000'000) == "26.0000");
  char memory[32];
  CHECK(std::string(Text(memory, sizeof memory).put(INT64_MIN).c_str()) == "-9223372036854775808");
}

TEST_CASE("what does not fit is known to be cut") {
  const auto write = [](char* memory, size_t capacity) {
    Text text(memory, capacity);
    write_telemetry(text, 12, {0, 4711, 1, {18'240'000, 1'930'000, 35'203'200, false}}, 1'782'041'400'000);
    return text;
  };
  char memory[320];
  const size_t size = write(memory, sizeof memory).size();
  for (size_t capacity = 1; capacity < size + 20; ++capacity) {
    std::string small(capacity, 'x');
    const Text text = write(small.data(), capacity);
    CHECK(text.size() < capacity);
    CHECK(text.whole() == (capacity > size));
  }
}

TEST_CASE("payloads") {
  char memory[320];
  Text telemetry(memory, sizeof memory);
  write_telemetry(telemetry, 12, {0, 4711, 1, {18'240'000, -1'930'000, -35'203'200, true}}, 0);
  CHECK(std::string(memory) ==
        "{\"boot\":12,\"seq\":4711,\"measured_at\":null,\"voltage_v\":18.2400,\"current_a\":-1.9300,"
        "\"power_w\":-35.2032,\"overflow\":true}");
  Text status(memory, sizeof memory);
  write_status(status, Status::Sleeping, 3);
  CHECK(std::string(memory) == "{\"status\":\"sleeping\",\"boot\":3}");
}
