// SPDX-License-Identifier: Apache-2.0
#include "sale/turnstile.h"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace sluice::sale {

namespace {

/// So many share the cost of a sync well enough: they do not wait for more.
constexpr std::size_t kManyRecords = 128;
/// Each entry has a desk of the console that waits for it, and there are at most 256 of these and
/// the few slow ones.
constexpr std::size_t kAuditMax = 512;

}  // namespace

/// What becomes durable together: records, audit entries, and the answers that wait for them.
class Turnstile::Batch final : public Records {
   public:
    explicit Batch(const TurnstileOptions& options)
        // The doors, and desks and workers together.
        : records_max_(options.batch_records_max), trays_(options.doors + 1) {
        // All of it now, because it would be reserved, or copied, under the lock; pages that are
        // never used are never real.
        records_.reserve(records_max_);
        if (records_max_ > 0) audit_.reserve(kAuditMax);
        for (Tray& tray : trays_) tray.answers.reserve(records_max_);
    }

    [[nodiscard]] bool has_room(std::size_t count) const override {
        return records_.size() + count <= records_max_ && answers_ < records_max_;
    }
    void append(const Record& record) override { records_.push_back(record); }

    void add(const Answer& answer) {
        const auto fits = [&answer](const Tray& tray) {
            return tray.port == answer.to.port || tray.port == nullptr;
        };
        const auto tray = std::ranges::find_if(trays_, fits);
        CHECK(tray != trays_.end());  // TurnstileOptions::doors is too small
        tray->port = answer.to.port;
        tray->answers.push_back(answer);
        ++answers_;
    }
    void add(account::AuditEntry entry) { audit_.push_back(std::move(entry)); }

    [[nodiscard]] bool empty() const { return records_.empty() && answers_ == 0 && audit_.empty(); }
    [[nodiscard]] std::span<const Record> records() const { return records_; }
    [[nodiscard]] std::span<account::AuditEntry> audit() { return audit_; }

    /// Sends every answer to its port, those of one port together.
    void deliver() {
        for (Tray& tray : trays_)
            if (!tray.answers.empty()) tray.port->deliver(tray.answers);
    }
    /// Nothing of it is known to be durable: every answer becomes `outcome`.
    void refuse_all(Outcome outcome) {
        for (Tray& tray : trays_)
            for (Answer& answer : tray.answers)
                answer = Answer{.to = answer.to, .outcome = outcome, .order = {}, .payment = {}};
    }
    void clear() {
        records_.clear();
        audit_.clear();
        for (Tray& tray : trays_) {
            tray.port = nullptr;
            tray.answers.clear();
        }
        answers_ = 0;
    }

   private:
    struct Tray {
        AnswerPort* port = nullptr;  ///< nullptr: nobody's in this batch
        std::vector<Answer> answers;
    };
    std::size_t records_max_;
    std::vector<Record> records_;
    std::vector<account::AuditEntry> audit_;
    std::vector<Tray> trays_;
    std::size_t answers_ = 0;
};

/// The port of those who wait in pass_and_wait; the token is the address of their slip.
class Turnstile::Waiters final : public AnswerPort {
   public:
    struct Slip {
        bool done = false;
        Answer answer;
    };

    void deliver(std::span<const Answer> answers) noexcept override {
        {
            const std::lock_guard lock(mutex_);
            for (const Answer& answer : answers) {
                auto* slip = reinterpret_cast<Slip*>(answer.to.token);
                slip->answer = answer;
                slip->done = true;
            }
        }
        delivered_.notify_all();
    }
    Answer wait(const Slip& slip) {
        std::unique_lock lock(mutex_);
        delivered_.wait(lock, [&slip] { return slip.done; });
        return slip.answer;
    }

   private:
    std::mutex mutex_;
    std::condition_variable delivered_;
};

Turnstile::Turnstile(Sale& sale, Board& board, Ledger& ledger, const base::Clock& clock,
                     const TurnstileOptions& options)
    : sale_(sale),
      board_(board),
      ledger_(ledger),
      clock_(clock),
      spacing_(options.spacing_us),
      tick_ms_(options.tick_ms),
      lag_ns_max_(std::int64_t{options.lag_ms_max} * 1'000'000),
      waiters_(std::make_unique<Waiters>()),
      open_(std::make_unique<Batch>(options)),
      writing_(std::make_unique<Batch>(options)) {}

Turnstile::~Turnstile() { stop(); }

void Turnstile::start() {
    const std::lock_guard lock(mutex_);
    CHECK(state_ == State::new_);
    durable_seq_ = sale_.last_seq();  // what recovery read back
    for (const order::Order& order : sale_.orders().all()) board_.remember(order.user, order.key);
    post_touched();
    state_ = State::running;
    ledger_thread_ = std::thread([this] { run_ledger(); });
}

