// SPDX-License-Identifier: Apache-2.0
#include "command/payment_worker.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "base/check.h"
#include "base/log.h"

namespace sluice::command {
namespace {

using base::Duration;
using base::Instant;
using payment::PaymentState;
using payment::ProviderState;
using sale::Outcome;

constexpr Duration kRetrySoon{1000};  // the sale was busy, or a record is not durable yet

Duration doubled(Duration wait, Duration longest) { return {std::min(wait.ms * 2, longest.ms)}; }

}  // namespace

PaymentWorker::PaymentWorker(sale::Turnstile& turnstile, payment::Providers providers,
                             const base::Clock& clock, const WorkerOptions& options)
    : turnstile_(turnstile), providers_(providers), clock_(clock), options_(options) {
    found_.reserve(kSliceMax);
}

PaymentWorker::~PaymentWorker() { stop(); }

void PaymentWorker::start() {
    CHECK(!thread_.joinable());
    thread_ = std::thread([this] { run(); });
}

void PaymentWorker::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void PaymentWorker::run() {
    for (;;) {
        heartbeat_.beat("looking for work", base::monotonic_ns());
        const bool more = step(clock_.now());
        heartbeat_.rest();
        const Duration wait = in_pass_ ? options_.turn_in_pass : options_.turn;
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, std::chrono::milliseconds(more ? 0 : wait.ms),
                       [this] { return stopping_; });
        if (stopping_) return;
    }
}

// Refunds come before questions: somebody waits for money, and it must not wait for a queue of
// questions to a slow provider.
bool PaymentWorker::step(Instant now) {
    if (turnstile_.read_only()) return false;
    look_for_work(now);
    const bool more_refunds = work_off(Task::refund, now);
    const bool more_questions = work_off(Task::question, now);
    const std::lock_guard lock(mutex_);
    counts_.watched = watched_.size();
    return more_refunds || more_questions;
}

/// Goes on with the pass over all payments, or begins one if anything happened since the last one
/// began. A payment that was settled long ago may have become due for a refund, so none is skipped;
/// but a slice is short and a step is bounded, so buyers do not notice.
void PaymentWorker::look_for_work(Instant now) {
    for (std::size_t slice = 0; slice < options_.slices_per_step; ++slice) {
        look_at_slice();
        for (const Found& found : found_) notice(found, now);
        if (!in_pass_) return;
    }
}

/// Fills found_ from the next slice of the pass; nothing if there is no pass to make.
void PaymentWorker::look_at_slice() {
    found_.clear();
    turnstile_.look([&](const sale::Sale& sale) {
        if (!in_pass_) {
            if (sale.last_seq() == seq_looked_at_) return;
            in_pass_ = true;
            cursor_ = 0;
            seq_at_start_ = sale.last_seq();
        }
        const auto rest = sale.payments().all().subspan(cursor_);
        for (const payment::Payment& payment : rest.first(std::min(rest.size(), kSliceMax))) {
            if (payment.state == PaymentState::opened) {
                found_.push_back({payment.id, Task::question, payment.opened_at});
            } else if (payment.state == PaymentState::refund_due) {
                found_.push_back({payment.id, Task::refund, payment.opened_at});
            }
        }
        cursor_ += std::min(rest.size(), kSliceMax);
        in_pass_ = rest.size() > kSliceMax;
    });
    if (!in_pass_) seq_looked_at_ = seq_at_start_;
}

void PaymentWorker::notice(const Found& found, Instant now) {
    const auto known = watched_.find(found.id.value);
    if (known != watched_.end() && known->second.task == found.task) return;
    if (found.task == Task::refund) {
        schedule(found.id, {Task::refund, now, options_.refund_first});
    } else {
        const Instant first = found.opened_at + options_.ask_first;
        schedule(found.id, {Task::question, std::max(first, now), options_.ask_first});
    }
}

/// Plans the next try of a payment. Older entries of it in the queues no longer agree with
/// `watched_` and are skipped when their time comes.
void PaymentWorker::schedule(base::PaymentId id, Watch watch) {
    watched_[id.value] = watch;
    (watch.task == Task::refund ? refunds_ : questions_).push({watch.next_at, id});
}

/// True if the step's share was used up before the queue was.
bool PaymentWorker::work_off(Task task, Instant now) {
    Queue& queue = task == Task::refund ? refunds_ : questions_;
    std::size_t calls = 0;
    while (!queue.empty() && queue.top().at <= now) {
        if (calls == options_.calls_per_step) return true;
        const Due due = queue.top();
        queue.pop();
        const auto watch = watched_.find(due.payment.value);
        if (watch == watched_.end() || watch->second.task != task ||
            watch->second.next_at != due.at) {
            continue;
        }
        act(due.payment, now);
        ++calls;
    }
    return false;
}

/// Does what the state of the payment asks for now, whatever it was when it was noticed.
void PaymentWorker::act(base::PaymentId id, Instant now) {
    heartbeat_.beat("asking the provider", base::monotonic_ns());
    const Case found = look_at(id);
    switch (found.payment.state) {
        case PaymentState::opened: ask(found, now); return;
        case PaymentState::refund_due: send_back(found, now); return;
        case PaymentState::succeeded:
        case PaymentState::refunded:
        case PaymentState::closed: watched_.erase(id.value); return;
    }
}

