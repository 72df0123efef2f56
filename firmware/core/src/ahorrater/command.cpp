#include "ahorrater/command.h"

#include <string.h>

namespace ahorrater {
namespace {

constexpr size_t kLongestName = 16;

class Parser {
 public:
  Parser(const char* text, size_t size) : next_(text), end_(text + size) {}

  const char* object(Command& command) {
    if (!take('{')) return "no JSON object";
    do {
      const char* fault = member(command);
      if (fault != nullptr) return fault;
    } while (take(','));
    if (!take('}')) return "the object does not end";
    skip_space();
    return next_ == end_ ? nullptr : "something follows the object";
  }

 private:
  const char* member(Command& command) {
    char name[kLongestName];
    if (!this->name(name) || !take(':')) return "no member";
    if (strcmp(name, "interval_s") == 0) return interval(command.interval_ms);
    if (strcmp(name, "sleep_s") == 0) return sleep(command.sleep_s);
    if (strcmp(name, "restart") == 0) return restart(command.restart);
    return "members are interval_s, sleep_s and restart";
  }

  const char* interval(uint32_t& interval_ms) {
    const bool read = milliseconds(interval_ms);
    const bool fits = interval_ms >= Command::kShortestIntervalMs && interval_ms <= Command::kLongestIntervalMs;
    return read && fits ? nullptr : "interval_s is a number from 0.2 to 3600";
  }

  const char* sleep(uint32_t& sleep_s) {
    uint32_t sleep_ms = 0;
    const bool read = milliseconds(sleep_ms);
    sleep_s = sleep_ms / 1000;
    return read && sleep_s <= Command::kLongestSleepS ? nullptr : "sleep_s is a number from 0 to 86400";
  }

  const char* restart(bool& restart) {
    restart = take_word("true");
    return restart || take_word("false") ? nullptr : "restart is true or false";
  }

  bool name(char (&name)[kLongestName]) {
    if (!take('"')) return false;
    size_t length = 0;
    while (next_ != end_ && *next_ != '"' && length + 1 < kLongestName) name[length++] = *next_++;
    name[length] = '\0';
    return next_ != end_ && *next_++ == '"';
  }

  // A decimal number without sign and exponent, in thousandths; further decimals are dropped.
  bool milliseconds(uint32_t& thousandths) {
    skip_space();
    uint64_t value = 0;
    const char* const begin = next_;
    while (digit() && value < kTooLarge) value = value * 10 + static_cast<uint64_t>(*next_++ - '0');
    if (next_ == begin || value >= kTooLarge || (*begin == '0' && next_ - begin > 1)) return false;
    value *= 1000;
    if (next_ != end_ && *next_ == '.' && !fraction(value)) return false;
    thousandths = static_cast<uint32_t>(value);
    return true;
  }

  bool fraction(uint64_t& thousandths) {
    const char* const begin = ++next_;
    for (uint64_t place = 100; digit(); place /= 10) thousandths += static_cast<uint64_t>(*next_++ - '0') * place;
    return next_ != begin;
  }

  bool digit() const { return next_ != end_ && *next_ >= '0' && *next_ <= '9'; }

  bool take(char wanted) {
    skip_space();
    if (next_ == end_ || *next_ != wanted) return false;
    ++next_;
    return true;
  }

  bool take_word(const char* word) {
    skip_space();
    const size_t length = strlen(word);
    if (static_cast<size_t>(end_ - next_) < length || memcmp(next_, word, length) != 0) return false;
    next_ += length;
    return true;
  }

  void skip_space() {
    while (next_ != end_ && (*next_ == ' ' || *next_ == '\t' || *next_ == '\n' || *next_ == '\r')) ++next_;
  }

  static constexpr uint64_t kTooLarge = 1'000'000;  // Seconds; far above any limit, and its thousandths fit 32 bits.

  const char* next_;
  const char* end_;
};

}  // namespace

const char* parse_command(const char* text, size_t size, Command& command) {
  Command read;
  const char* fault = Parser(text, size).object(read);
  if (fault == nullptr) command = read;
  return fault;
}

}  // namespace ahorrater
