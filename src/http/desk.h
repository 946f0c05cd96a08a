// SPDX-License-Identifier: Apache-2.0
// Desk: threads for handlers that wait for the disk or for Argon2, so that doors never do.
// Owner: Server.      Threads: try_run from any.
// Limits: `queue_max` requests wait; one more is refused, never dropped and never queued further.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace sluice::http {

class Desk {
   public:
    Desk(std::uint32_t threads, std::uint32_t queue_max);
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void start();
    /// Runs `work`, which must not throw, on one of the threads. False if the queue is full.
    [[nodiscard]] bool try_run(std::function<void()> work);
    /// Waits for what is running; what still waits is forgotten.
    void stop();

   private:
    struct Threads;
    const std::uint32_t threads_count_;
    const std::uint32_t at_once_max_;  ///< running and waiting together
    std::unique_ptr<Threads> threads_;
};

}  // namespace sluice::http