// PATH buy 4/8 One event at a time: lock, read the clock, decide, record, unlock. Next: sale/buy.cc
// PATH settle 2/5 One event at a time, as for a purchase. Next: sale/settle.cc
template <class Event>
std::optional<Answer> Turnstile::pass(const Event& event, Waiting to) {
    return decide(event, to, nullptr);
}

template <class Event>
std::optional<Answer> Turnstile::decide(const Event& event, Waiting to,
                                        account::AuditEntry* audit) {
    sale_.prefetch(event);
    if constexpr (std::is_same_v<Event, Buy>) board_.prefetch(event.user, event.key);
    std::unique_lock lock = enter();
    ++passes_;
    if (state_ != State::running)
        return Answer{.to = to, .outcome = Outcome::read_only, .order = {}, .payment = {}};
    const std::int64_t begun_ns = passes_ % kTimedEach == 0 ? base::monotonic_ns() : 0;
    const base::Instant now = std::max(clock_.now(), sale_.last_at());
    // Deadlines first, so that a unit whose time is up can go to the one who asks now.
    sale_.expire_due(now, *open_);
    const Decision decision = sale_.decide(event, now, *open_);

    Answer answer{.to = to, .outcome = decision.outcome, .order = {}, .payment = {}};
    if (decision.order != nullptr) answer.order = *decision.order;
    if (decision.payment != nullptr) answer.payment = *decision.payment;
    const bool durable = decision.seq <= durable_seq_.load(std::memory_order_relaxed);
    // A retry that overtakes its own first try learns nothing before the first one does.
    if (answer.outcome == Outcome::replayed && !durable) answer.outcome = Outcome::in_progress;
    const bool waits = !durable && answer.outcome != Outcome::in_progress;
    if (audit != nullptr && succeeded(decision.outcome) &&
        decision.outcome != Outcome::already_done) {
        audit->at = now;
        open_->add(std::move(*audit));
    }
    if (waits) open_->add(answer);
    // Before the doors can see that the stock is gone: a winner's retry must still get through.
    if (decision.outcome == Outcome::accepted)
        board_.remember(decision.order->user, decision.order->key);
    post_touched();
    if (begun_ns != 0) times_.event.record(base::monotonic_ns() - begun_ns);
    if (!handed_over_ && !open_->empty()) has_open_.store(true, std::memory_order_relaxed);
    lock.unlock();
    if (waits) return std::nullopt;
    if (answer.outcome == Outcome::in_progress) answer.order = {};
    return answer;
}

template <class Event>
Answer Turnstile::pass_and_wait(const Event& event) {
    Waiters::Slip slip;
    const Waiting to{.port = waiters_.get(), .token = reinterpret_cast<std::uint64_t>(&slip)};
    const auto now = decide(event, to, nullptr);
    hand_over();
    return now ? *now : waiters_->wait(slip);
}

template <class Event>
Answer Turnstile::pass_and_wait(const Event& event, account::AuditEntry audit) {
    Waiters::Slip slip;
    const Waiting to{.port = waiters_.get(), .token = reinterpret_cast<std::uint64_t>(&slip)};
    const auto now = decide(event, to, &audit);
    hand_over();
    return now ? *now : waiters_->wait(slip);
}

/// Takes the lock. Who finds it free has waited for nothing and reads no clock.
std::unique_lock<std::mutex> Turnstile::enter() const {
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock.owns_lock()) return lock;
    const std::int64_t begun_ns = base::monotonic_ns();
    lock.lock();
    times_.wait.record(base::monotonic_ns() - begun_ns);
    return lock;
}

/// Tells the doors what changed. Inside the lock, so that a later change is never overtaken by an
/// earlier one.
void Turnstile::post_touched() {
    for (const std::uint32_t index : sale_.touched()) {
        const OpenedItem& item = sale_.items()[index];
        const OpenedActivity& activity = sale_.activities()[item.activity_index];
        Posting* const place = board_.post(item.terms.id);
        CHECK(place != nullptr);  // the sale opens no more items than the board holds
        Posting& posting = *place;
        posting.activity = activity.terms.id.value;
        posting.starts_at_ms = activity.terms.starts_at.ms;
        posting.ends_at_ms = activity.closes_at().ms;
        posting.entry = static_cast<std::uint8_t>(item.terms.entry);
        posting.rehearsal = item.terms.rehearsal != 0;
        posting.available.store(item.stock.available(), std::memory_order_relaxed);
        posting.total.store(item.stock.total(), std::memory_order_relaxed);
        posting.paused.store(activity.paused || item.stopped, std::memory_order_relaxed);
        posting.ended.store(activity.ended, std::memory_order_relaxed);
        posting.item.store(item.terms.id.value,
                           std::memory_order_release);  // last: makes it visible
    }
    sale_.clear_touched();
}

