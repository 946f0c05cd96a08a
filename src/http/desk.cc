// SPDX-License-Identifier: Apache-2.0
#include "http/desk.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>
#include <vector>

#include "base/time.h"

namespace sluice::http {

struct Desk::Threads {
    explicit Threads(std::uint32_t count) : taken(count), pool(count) {}

    /// Runs `work` under a heartbeat that is free: there are as many as threads.
    void run(std::deque<base::Heartbeat>& heartbeats, const std::function<void()>& work) {
        std::size_t mine = 0;
        while (taken[mine].exchange(true, std::memory_order_acquire))
            mine = (mine + 1) % taken.size();
        heartbeats[mine].beat("handling a request", base::monotonic_ns());
        work();
        heartbeats[mine].rest();
        taken[mine].store(false, std::memory_order_release);
    }

    // Before the pool, because its threads count until they are joined.
    std::atomic<std::uint32_t> at_once{0};
    std::vector<std::atomic<bool>> taken;  // by heartbeat
    boost::asio::thread_pool pool;
};

Desk::Desk(const std::string& name, std::uint32_t threads, std::uint32_t queue_max)
    : threads_count_(threads == 0 ? 1 : threads), at_once_max_(threads_count_ + queue_max) {
    for (std::uint32_t i = 0; i < threads_count_; ++i)
        heartbeats_.emplace_back(name + std::to_string(i));
}

Desk::~Desk() { stop(); }

void Desk::start() { threads_ = std::make_unique<Threads>(threads_count_); }

bool Desk::try_run(std::function<void()> work) {
    if (!threads_) return false;
    Threads& threads = *threads_;
    if (threads.at_once.fetch_add(1) >= at_once_max_) {
        threads.at_once.fetch_sub(1);
        return false;
    }
    boost::asio::post(threads.pool, [this, &threads, work = std::move(work)]() noexcept {
        threads.run(heartbeats_, work);
        threads.at_once.fetch_sub(1);
    });
    return true;
}

void Desk::stop() {
    if (!threads_) return;
    threads_->pool.stop();
    threads_->pool.join();
}

}  // namespace sluice::http
