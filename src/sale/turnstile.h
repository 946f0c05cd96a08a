// SPDX-License-Identifier: Apache-2.0
// Turnstile: lets one event at a time into the sale, and answers out only when they are durable.
// Owner: main.    Threads: any thread passes; the ledger thread is the turnstile's own.
// Concurrency: one mutex, held for a decision (some hundred nanoseconds): no I/O, no callback, no
// allocation
//   that can block under it. Batch N+1 fills while batch N is written, so the batch follows the
//   load.
// Limits: TurnstileOptions; a full batch is `busy`.
// Fails: a failed commit leaves the outcome unknown: the sale becomes read-only until a restart. So
//   it does, within a tick, if another write stopped the store.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "account/audit.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "base/watchdog.h"
#include "sale/board.h"
#include "sale/events.h"
#include "sale/ports.h"
#include "sale/sale.h"

namespace sluice::sale {

struct TurnstileOptions {
    /// Records of one transaction; one event more is `busy`.
    std::size_t batch_records_max = 16384;
    /// Whose answers may wait in one transaction, without those of desks and workers: each has a
    /// place there from the start.
    std::size_t doors = 8;
    /// From the start of one transaction to the start of the next, at least, unless 128 records
    /// wait when it could begin: under a middling load the batches would be so small that the
    /// syncs cost more than the sale.
    std::uint32_t spacing_us = 500;
    /// How long a hold may outlive its deadline when nobody comes.
    std::uint32_t tick_ms = 100;
    /// A ledger that has given no sign for so long lags: see is_lagging().
    std::uint32_t lag_ms_max = 1000;
};

class Turnstile {
   public:
    Turnstile(Sale& sale, Board& board, Ledger& ledger, const base::Clock& clock,
              const TurnstileOptions& options);
    ~Turnstile();
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;

    /// Starts the ledger thread. Before it, nothing passes.
    void start();
    /// Makes durable what is open, notes the clean stop, ends the thread. Nothing passes
    /// afterwards.
    void stop();

    /// Decides one event. Returns the answer if it rests on nothing that is not durable yet;
    /// otherwise nothing, and the answer goes to `to.port` from the ledger thread once it is
    /// durable. Event: Buy, Cancel, OpenPayment, Settle, ClosePayment, ConfirmRefund.
    /// Who has passed what it has to pass calls hand_over(): a door, once a turn.
    template <class Event>
    [[nodiscard]] std::optional<Answer> pass(const Event& event, Waiting to);
    /// The ledger may write what has passed. Waking it at each event would give it batches of a
    /// few, and a sync costs as much for one record as for a hundred. What nobody hands over is
    /// written at the next tick.
    void hand_over();
    /// The same, waiting until the answer is durable: desks and workers only, never a door.
    template <class Event>
    [[nodiscard]] Answer pass_and_wait(const Event& event);
    /// The same for what an operator does: MarkPaid, Refund, Cancel, ChangeStock, OpenActivity,
    /// SwitchActivity, SwitchItem. The audit entry becomes durable in the same transaction; it is
    /// dropped if the event is refused or had happened before.
    template <class Event>
    [[nodiscard]] Answer pass_and_wait(const Event& event, account::AuditEntry audit);

    /// Switches all purchases off or on, at once (the switch `purchases`). Not a record: the store
    /// of switches keeps it.
    void stop_purchases(bool stopped);

    /// Looks at the sale under the lock. `look` must be short and copy what it needs, into memory
    /// that is reserved before: it stops every buyer. Whoever looks at many does it in pieces, a
    /// look each; docs/reliability.md lists who looks at what. What it sees may not be durable yet:
    /// compare changed_seq with durable_seq().
    void look(const std::function<void(const Sale&)>& look) const;
    /// Everything up to this record is durable.
    [[nodiscard]] std::uint64_t durable_seq() const;

    /// The ledger hangs, as in a sync that does not come back: who buys now would wait for nobody
    /// knows how long, and take a connection that others need. `now_ns` is monotonic. Any thread,
    /// no lock.
    [[nodiscard]] bool is_lagging(std::int64_t now_ns) const;

    [[nodiscard]] base::Instant now() const { return clock_.now(); }
    [[nodiscard]] bool read_only() const;
    /// Why it is read-only, for a person; "" if it is not.
    [[nodiscard]] std::string read_only_reason() const { return read_only_error().what; }
    [[nodiscard]] base::Error read_only_error() const;

    struct Counts {
        std::uint64_t batches = 0, records = 0, commit_ns_sum = 0, commit_ns_max = 0,
                      batch_records_max = 0;
        std::uint64_t open_records = 0;
    };
    [[nodiscard]] Counts counts() const;

    /// How long the lock was held and waited for, and what commits were like, since the start.
    struct Times {
        base::Latencies event;          ///< held by an event; every kTimedEach-th one
        base::Latencies look;           ///< held by a look
        base::Latencies tick;           ///< held by a sweep of deadlines
        base::Latencies wait;           ///< until the lock was free; 0 for who found it free
        base::Latencies commit;         ///< of a batch, sync included
        base::Latencies batch_records;  ///< no times: how many records each batch had
        void merge(const Times& other) noexcept;
    };
    /// Any thread; under the lock it only exchanges pointers.
    [[nodiscard]] Times times() const;
    /// Reading the clock twice takes as long as half a refusal; so it is at most 2 % of one.
    static constexpr std::uint32_t kTimedEach = 32;

    /// Of the ledger thread, for a watchdog.
    [[nodiscard]] const base::Heartbeat& heartbeat() const { return heartbeat_; }

   private:
    class Batch;
    class Waiters;
    template <class Event>
    std::optional<Answer> decide(const Event& event, Waiting to, account::AuditEntry* audit);
    [[nodiscard]] std::unique_lock<std::mutex> enter() const;
    bool tick();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void wait_for_more(std::unique_lock<std::mutex>& lock, std::int64_t begun_ns);
    void post_touched();
    void run_ledger();
    void on_durable(Batch& batch);
    void on_failed(Batch& batch, const base::Error& error);
    [[nodiscard]] bool can_go_on(std::unique_lock<std::mutex>& lock);

    enum class State : std::uint8_t { new_, running, failed, stopped };

    Sale& sale_;
    Board& board_;
    Ledger& ledger_;
    const base::Clock& clock_;
    const std::chrono::microseconds spacing_;
    const std::uint32_t tick_ms_;
    const std::int64_t lag_ns_max_;
    std::unique_ptr<Waiters> waiters_;

    mutable std::mutex mutex_;  // guards everything below but durable_seq_
    State state_ = State::new_;
    base::Error reason_;
    std::unique_ptr<Batch> open_;     // filled by whoever passes
    std::unique_ptr<Batch> writing_;  // the ledger thread's own while it writes
    bool stopping_ = false;
    bool handed_over_ = false;  // what is open may be written
    bool more_due_ = true;      // deadlines are left for the next tick, which comes at once
    std::int64_t next_tick_ns_ = 0;
    Counts counts_;
    std::uint64_t passes_ = 0;
    mutable Times times_;  // since times() was last asked for; of waits only those that waited
    mutable std::uint64_t passes_told_ = 0;  // of passes_, when it was

    mutable std::mutex times_mutex_;  // guards times_before_; taken before mutex_
    mutable Times times_before_;      // all the others

    std::atomic<std::uint64_t> durable_seq_{0};
    std::atomic<bool> has_open_{false};  // so that who only refuses never takes the lock
    base::Heartbeat heartbeat_{"ledger"};
    std::condition_variable work_;
    std::thread ledger_thread_;
};

}  // namespace sluice::sale
