// SPDX-License-Identifier: Apache-2.0
#include "http/backlog.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sluice::http {

namespace {

/// How fast clients come is counted over at least this part of the patience: several turns.
constexpr std::int64_t kWindows = 4;
/// A flood is over when new ones come at less than this part of the speed they were let in at.
constexpr double kFloodShare = 50;
/// Who has waited for this part of the patience is let in no more: the answer takes time, too.
constexpr std::int64_t kLateShare = 4;
/// Who has waited for more than so many patiences when an overload ends is told `busy` even so.
constexpr std::int64_t kReturnPatiences = 2;

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
    now_ns_ = now_ns;
    let_in_ = 0;
    due_known_ = false;
    if (count < count_max) {
        // Everybody that the kernel knows of has come up.
        if (overloaded_) end_overload_if_it_is_over(now_ns);
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
    window_ = {.since_ns = now_ns};
    best_per_ns_ = 0;
}

void Backlog::end_overload_if_it_is_over(std::int64_t now_ns) {
    if (waiting_.empty()) overloaded_ = false;
    const std::int64_t took_ns = now_ns - window_.since_ns;
    if (took_ns < patience_ns_ / kWindows) return;
    const auto [since_ns, fresh, let_in] = std::exchange(window_, {.since_ns = now_ns});
    const double fresh_per_ns = static_cast<double>(fresh) / static_cast<double>(took_ns);
    best_per_ns_ =
        std::max(best_per_ns_, static_cast<double>(let_in) / static_cast<double>(took_ns));
    const auto waiting = static_cast<double>(waiting_.size());
    if (waiting <= fresh_per_ns * static_cast<double>(patience_ns_)) overloaded_ = false;
    if (fresh_per_ns < best_per_ns_ / kFloodShare) overloaded_ = false;
}

bool Backlog::try_let_in(Client client) {
    if (let_in_ < kLetInMax) {
        ++let_in_;
        ++window_.fresh;
        ++window_.let_in;
        return true;
    }
    waiting_.push_back({.client = client, .since_ns = now_ns_});
    return false;
}

std::optional<Backlog::Client> Backlog::next_let_in() {
    if (!overloaded_ || waiting_.empty() || let_in_ == kLetInMax) return std::nullopt;
    if (now_ns_ - waiting_.back().since_ns > patience_ns_ / kLateShare) return std::nullopt;
    ++let_in_;
    ++window_.let_in;
    const Client client = waiting_.back().client;
    waiting_.pop_back();
    return client;
}

std::optional<Backlog::Client> Backlog::next_return() {
    if (overloaded_ || waiting_.empty()) return std::nullopt;
    if (now_ns_ - waiting_.back().since_ns > patience_ns_ * kReturnPatiences) return std::nullopt;
    const Client client = waiting_.back().client;
    waiting_.pop_back();
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
    const Client client = waiting_.front().client;
    waiting_.pop_front();
    return client;
}

}  // namespace sluice::http