PaymentWorker::Case PaymentWorker::look_at(base::PaymentId id) const {
    Case result;
    turnstile_.look([&](const sale::Sale& sale) {
        const payment::Payment* payment = sale.payments().find(id);
        CHECK(payment != nullptr);
        const order::Order* order = sale.orders().find(payment->order);
        CHECK(order != nullptr);
        const sale::OpenedItem* item = sale.item(order->item);
        CHECK(item != nullptr);
        result.payment = *payment;
        result.user = order->user;
        result.money = {payment->amount, item->terms.currency};
        result.pay_until = order->pay_until;
    });
    return result;
}

payment::Provider& PaymentWorker::provider_of(const Case& of) {
    payment::Provider* const provider = providers_.of(of.user);
    return provider != nullptr ? *provider : no_sandbox_;
}

void PaymentWorker::ask(const Case& open, Instant now) {
    const base::PaymentId id = open.payment.id;
    const auto statement = provider_of(open).query(id);
    {
        const std::lock_guard lock(mutex_);
        ++counts_.asked;
    }
    if (!statement) {
        note_error("payment_query_failed", id, statement.error().what, now);
        ask_again(open, now);
        return;
    }
    switch (statement->state) {
        case ProviderState::succeeded: settle(open, statement->money, now); return;
        // Money that came and went back before we heard of it is as good as none.
        case ProviderState::refunded:
        case ProviderState::failed: close(open, now); return;
        case ProviderState::pending:
        case ProviderState::unknown: break;
    }
    // Only an answer ends the wait: while the provider cannot be asked, money may have come.
    if (now >= open.payment.opened_at + options_.give_up) {
        close(open, now);
    } else {
        ask_again(open, now);
    }
}

void PaymentWorker::settle(const Case& open, base::Money paid, Instant now) {
    const base::PaymentId id = open.payment.id;
    const auto answer = turnstile_.pass_and_wait(
        sale::Settle{.payment = id, .amount = paid.amount, .currency = paid.currency});
    if (answer.outcome == Outcome::amount_mismatch) {
        return_misfit(open, paid, now);
        return;
    }
    finish(answer, id, &Counts::settled, now);
}

/// The provider took another amount than was asked for. Somebody may still put it right there; if
/// not, the money goes back when the payment is given up.
void PaymentWorker::return_misfit(const Case& open, base::Money paid, Instant now) {
    const base::PaymentId id = open.payment.id;
    note_error("payment_amount_mismatch", id, base::to_json(paid), now);
    if (now >= open.payment.opened_at + options_.give_up && provider_of(open).refund(id, paid)) {
        close(open, now);
    } else {
        ask_again(open, now);
    }
}

void PaymentWorker::close(const Case& open, Instant now) {
    const base::PaymentId id = open.payment.id;
    finish(turnstile_.pass_and_wait(sale::ClosePayment{.payment = id}), id, &Counts::closed, now);
}

void PaymentWorker::send_back(const Case& due, Instant now) {
    const base::PaymentId id = due.payment.id;
    Watch watch = watched_[id.value];
    if (watch.task != Task::refund) watch = {Task::refund, now, options_.refund_first};
    if (due.payment.changed_seq > turnstile_.durable_seq()) {
        // A crash could still undo what made it due. The next turn is soon enough.
        watch.next_at = now + options_.turn;
        schedule(id, watch);
        return;
    }
    const auto sent = provider_of(due).refund(id, due.money);
    if (!sent) {
        note_error("payment_refund_failed", id, sent.error().what, now);
        watch.next_at = now + watch.wait;
        watch.wait = doubled(watch.wait, options_.refund_longest);
        schedule(id, watch);
        return;
    }
    finish(turnstile_.pass_and_wait(sale::ConfirmRefund{.payment = id}), id, &Counts::refunded,
           now);
}

/// Stops watching the payment, unless the sale was busy or the money must go back.
void PaymentWorker::finish(const sale::Answer& answer, base::PaymentId id,
                           std::uint64_t Counts::*counter, Instant now) {
    if (answer.outcome == Outcome::busy || answer.outcome == Outcome::read_only) {
        Watch watch = watched_[id.value];
        watch.next_at = now + kRetrySoon;
        schedule(id, watch);
        return;
    }
    watched_.erase(id.value);
    if (answer.payment.state == PaymentState::refund_due && answer.payment.id == id) {
        notice({id, Task::refund, answer.payment.opened_at}, now);
    }
    const std::lock_guard lock(mutex_);
    ++(counts_.*counter);
}

/// Doubles the time to the next question, but asks soon after the order's deadline and when it is
/// time to give up.
void PaymentWorker::ask_again(const Case& open, Instant now) {
    Watch watch = watched_[open.payment.id.value];
    watch.next_at = now + watch.wait;
    watch.wait = doubled(watch.wait, options_.ask_longest);
    const Instant give_up_at = open.payment.opened_at + options_.give_up;
    if (now < give_up_at) watch.next_at = std::min(watch.next_at, give_up_at);
    const Instant final_at = open.pay_until + options_.after_deadline;
    if (open.pay_until && now < final_at) watch.next_at = std::min(watch.next_at, final_at);
    schedule(open.payment.id, watch);
}

/// Counts every error and logs at most one a minute: a provider that is down fails for all payments
/// at once.
void PaymentWorker::note_error(std::string_view event, base::PaymentId id,
                               const std::string& reason, Instant now) {
    {
        const std::lock_guard lock(mutex_);
        ++counts_.errors;
    }
    if (error_logged_at_ && now < error_logged_at_ + base::kMinute) return;
    error_logged_at_ = now;
    base::log_warn(event, {{"payment", id.value}, {"reason", reason}});
}

PaymentWorker::Counts PaymentWorker::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace sluice::command
