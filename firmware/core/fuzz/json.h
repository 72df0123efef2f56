// Whether a text is JSON (RFC 8259), as far as a device's payloads go: objects of numbers, plain strings and words.
#pragma once

#include <regex>
#include <string>

inline bool is_flat_json(const std::string& text) {
  static const std::regex flat(
      R"re(\{("[a-z_]+":(-?(0|[1-9][0-9]*)(\.[0-9]+)?|true|false|null|"[^"\\\x00-\x1f]*")(,(?=")|(?=\}$)))+\})re");
  return std::regex_match(text, flat);
}
