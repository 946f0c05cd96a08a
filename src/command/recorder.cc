// SPDX-License-Identifier: Apache-2.0
#include "command/recorder.h"

#include <chrono>

#include "base/check.h"

namespace sluice::command {

void Recorder::start() {
    CHECK(!thread_.joinable());
    thread_ = std::thread([this] { run(); });
}

void Recorder::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Recorder::run() {
    for (;;) {
        const base::Instant now = app_.clock.now();
        sampler_.step(now);
        std::unique_lock lock(mutex_);
        // To the next whole second, so that samples of all activities stand beside each other.
        wake_.wait_for(lock, std::chrono::milliseconds(1000 - app_.clock.now().ms % 1000),
                       [this] { return stopping_; });
        if (!stopping_) continue;
        sampler_.save(app_.clock.now());
        return;
    }
}

}  // namespace sluice::command
