#include <doctest/doctest.h>

#include <string>

#include "ahorrater/command.h"

using namespace ahorrater;

namespace {

const char* parse(const std::string& text, Command& command) {
  return parse_command(text.data(), text.size(), command);
}

}  // namespace

TEST_CASE("commands") {
  Command command;
  CHECK(parse(" { \"interval_s\" : 2.5 , \"sleep_s\": 60, \"restart\": true } ", command) == nullptr);
  CHECK(command.interval_ms == 2'500);
  CHECK(command.sleep_s == 60);
  CHECK(command.restart);
}

TEST_CASE("what is not said stays unsaid") {
  Command command;
  CHECK(parse("{\"interval_s\":0.2}", command) == nullptr);
  CHECK(command.interval_ms == 200);
  CHECK(command.sleep_s == Command::kNotSaid);
  CHECK_FALSE(command.restart);
}

TEST_CASE("what is no command changes nothing and says why") {
  const char* const wrong[] = {
      "",
      "{",
      "{}",
      "[]",
      "null",
      "{\"interval_s\"}",
      "{\"interval_s\":}",
      "{\"interval_s\":0}",
      "{\"interval_s\":0.1}",
      "{\"interval_s\":3601}",
      "{\"interval_s\":-1}",
      "{\"interval_s\":1e3}",
      "{\"interval_s\":01}",
      "{\"interval_s\":1.}",
      "{\"interval_s\":\"5\"}",
      "{\"interval_s\":5,}",
      "{\"interval_s\":5}x",
      "{\"sleep_s\":86401}",
      "{\"restart\":1}",
      "{\"restart\":tru}",
      "{\"format\":true}",
      "{\"a_name_that_is_too_long\":1}",
      "{\"interval_s\":99999999999999999999999999}",
      "{\"interval_s\":4294967.296}",
  };
  for (const char* text : wrong) {
    CAPTURE(text);
    Command command;
    CHECK(parse(text, command) != nullptr);
    CHECK(command.interval_ms == Command::kNotSaid);
    CHECK_FALSE(command.restart);
  }
}
