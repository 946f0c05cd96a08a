// SPDX-License-Identifier: Apache-2.0
// PaymentWorker: brings every payment to its end when no callback does. It asks the provider about
// payments that stay open, and sends refunds until the provider confirms them.
// Owner: main.   Threads: one of its own (start, stop), or the caller's (step).
// Concurrency: it sees the sale only through Turnstile::look, in slices of kSliceMax payments, and
//   changes it only through Turnstile::pass_and_wait. The provider is asked outside the lock. (The
//   one thread of its own in this folder: a question may wait for the network as long as it likes.)
// Limits: WorkerOptions. What is watched are the unresolved payments, so at most the sale's.
// Fails: an error of the provider is tried again later, for ever; nothing is sent while the sale is
//   read-only, nor a refund whose record is not durable.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/time.h"
#include "base/watchdog.h"
#include "command/no_provider.h"
#include "payment/payment.h"
#include "payment/provider.h"
#include "sale/turnstile.h"

namespace sluice::command {

struct WorkerOptions {
    base::Duration ask_first{5000};       ///< after opening; doubled for each further question
    base::Duration ask_longest{600'000};  ///< longest time between two questions
    base::Duration after_deadline{5000};  ///< one question more, so long after the order's deadline
    /// A payment that the provider still calls pending after this is closed: no money came. (If it
    /// comes all the same, its callback settles it.)
    base::Duration give_up{86'400'000};
    base::Duration refund_first{1000};  ///< after a failed refund; doubled for each further one
    base::Duration refund_longest{600'000};
    base::Duration turn{250};          ///< between two steps of the thread …
    base::Duration turn_in_pass{50};   ///< … while there are payments not looked at yet
    std::size_t slices_per_step = 64;  ///< of kSliceMax payments each
    std::size_t calls_per_step = 64;   ///< questions, and so many refunds; each may take a second
};

class PaymentWorker {
   public:
    /// Payments looked at under the lock at a time: some microseconds.
    static constexpr std::size_t kSliceMax = 512;

    PaymentWorker(sale::Turnstile& turnstile, payment::Providers providers,
                  const base::Clock& clock, const WorkerOptions& options = {});
    ~PaymentWorker();
    PaymentWorker(const PaymentWorker&) = delete;
    PaymentWorker& operator=(const PaymentWorker&) = delete;

    /// Starts the thread. After Turnstile::start.
    void start();
    /// Ends the thread, after the question that is being asked. Before Turnstile::stop.
    void stop();

    /// One turn: looks for work, sends what refunds are due, asks what questions are due. Returns
    /// true if more is due already. Never beside the thread.
    bool step(base::Instant now);

    struct Counts {
        std::uint64_t asked = 0, settled = 0, closed = 0, refunded = 0, errors = 0;
        std::uint64_t watched = 0;  ///< unresolved payments now
    };
    /// Any thread.
    [[nodiscard]] Counts counts() const;
    /// Of its thread, for a watchdog: a beat at each question and each refund.
    [[nodiscard]] const base::Heartbeat& heartbeat() const { return heartbeat_; }

   private:
    /// What is done about a payment next: a question, or a refund.
    enum class Task : unsigned char { question, refund };
    /// An unresolved payment.
    struct Watch {
        Task task = Task::question;
        base::Instant next_at;
        base::Duration wait;  ///< from that try to the one behind it
    };
    struct Due {
        base::Instant at;
        base::PaymentId payment;
        bool operator>(const Due& other) const { return at > other.at; }
    };
    using Queue = std::priority_queue<Due, std::vector<Due>, std::greater<>>;
    /// An unresolved payment as a slice shows it.
    struct Found {
        base::PaymentId id;
        Task task = Task::question;
        base::Instant opened_at;
    };
    /// All that is needed to act on a payment, copied from the sale.
    struct Case {
        payment::Payment payment;
        base::UserId user;
        base::Money money;        ///< what was asked for
        base::Instant pay_until;  ///< of its order; 0: no deadline
    };

    void look_for_work(base::Instant now);
    void look_at_slice();
    void notice(const Found& found, base::Instant now);
    bool work_off(Task task, base::Instant now);
    void act(base::PaymentId id, base::Instant now);
    [[nodiscard]] Case look_at(base::PaymentId id) const;
    [[nodiscard]] payment::Provider& provider_of(const Case& of);
    void ask(const Case& open, base::Instant now);
    void settle(const Case& open, base::Money paid, base::Instant now);
    void return_misfit(const Case& open, base::Money paid, base::Instant now);
    void close(const Case& open, base::Instant now);
    void send_back(const Case& due, base::Instant now);
    void finish(const sale::Answer& answer, base::PaymentId id, std::uint64_t Counts::*counter,
                base::Instant now);
    void schedule(base::PaymentId id, Watch watch);
    void ask_again(const Case& open, base::Instant now);
    void note_error(std::string_view event, base::PaymentId id, const std::string& reason,
                    base::Instant now);
    void run();

    sale::Turnstile& turnstile_;
    payment::Providers providers_;
    NoProvider no_sandbox_;  // of rehearsals while the sandbox is switched off
    const base::Clock& clock_;
    const WorkerOptions options_;
    base::Heartbeat heartbeat_{"payment worker"};

    // Of the thread that steps.
    std::size_t cursor_ = 0;           // next payment to look at, counted from the oldest
    std::uint64_t seq_at_start_ = 0;   // last record when the pass that runs began …
    std::uint64_t seq_looked_at_ = 0;  // … and when the last complete one began
    bool in_pass_ = false;
    std::vector<Found> found_;                          // of one slice; reserved
    std::unordered_map<std::uint64_t, Watch> watched_;  // by payment id
    base::Instant error_logged_at_;
    Queue questions_;
    Queue refunds_;

    mutable std::mutex mutex_;  // of what follows
    std::condition_variable wake_;
    bool stopping_ = false;
    Counts counts_;
    std::thread thread_;
};

}  // namespace sluice::command
