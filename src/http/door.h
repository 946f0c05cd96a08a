// SPDX-License-Identifier: Apache-2.0
// DoorLoop: one thread, its listener, its connections and its one timer.
// Owner: Server.      Threads: runs its own; only post, start, drain, cut, stop and the counts may
// be used from others. A connection never leaves its door, so nothing here is locked. Limits: all
// deadlines are checked by one sweep every kSweepMs, so no request arms a timer. Not here: what is
// read and written (connection.cc).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/watchdog.h"
#include "http/address_counts.h"
#include "http/buffer_pool.h"
#include "http/desk.h"
#include "http/exchange.h"
#include "http/proxies.h"
#include "http/router.h"
#include "http/server.h"

namespace sluice::http {

/// Written by one door, read by any thread; cheaper than an atomic addition.
class Counter {
   public:
    void add(std::uint64_t by = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t> value_{0};
};

struct DoorCounts {
    Counter accepted, refused, refused_address, evicted;
    Counter requests, timeouts, malformed, desk_full, overload, bytes_in, bytes_out;
};

/// What all doors of one server share.
struct Lobby {
    ServerOptions options;
    const Router& router;
    Proxies proxies;
    AddressCounts addresses;
    Desk desk;
    Desk slow_desk;  ///< apart, so that a flood of log-ins holds up no payment
    base::SystemClock clock;
    std::function<void()> turn_end = [] {};
    std::atomic_flag accepting{};          ///< set while a door takes a connection from the kernel
    std::atomic<std::uint32_t> open{0};    ///< connections of all doors
    std::atomic<std::uint32_t> cut{0};     ///< connections that a drain had to cut
    std::counting_semaphore<> emptied{0};  ///< released once by each door that has drained
};

class DoorLoop final : public Door {
   public:
    /// Takes over `listener`, a bound and listening socket that does not block.
    DoorLoop(Lobby& lobby, std::uint32_t index, int listener);
    ~DoorLoop() override;

    void post(std::function<void()> work) override;
    void complete(Later later, Response response) override;
    void complete_prepared(Later later, const Prepared& prepared) override;
    [[nodiscard]] std::uint32_t index() const override { return index_; }

    void start();
    /// Stops accepting and lets the connections end; releases Lobby::emptied when all have.
    void drain();
    /// Closes what is still open. Any thread.
    void cut();
    /// Ends the thread. Any thread but its own.
    void stop();
    [[nodiscard]] const DoorCounts& counts() const { return counts_; }
    [[nodiscard]] const base::Heartbeat& heartbeat() const { return heartbeat_; }

    // What a connection asks of its door; on the door's thread only.

    [[nodiscard]] DoorCounts& counts() { return counts_; }
    [[nodiscard]] const Lobby& lobby() const { return lobby_; }
    [[nodiscard]] BufferPool& pool() { return pool_; }
    [[nodiscard]] bool draining() const { return draining_; }
    /// When the event at hand arrived, monotonic: the clock is read once an event.
    [[nodiscard]] std::int64_t now_ns() const { return now_ns_; }
    /// "Date: …\r\n", renewed by the sweep.
    [[nodiscard]] std::string_view date_line() const { return date_line_; }
    /// Where an answer is formatted; whoever cannot send all of it at once keeps a copy.
    [[nodiscard]] std::string& scratch() { return scratch_; }
    [[nodiscard]] std::string& piece() { return piece_; }
    /// The client that is told of its event has waited too long: it is answered `busy`, whatever it
    /// asks (backlog.h).
    [[nodiscard]] bool refuses() const { return refuses_; }
    [[nodiscard]] const Prepared& busy_answer();
    void await_readable(std::uint32_t slot);
    /// The socket had nothing more. Else await_readable() makes the kernel look again.
    void has_read_all(std::uint32_t slot);
    void await_writable(std::uint32_t slot);
    /// Calls Connection::on_deadline at `at_ns` or up to one sweep later; 0: never.
    void set_deadline(std::uint32_t slot, std::int64_t at_ns);
    /// Runs the desk handler, or the gate, of `route`; its result completes `later`. False if the
    /// queue is full.
    [[nodiscard]] bool try_desk(const Route& route, const DeskHandler& handler,
                                const Request& request, Later later);
    void close_socket(std::uint32_t slot);
    /// The connection may be used for another client.
    void free_slot(std::uint32_t slot);

   private:
    struct Loop;
    Lobby& lobby_;
    const std::uint32_t index_;
    DoorCounts counts_;
    base::Heartbeat heartbeat_;  ///< a beat each turn, and each sweep if there is no turn
    BufferPool pool_;
    bool draining_ = false;
    bool refuses_ = false;
    std::vector<Prepared> busy_answers_;  ///< each with another Retry-After
    std::int64_t now_ns_ = 0;
    std::string date_line_;
    std::string scratch_;
    std::string piece_;
    std::unique_ptr<Loop> loop_;  ///< last: its handlers use everything above
};

}  // namespace sluice::http
