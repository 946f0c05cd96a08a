// SPDX-License-Identifier: Apache-2.0
// Desk: threads for handlers that wait for the disk or for Argon2, so that doors never do.
// Owner: Server.      Threads: try_run from any.
// Limits: `queue_max` requests wait; one more is refused, never dropped and never queued further.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/watchdog.h"

namespace sluice::http {

class Desk {
   public:
    /// `name` and a number are what its threads are called.
    Desk(const std::string& name, std::uint32_t threads, std::uint32_t queue_max);
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void start();
    /// Runs `work`, which must not throw, on one of the threads. False if the queue is full.
    [[nodiscard]] bool try_run(std::function<void()> work);
    /// Waits for what is running; what still waits is forgotten.
    void stop();
    /// Of its threads, for a watchdog: a thread without work rests.
    [[nodiscard]] const std::deque<base::Heartbeat>& heartbeats() const { return heartbeats_; }

   private:
    struct Threads;
    const std::uint32_t threads_count_;
    const std::uint32_t at_once_max_;  ///< running and waiting together
    std::deque<base::Heartbeat> heartbeats_;
    std::unique_ptr<Threads> threads_;
};

}  // namespace sluice::http
