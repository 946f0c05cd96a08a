// SPDX-License-Identifier: Apache-2.0
#include "http/desk.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace sluice::http {

struct Desk::Threads {
    explicit Threads(std::uint32_t count) : pool(count) {}
    // Before the pool, because its threads count until they are joined.
    std::atomic<std::uint32_t> at_once{0};
    boost::asio::thread_pool pool;
};

Desk::Desk(std::uint32_t threads, std::uint32_t queue_max)
    : threads_count_(threads == 0 ? 1 : threads), at_once_max_(threads_count_ + queue_max) {}

Desk::~Desk() { stop(); }

void Desk::start() { threads_ = std::make_unique<Threads>(threads_count_); }

bool Desk::try_run(std::function<void()> work) {
    if (!threads_) return false;
    Threads& threads = *threads_;
    if (threads.at_once.fetch_add(1) >= at_once_max_) {
        threads.at_once.fetch_sub(1);
        return false;
    }
    boost::asio::post(threads.pool, [&threads, work = std::move(work)]() noexcept {
        work();
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
