// When to connect to the broker, when to wait, and when to give a connection up that no longer answers.
#pragma once

#include <stdint.h>

#include "ahorrater/backoff.h"
#include "ahorrater/ports.h"

namespace ahorrater {

class Connection {
 public:
  static constexpr uint64_t kConnectTimeoutMs = 30'000;
  static constexpr uint64_t kStallMs = 60'000;

  Connection(Mqtt& mqtt, System& system) : mqtt_(mqtt), system_(system) {}

  // Connects when it is time; gives up an attempt that takes too long. Answers whether this ended something.
  bool step(uint64_t now_ms, const char* will_topic, const char* will);
  // Gives up a connection on which something has been awaited for too long. Answers whether it did.
  bool give_up_if_stalled(uint64_t now_ms, bool awaiting);

  bool connected() const { return state_ == State::Connected; }
  void on_connected(uint64_t now_ms);
  void on_lost(uint64_t now_ms);
  // The broker acknowledged something: only this shows that a connection is of use.
  void on_progress(uint64_t now_ms);

 private:
  enum class State : uint8_t { Waiting, Connecting, Connected };

  void give_up(uint64_t now_ms);

  Mqtt& mqtt_;
  System& system_;
  Backoff backoff_;
  State state_ = State::Waiting;
  uint64_t since_ms_ = 0;
  uint64_t next_attempt_ms_ = 0;
};

}  // namespace ahorrater