void Turnstile::hand_over() {
    if (!has_open_.load(std::memory_order_relaxed)) return;
    {
        const std::lock_guard lock(mutex_);
        has_open_.store(false, std::memory_order_relaxed);
        if (handed_over_ || open_->empty()) return;
        handed_over_ = true;
    }
    work_.notify_one();
}

// PATH expire 1/4 Ten times a second, so that holds run out when nobody buys, too. Next:
// sale/expire.cc
bool Turnstile::tick() {
    const std::int64_t begun_ns = base::monotonic_ns();
    heartbeat_.beat("waiting for records", begun_ns);
    const base::Instant now = std::max(clock_.now(), sale_.last_at());
    sale_.expire_due(now, *open_);
    post_touched();
    const bool more = sale_.has_due(now);
    times_.tick.record(base::monotonic_ns() - begun_ns);
    return more;
}

/// Until something was handed over, or a tick is over, or the end has come. A tick comes in time
/// also if something is always handed over: else a wave of deadlines would wait for the events of
/// strangers.
void Turnstile::wait_for_work(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        const std::int64_t now_ns = base::monotonic_ns();
        // A wave is worked off without a pause: while the doors show `sold_out` nobody comes in, so
        // nobody else would do it.
        if (more_due_ || now_ns >= next_tick_ns_) {
            more_due_ = tick();
            next_tick_ns_ = now_ns + std::int64_t{tick_ms_} * 1'000'000;
            if (!open_->empty() || !more_due_) return;
        }
        const std::chrono::nanoseconds pause(more_due_ ? 0 : next_tick_ns_ - now_ns);
        if (work_.wait_for(lock, pause, [this] { return handed_over_ || stopping_; })) return;
    }
}

/// Until the last transaction, which began at `begun_ns`, is long enough ago.
void Turnstile::wait_for_more(std::unique_lock<std::mutex>& lock, std::int64_t begun_ns) {
    const std::chrono::nanoseconds since(base::monotonic_ns() - begun_ns);
    if (since >= spacing_ || open_->records().size() >= kManyRecords) return;
    work_.wait_for(lock, spacing_ - since, [this] { return stopping_; });
}

void Turnstile::run_ledger() {
    std::unique_lock lock(mutex_);
    std::int64_t begun_ns = 0;
    for (;;) {
        wait_for_work(lock);
        if (open_->empty()) {
            if (!stopping_ && can_go_on(lock)) continue;
            return heartbeat_.rest();
        }
        wait_for_more(lock, begun_ns);
        std::swap(open_, writing_);
        handed_over_ = false;
        has_open_.store(false, std::memory_order_relaxed);
        lock.unlock();

        // Answers alone rest on the batch before, which is durable by now.
        const bool has_work = !writing_->records().empty() || !writing_->audit().empty();
        begun_ns = base::monotonic_ns();
        heartbeat_.beat("in commit", begun_ns);
        const auto committed = has_work ? ledger_.commit(writing_->records(), writing_->audit())
                                        : base::Result<void>{};
        const std::int64_t ended_ns = base::monotonic_ns();
        const auto took_ns = static_cast<std::uint64_t>(ended_ns - begun_ns);
        heartbeat_.beat("answering", ended_ns);
        if (!committed) {
            on_failed(*writing_, committed.error());
            heartbeat_.rest();
            return;
        }
        const std::size_t records = writing_->records().size();
        on_durable(*writing_);
        writing_->clear();

        lock.lock();
        ++counts_.batches;
        counts_.records += records;
        counts_.commit_ns_sum += took_ns;
        counts_.commit_ns_max = std::max(counts_.commit_ns_max, took_ns);
        counts_.batch_records_max = std::max<std::uint64_t>(counts_.batch_records_max, records);
        if (has_work) {
            times_.commit.record(ended_ns - begun_ns);
            times_.batch_records.record(static_cast<std::int64_t>(records));
        }
    }
}

/// Nobody buys, so no commit would show that the store has stopped; it must not be left to the
/// first buyer to find out.
bool Turnstile::can_go_on(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    const auto well = ledger_.check();
    if (!well) on_failed(*writing_, well.error());
    lock.lock();
    return well.has_value();
}

// PATH buy 7/8 The batch is on the disk: only now its answers go out. Next: http/connection.cc
// PATH settle 5/5 The provider hears `ok` only now; until then it repeats the callback. Next: -
// PATH expire 4/4 Nobody waits for an expiry; the doors saw the units when it was decided. Next: -
void Turnstile::on_durable(Batch& batch) {
    if (!batch.records().empty())
        durable_seq_.store(batch.records().back().seq, std::memory_order_release);
    batch.deliver();
}

