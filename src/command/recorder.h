// SPDX-License-Identifier: Apache-2.0
// Recorder: the thread that takes a sample of the sale every second and brings them to the store,
// far from the path of a purchase.
// Owner: the service.   Threads: its own. What it does may wait for the disk; nobody waits for it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/admin/sampler.h"

namespace sluice::command {

class Recorder {
   public:
    explicit Recorder(api::App& app) : app_(app), sampler_(app) {}
    ~Recorder() { stop(); }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// After Turnstile::start.
    void start();
    /// Saves what was taken. Before Turnstile::stop.
    void stop();

   private:
    void run();

    api::App& app_;
    api::admin::Sampler sampler_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace sluice::command
