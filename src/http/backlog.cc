// SPDX-License-Identifier: Apache-2.0
#include "http/backlog.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace sluice::http {

namespace {

/// How fast clients are let in is counted over at least this part of the patience: several turns.
constexpr std::int64_t kWindows = 10;

void tell_kernel(int set, int marker, int action, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = Backlog::kMarker;
    ::epoll_ctl(set, action, marker, &event);
}

}  // namespace

// The marker is always readable, and reported once each time it is asked for.
Backlog::Backlog(int set, std::int64_t patience_ns)
    : set_(set), marker_(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)), patience_ns_(patience_ns) {
    tell_kernel(set_, marker_, EPOLL_CTL_ADD, EPOLLONESHOT);
}

Backlog::~Backlog() { ::close(marker_); }

void Backlog::on_turn(int count, int count_max, std::int64_t now_ns) {
    counted_ += let_in_;
    let_in_ = 0;
    due_known_ = false;
    if (count < count_max) {
        // Everybody that the kernel knows of has come up.
        if (overloaded_) end_overload_if_few_wait(now_ns);
    } else if (marked_at_ns_ == 0) {
        marked_at_ns_ = now_ns;
        tell_kernel(set_, marker_, EPOLL_CTL_MOD, EPOLLIN | EPOLLONESHOT);
    } else if (now_ns - marked_at_ns_ > patience_ns_) {
        begin_overload(now_ns);  // it is not even up yet
    }
}

void Backlog::on_marker(std::int64_t now_ns) {
    if (now_ns - marked_at_ns_ > patience_ns_) begin_overload(now_ns);
    marked_at_ns_ = 0;
}

void Backlog::begin_overload(std::int64_t now_ns) {
    if (std::exchange(overloaded_, true)) return;
    counted_since_ns_ = now_ns;
    counted_ = 0;
}

void Backlog::end_overload_if_few_wait(std::int64_t now_ns) {
    if (waiting_.empty()) overloaded_ = false;
    const std::int64_t took_ns = now_ns - counted_since_ns_;
    if (took_ns < patience_ns_ / kWindows) return;
    counted_since_ns_ = now_ns;
    const auto waiting = static_cast<std::int64_t>(waiting_.size());
    const auto let_in = static_cast<std::int64_t>(std::exchange(counted_, 0));
    if (waiting * took_ns <= let_in * patience_ns_) overloaded_ = false;
}

bool Backlog::try_let_in(Client client) {
    if (let_in_ < kLetInMax) {
        ++let_in_;
        return true;
    }
    waiting_.push_back(client);
    return false;
}

std::optional<Backlog::Client> Backlog::next_return() {
    if (overloaded_ || waiting_.empty()) return std::nullopt;
    const Client client = waiting_.front();
    waiting_.pop_front();
    return client;
}

std::optional<Backlog::Client> Backlog::next_refusal() {
    if (!std::exchange(due_known_, true)) {
        earned_ += let_in_;
        due_ = let_in_ == 0 ? kRefusalsMax : earned_ / kLetInPerRefusal;
        earned_ %= kLetInPerRefusal;
    }
    if (waiting_.empty() || due_ == 0) return std::nullopt;
    --due_;
    const Client client = waiting_.front();
    waiting_.pop_front();
    return client;
}

}  // namespace sluice::http