/// Whether the batch is on the disk is unknown, and the state here is ahead of it: nothing may be
/// sold any more. Those who wait are told so; with the same key they learn the truth after the
/// restart.
void Turnstile::on_failed(Batch& batch, const base::Error& error) {
    base::log_error("ledger_failed", {{"why", error.what}, {"effect", "purchases stopped"}});
    // Nothing fits into it, and nobody comes.
    auto none = std::make_unique<Batch>(TurnstileOptions{.batch_records_max = 0, .doors = 0});
    std::unique_ptr<Batch> last;
    {
        const std::lock_guard lock(mutex_);
        state_ = State::failed;
        reason_ = error;
        last = std::exchange(open_, std::move(none));
        board_.stop(true);
        board_.fail();
    }
    for (Batch* lost : {&batch, last.get()}) {
        lost->refuse_all(Outcome::read_only);
        lost->deliver();
    }
}

void Turnstile::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (state_ == State::new_ || !ledger_thread_.joinable()) return;
        stopping_ = true;
        if (state_ == State::running) state_ = State::stopped;
    }
    work_.notify_one();
    ledger_thread_.join();
    if (state_ == State::failed) return;
    const auto noted =
        ledger_.note_clean_stop({.seq = sale_.last_seq(), .state_hash = sale_.hash()});
    if (!noted) base::log_warn("clean_stop_not_noted", {{"why", noted.error().what}});
}

void Turnstile::stop_purchases(bool stopped) {
    const std::lock_guard lock(mutex_);
    sale_.stop_purchases(stopped);
    board_.stop(stopped || state_ == State::failed);
}

void Turnstile::look(const std::function<void(const Sale&)>& look) const {
    const std::unique_lock lock = enter();
    const std::int64_t begun_ns = base::monotonic_ns();
    look(sale_);
    times_.look.record(base::monotonic_ns() - begun_ns);
}

std::uint64_t Turnstile::durable_seq() const {
    return durable_seq_.load(std::memory_order_acquire);
}

bool Turnstile::is_lagging(std::int64_t now_ns) const {
    const std::int64_t sign_ns = heartbeat_.at_ns();
    return sign_ns != 0 && now_ns - sign_ns > lag_ns_max_;
}

bool Turnstile::read_only() const {
    const std::lock_guard lock(mutex_);
    return state_ != State::running;
}

base::Error Turnstile::read_only_error() const {
    const std::lock_guard lock(mutex_);
    return reason_;
}

Turnstile::Counts Turnstile::counts() const {
    const std::lock_guard lock(mutex_);
    Counts counts = counts_;
    counts.open_records = open_->records().size();
    return counts;
}

void Turnstile::Times::merge(const Times& other) noexcept {
    event.merge(other.event);
    look.merge(other.look);
    tick.merge(other.tick);
    wait.merge(other.wait);
    commit.merge(other.commit);
    batch_records.merge(other.batch_records);
}

Turnstile::Times Turnstile::times() const {
    Times latest;
    Times all;
    std::uint64_t entries = 0;
    const std::lock_guard reading(times_mutex_);
    {
        const std::lock_guard lock(mutex_);
        std::swap(times_, latest);
        entries = passes_ - std::exchange(passes_told_, passes_);
    }
    entries += latest.look.count();
    latest.wait.record_zeros(entries - std::min(entries, latest.wait.count()));
    times_before_.merge(latest);
    all.merge(times_before_);
    return all;
}

template std::optional<Answer> Turnstile::pass(const Buy&, Waiting);
template std::optional<Answer> Turnstile::pass(const Cancel&, Waiting);
template std::optional<Answer> Turnstile::pass(const OpenPayment&, Waiting);
template std::optional<Answer> Turnstile::pass(const Settle&, Waiting);
template std::optional<Answer> Turnstile::pass(const ClosePayment&, Waiting);
template std::optional<Answer> Turnstile::pass(const ConfirmRefund&, Waiting);
template Answer Turnstile::pass_and_wait(const Buy&);
template Answer Turnstile::pass_and_wait(const Cancel&);
template Answer Turnstile::pass_and_wait(const OpenPayment&);
template Answer Turnstile::pass_and_wait(const Settle&);
template Answer Turnstile::pass_and_wait(const ClosePayment&);
template Answer Turnstile::pass_and_wait(const ConfirmRefund&);
template Answer Turnstile::pass_and_wait(const MarkPaid&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const Refund&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const Cancel&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const ChangeStock&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const OpenActivity&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const SwitchActivity&, account::AuditEntry);
template Answer Turnstile::pass_and_wait(const SwitchItem&, account::AuditEntry);

}  // namespace sluice::sale
