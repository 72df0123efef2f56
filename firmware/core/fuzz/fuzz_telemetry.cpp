// Any reading, any moment, any size of memory: the payload is JSON, or known to be cut.
#include <cstdlib>
#include <cstring>

#include "ahorrater/messages.h"
#include "json.h"

namespace {

struct Input {
  uint32_t boot;
  ahorrater::Reading reading;
  int64_t utc_ms;
  uint16_t capacity;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input{};
  if (size < sizeof input) return 0;
  std::memcpy(&input, data, sizeof input);
  input.reading.measurement.overflow = (data[0] & 1) != 0;
  std::string memory(1 + input.capacity % 400, 'x');
  ahorrater::Text text(memory.data(), memory.size());
  ahorrater::write_telemetry(text, input.boot, input.reading, input.utc_ms);
  if (text.whole() != is_flat_json(text.c_str())) std::abort();
  return 0;
}
