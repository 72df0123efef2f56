// A device in a hostile world: anything may happen at any step. What it publishes is JSON, in order, and nothing is
// lost.
#include <cstdlib>

#include "json.h"
#include "world.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ahorrater::testing::World world({}, 32);
  for (size_t i = 0; i < size; ++i) {
    switch (data[i] % 8) {
      case 0:
        world.broker.cut();
        break;
      case 1:
        world.broker.reachable = true;
        break;
      case 2:
        world.broker.acknowledges = !world.broker.acknowledges;
        break;
      case 3:
        world.chip.reset();
        break;
      case 4:
        world.chip.connected = !world.chip.connected;
        break;
      case 5:
        world.clock.knows_utc = !world.clock.knows_utc;
        break;
      case 6:
        world.broker.command(std::string(reinterpret_cast<const char*>(data + i), size - i), (data[i] & 8) != 0);
        break;
      default:
        world.clock.utc_at_zero_ms += (int64_t{data[i]} - 128) * 10'000'000;
    }
    world.run(250 * (1 + data[i] / 8), 250);
  }
  world.broker.reachable = world.broker.acknowledges = true;
  world.run(200'000, 250);
  if (world.device->waiting() > 8) std::abort();
  for (const auto& message : world.broker.received)
    if (!is_flat_json(message.payload)) std::abort();
  return 0;
}
