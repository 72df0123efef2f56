#include "ahorrater/text.h"

namespace ahorrater {
namespace {

constexpr int64_t kYear2000Ms = 946'684'800'000;
constexpr int64_t kYear10000Ms = 253'402'300'800'000;
constexpr int64_t kDayMs = 86'400'000;

struct Date {
  uint32_t year;
  uint32_t month;
  uint32_t day;
};

// The Gregorian date of a day since 1970. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
// civil_from_days.
Date date_of(uint32_t days_since_1970) {
  const uint32_t days = days_since_1970 + 719468;
  const uint32_t era = days / 146097;
  const uint32_t day_of_era = days % 146097;
  const uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month_from_march = (5 * day_of_year + 2) / 153;
  const uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

}  // namespace

Text& Text::put(char character) {
  if (size_ + 1 >= capacity_) {
    whole_ = false;
    return *this;
  }
  memory_[size_++] = character;
  memory_[size_] = '\0';
  return *this;
}

Text& Text::put(const char* text) {
  while (*text != '\0') put(*text++);
  return *this;
}

Text& Text::put(int64_t number) {
  if (number < 0) put('-');
  auto rest = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  while (count > 0) put(digits[--count]);
  return *this;
}

Text& Text::put_micro(int64_t micro) {
  const int64_t tenthousandths = micro / 100;
  if (tenthousandths < 0) put('-');
  const int64_t magnitude = tenthousandths < 0 ? -tenthousandths : tenthousandths;
  put(magnitude / 10'000).put('.');
  return put_padded(static_cast<uint32_t>(magnitude % 10'000), 4);
}

Text& Text::put_utc(int64_t utc_ms) {
  if (utc_ms < kYear2000Ms || utc_ms >= kYear10000Ms) return put("null");
  const Date date = date_of(static_cast<uint32_t>(utc_ms / kDayMs));
  const auto of_day_ms = static_cast<uint32_t>(utc_ms % kDayMs);
  put('"').put_padded(date.year, 4).put('-').put_padded(date.month, 2).put('-').put_padded(date.day, 2).put('T');
  put_padded(of_day_ms / 3'600'000, 2).put(':').put_padded(of_day_ms / 60'000 % 60, 2).put(':');
  return put_padded(of_day_ms / 1000 % 60, 2).put('.').put_padded(of_day_ms % 1000, 3).put("Z\"");
}

Text& Text::put_padded(uint32_t number, int digits) {
  uint32_t place = 1;
  for (int i = 1; i < digits; ++i) place *= 10;
  for (; place > 0; place /= 10) put(static_cast<char>('0' + number / place % 10));
  return *this;
}

}  // namespace ahorrater
