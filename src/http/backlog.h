// SPDX-License-Identifier: Apache-2.0
// Backlog: what a door does when more comes than it can answer.
// A door takes requests in the order in which they came. If that order is longer than the patience,
// everybody would wait longer and longer and be answered too late; from then on the newest go
// first, who still wait for an answer, and the others are told `busy`, a few at a time, because
// telling them takes time as well. So the speed of those who are let in stays what it was, and
// everybody gets an answer. It ends when those who wait could be worked off within the patience:
// they come back to the order then.
// (The idea is "adaptive LIFO" of "Fail at Scale", ACM Queue 13(8), 2015.)
// Owner: DoorLoop.      Threads: the door's own.
// How long the order is, the kernel knows: a marker is put at its end, and it takes as long to come
// up as a request would.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace sluice::http {

class Backlog {
   public:
    /// Of the newest, so many are let in in one turn: a turn is short, so that new ones stay new.
    static constexpr std::uint32_t kLetInMax = 64;
    /// One that waits is told `busy` for so many that are let in: some 4 % of a door's time.
    static constexpr std::uint32_t kLetInPerRefusal = 16;
    /// If nobody new came, so many are told in a turn: a door that has time takes it for them.
    static constexpr std::uint32_t kRefusalsMax = 16;

    /// Who waits: a place of the door and which of its clients.
    struct Client {
        std::uint32_t slot = 0;
        std::uint32_t life = 0;
    };

    /// Joins the epoll set `set`; its events carry kMarker. `patience_ns`: a request may wait so
    /// long before any is refused; longer than a busy moment that can be worked off, shorter than
    /// what people take for broken.
    Backlog(int set, std::int64_t patience_ns);
    ~Backlog();
    Backlog(const Backlog&) = delete;
    Backlog& operator=(const Backlog&) = delete;
    static constexpr std::uint64_t kMarker = ~std::uint64_t{0};

    /// The kernel had `count` events for this turn, of at most `count_max`.
    void on_turn(int count, int count_max, std::int64_t now_ns);
    /// The marker came up.
    void on_marker(std::int64_t now_ns);

    [[nodiscard]] bool overloaded() const { return overloaded_; }
    /// While overloaded: whether a client that has just asked is let in; else it waits.
    [[nodiscard]] bool try_let_in(Client client);
    /// Once the overload has ended: the next one who comes back to the order.
    [[nodiscard]] std::optional<Client> next_return();
    /// The next one to be told `busy` in this turn.
    [[nodiscard]] std::optional<Client> next_refusal();
    /// Somebody waits whom the kernel will not mention again.
    [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }

   private:
    void begin_overload(std::int64_t now_ns);
    void end_overload_if_few_wait(std::int64_t now_ns);

    const int set_;
    const int marker_;
    const std::int64_t patience_ns_;
    std::int64_t marked_at_ns_ = 0;  ///< 0: the marker is not out
    bool overloaded_ = false;
    std::int64_t counted_since_ns_ = 0;
    std::uint64_t counted_ = 0;  ///< let in since then; a single turn would tell too little
    std::uint32_t let_in_ = 0;   ///< in this turn
    std::uint32_t earned_ = 0;   ///< let in, and not yet set against a refusal
    std::uint32_t due_ = 0;      ///< refusals of this turn that are still to be told
    bool due_known_ = false;
    std::deque<Client> waiting_;
};

}  // namespace sluice::http
