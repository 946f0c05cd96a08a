// SPDX-License-Identifier: Apache-2.0
#include "base/watchdog.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/time.h"

namespace sluice::base {

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::chrono::milliseconds kLookEvery{100};
/// A look may be late by so much on a busy machine.
constexpr std::int64_t kLateMost = 300 * kMs;

void tell(const Watchdog::Change& change) {
    log_warn(change.stalled ? "thread_stalled" : "thread_back",
             {{"thread", std::string_view(change.heartbeat->name())},
              {"since_ms", change.since_ms},
              {"doing", std::string_view(change.doing)}});
}

}  // namespace

Watchdog::Watchdog(std::uint32_t stalled_ms) : stalled_ns_(std::int64_t{stalled_ms} * kMs) {}

Watchdog::~Watchdog() { stop(); }

void Watchdog::watch(const Heartbeat& heartbeat) { watched_.emplace_back(heartbeat); }

void Watchdog::start() {
    if (stalled_ns_ == 0 || thread_.joinable()) return;
    thread_ = std::thread([this]() noexcept { run(); });
}

void Watchdog::stop() {
    if (!thread_.joinable()) return;
    stopping_.release();
    thread_.join();
}

void Watchdog::run() {
    while (!stopping_.try_acquire_for(kLookEvery))
        for (const Change& change : look(monotonic_ns())) tell(change);
}

std::vector<Watchdog::Change> Watchdog::look(std::int64_t now_ns) {
    std::vector<Change> changes;
    if (stalled_ns_ == 0) return changes;
    // If this thread itself was away so long, the whole program was: stopped by a signal, or the
    // machine slept. The others get the same time again to give a sign.
    if (now_ns - looked_at_ns_ > std::max(stalled_ns_ / 2, kLateMost)) trusts_from_ns_ = now_ns;
    looked_at_ns_ = now_ns;
    for (Watched& watched : watched_) {
        // What it does first: a beat in between must not be taken for a silence about something
        // newer than it.
        const char* doing = watched.heartbeat->doing();
        const std::int64_t beat_ns = watched.heartbeat->at_ns();
        const bool was_stalled = watched.stalled.load(std::memory_order_relaxed);
        const std::int64_t silent_ns = now_ns - std::max(beat_ns, trusts_from_ns_);
        if (!was_stalled && beat_ns != 0 && silent_ns >= stalled_ns_) {
            watched.silent_since_ns = beat_ns;
            watched.stalled.store(true, std::memory_order_relaxed);
            stalls_.fetch_add(1, std::memory_order_relaxed);
            changes.push_back({watched.heartbeat, true, (now_ns - beat_ns) / kMs, doing});
        } else if (was_stalled && beat_ns != watched.silent_since_ns) {
            watched.stalled.store(false, std::memory_order_relaxed);
            changes.push_back(
                {watched.heartbeat, false, (now_ns - watched.silent_since_ns) / kMs, doing});
        }
    }
    return changes;
}

std::vector<Watchdog::State> Watchdog::states() const {
    std::vector<State> states;
    for (const Watched& watched : watched_)
        states.push_back(
            {&watched.heartbeat->name(), watched.stalled.load(std::memory_order_relaxed)});
    return states;
}

bool Watchdog::is_stalled(const Heartbeat& heartbeat) const noexcept {
    return std::ranges::any_of(watched_, [&](const Watched& watched) {
        return watched.heartbeat == &heartbeat && watched.stalled.load(std::memory_order_relaxed);
    });
}

}  // namespace sluice::base
