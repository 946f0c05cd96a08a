// SPDX-License-Identifier: Apache-2.0
// Watchdog: names the thread that has stalled. Each thread that lives long has a heartbeat, which
// it renews once a turn; a thread of the watchdog's own looks at all of them and says once that one
// has stopped and once that it is back.
// Owner: main; a heartbeat belongs to whoever owns its thread.   Threads: a heartbeat is written by
//   one thread and read by any; watch() before start(); start() and stop() by the owner.
// Limits: a beat is two relaxed stores to a cache line of its own, no lock, no system call.
// Not here: what is done about it. A thread that hangs cannot be helped from outside; a person can.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.h"

namespace sluice::base {

/// The sign of life of one thread.
class Heartbeat {
   public:
    explicit Heartbeat(std::string name) : name_(std::move(name)) {}

    /// The thread lives at `now_ns` (monotonic) and begins with `doing`, a literal.
    void beat(const char* doing, std::int64_t now_ns) noexcept {
        doing_.store(doing, std::memory_order_relaxed);
        at_ns_.store(now_ns, std::memory_order_relaxed);
    }
    /// The thread has nothing to do, for as long as that may be: it cannot stall.
    void rest() noexcept { at_ns_.store(0, std::memory_order_relaxed); }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The last beat; 0 while it rests.
    [[nodiscard]] std::int64_t at_ns() const noexcept {
        return at_ns_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] const char* doing() const noexcept {
        return doing_.load(std::memory_order_relaxed);
    }

   private:
    const std::string name_;
    alignas(kCacheLine) std::atomic<std::int64_t> at_ns_{0};
    std::atomic<const char*> doing_{""};
};

class Watchdog {
   public:
    /// A thread without a beat for `stalled_ms` has stalled; 0: nothing is watched.
    explicit Watchdog(std::uint32_t stalled_ms);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// `heartbeat` must outlive stop().
    void watch(const Heartbeat& heartbeat);
    void start();
    void stop();

    /// What a look found new.
    struct Change {
        const Heartbeat* heartbeat;
        bool stalled;           ///< false: it is back
        std::int64_t since_ms;  ///< how long it gave no sign
        const char* doing;      ///< when it stopped, or now that it is back
    };
    /// One look at all heartbeats; what the thread does ten times a second. Tests call it instead.
    std::vector<Change> look(std::int64_t now_ns);

    struct State {
        const std::string* name;
        bool stalled;
    };
    /// All that are watched. Any thread.
    [[nodiscard]] std::vector<State> states() const;
    /// How often one has stalled. Any thread.
    [[nodiscard]] std::uint64_t stalls() const noexcept {
        return stalls_.load(std::memory_order_relaxed);
    }
    /// Whether the thread of `heartbeat` has stalled. Any thread.
    [[nodiscard]] bool is_stalled(const Heartbeat& heartbeat) const noexcept;

   private:
    struct Watched {
        explicit Watched(const Heartbeat& of) : heartbeat(&of) {}
        const Heartbeat* heartbeat;
        std::atomic<bool> stalled{false};
        std::int64_t silent_since_ns = 0;
    };
    void run();

    const std::int64_t stalled_ns_;
    std::deque<Watched> watched_;
    std::int64_t looked_at_ns_ = 0;
    std::int64_t trusts_from_ns_ = 0;  ///< a silence counts from here, if not from later
    std::atomic<std::uint64_t> stalls_{0};
    std::binary_semaphore stopping_{0};
    std::thread thread_;
};

}  // namespace sluice::base
