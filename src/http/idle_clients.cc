// SPDX-License-Identifier: Apache-2.0
#include "http/idle_clients.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace sluice::http {

namespace {

/// Clients found in one look: enough that a look costs little for each of them.
constexpr std::size_t kFoundMax = 64;
/// How long to wait, for each place looked at, after a look that found fewer: a crowd of busy
/// clients must not make the door look again and again.
constexpr std::int64_t kLookPauseNs = 1000;

bool has_input(int fd) {
    char byte = 0;
    return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

Slot* IdleClients::take_longest(Slots slots, std::int64_t now_ns) {
    if (found_.empty() && now_ns >= next_look_ns_) look(slots, now_ns);
    while (!found_.empty()) {
        const auto [since_ns, index] = found_.back();
        found_.pop_back();
        Slot& slot = *slots[index];
        // Since the look it may have asked something, or its next request is in the kernel.
        if (slot.connection.idle_since_ns() == since_ns && !has_input(slot.fd)) return &slot;
    }
    return nullptr;
}

/// Notes those who have been idle for longest, the longest last.
void IdleClients::look(Slots slots, std::int64_t now_ns) {
    for (const auto& slot : slots) {
        const std::int64_t since_ns = slot->connection.idle_since_ns();
        if (since_ns == 0) continue;
        found_.emplace_back(since_ns, slot->connection.slot());
        std::ranges::push_heap(found_);
        if (found_.size() <= kFoundMax) continue;
        std::ranges::pop_heap(found_);
        found_.pop_back();
    }
    if (found_.size() < kFoundMax)
        next_look_ns_ = now_ns + static_cast<std::int64_t>(slots.size()) * kLookPauseNs;
    std::ranges::sort(found_, std::greater{});
}

}  // namespace sluice::http
