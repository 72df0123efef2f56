#include "ahorrater/connection.h"

namespace ahorrater {

bool Connection::step(uint64_t now_ms, const char* will_topic, const char* will) {
  if (state_ == State::Waiting && now_ms >= next_attempt_ms_) {
    state_ = State::Connecting;
    since_ms_ = now_ms;
    mqtt_.connect(will_topic, will);
    return false;
  }
  if (state_ != State::Connecting || now_ms - since_ms_ < kConnectTimeoutMs) return false;
  give_up(now_ms);
  return true;
}

bool Connection::give_up_if_stalled(uint64_t now_ms, bool awaiting) {
  if (!awaiting) since_ms_ = now_ms;
  if (state_ != State::Connected || now_ms - since_ms_ < kStallMs) return false;
  give_up(now_ms);
  return true;
}

void Connection::on_connected(uint64_t now_ms) {
  state_ = State::Connected;
  since_ms_ = now_ms;
}

void Connection::on_lost(uint64_t now_ms) {
  state_ = State::Waiting;
  next_attempt_ms_ = now_ms + backoff_.next_ms(system_.random());
}

void Connection::on_progress(uint64_t now_ms) {
  since_ms_ = now_ms;
  backoff_.succeeded();
}

void Connection::give_up(uint64_t now_ms) {
  mqtt_.disconnect();
  on_lost(now_ms);
}

}  // namespace ahorrater
