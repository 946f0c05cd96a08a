// SPDX-License-Identifier: Apache-2.0
// Shop: the real sale, turnstile and ledger without a network in front, and doors that buy as many
// customers would: each waits for its answer, and only answers that were released are counted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapter/sqlite/database.h"
#include "adapter/sqlite/ledger.h"
#include "base/check.h"
#include "base/id.h"
#include "base/money.h"
#include "base/time.h"
#include "bench/meter.h"
#include "sale/board.h"
#include "sale/recover.h"
#include "sale/sale.h"
#include "sale/turnstile.h"

namespace sluice::bench {

/// A new directory below `parent`, gone with the object.
class FreshDirectory {
   public:
    explicit FreshDirectory(const std::filesystem::path& parent) {
        std::string name = (parent / "sluice-bench-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~FreshDirectory() { std::filesystem::remove_all(path_); }
    FreshDirectory(const FreshDirectory&) = delete;
    FreshDirectory& operator=(const FreshDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
};

/// The machine's clock, which can be put forward while other threads read it.
class BenchClock final : public base::Clock {
   public:
    [[nodiscard]] base::Instant now() const noexcept override {
        return clock_.now() + base::Duration{ahead_ms_.load(std::memory_order_relaxed)};
    }
    void advance(base::Duration by) { ahead_ms_ += by.ms; }

   private:
    base::SystemClock clock_;
    std::atomic<std::int64_t> ahead_ms_{0};
};

/// Forgets, after the time that a sync takes: shows what all but the store costs.
class NoLedger final : public sale::Ledger {
   public:
    base::Result<void> commit(std::span<const sale::Record> /*records*/,
                              std::span<account::AuditEntry> /*audit*/) override {
        // Else each purchase would be a batch of its own, and only the waking would be measured.
        std::this_thread::sleep_for(std::chrono::microseconds(500));
        return {};
    }
    base::Result<void> replay(
        const std::function<base::Result<void>(const sale::Record&)>& /*visit*/) override {
        return {};
    }
    base::Result<void> note_clean_stop(const CleanStop& /*stop*/) override { return {}; }
    base::Result<CleanStop> last_clean_stop() override { return CleanStop{}; }
};

/// What a shop is made of; the defaults are what the server ships with.
struct ShopOptions {
    std::filesystem::path data_dir;  ///< empty: no store
    sale::SaleOptions sale;
    sale::TurnstileOptions turnstile;
    adapter::DatabaseOptions database;
};

class Shop {
   public:
    explicit Shop(const ShopOptions& options) : sale_(options.sale) {
        if (!options.data_dir.empty()) {
            auto opened = adapter::Database::open(options.data_dir, options.database);
            CHECK(opened.has_value());
            database_ = std::move(*opened);
            sqlite_.emplace(*database_);
            opened_us_ = meter_.wall_us();
            CHECK(sale::recover(*sqlite_, sale_).has_value());
            recovered_us_ = meter_.wall_us();
        }
        sale::Ledger& ledger = sqlite_ ? static_cast<sale::Ledger&>(*sqlite_) : none_;
        sale_.populate();
        turnstile_.emplace(sale_, board_, ledger, clock_, options.turnstile);
    }

    [[nodiscard]] sale::Sale& sale() { return sale_; }
    [[nodiscard]] sale::Board& board() { return board_; }
    [[nodiscard]] sale::Turnstile& turnstile() { return *turnstile_; }
    [[nodiscard]] BenchClock& clock() { return clock_; }
    /// Since construction began: until the store was open and checked, and until it was replayed.
    [[nodiscard]] double opened_us() const { return opened_us_; }
    [[nodiscard]] double recovered_us() const { return recovered_us_; }
    [[nodiscard]] const Meter& meter() const { return meter_; }

    /// An activity that is running, with `count` items (ids from 1) of `total` units each.
    sale::OpenActivity activity(std::uint32_t count, std::int64_t total,
                                activity::StockPolicy policy) const {
        sale::OpenActivity event;
        event.activity.id = {1};
        event.activity.starts_at = clock_.now() - base::kSecond;
        event.activity.ends_at = clock_.now() + base::kDay;
        for (std::uint32_t id = 1; id <= count; ++id) {
            activity::ItemTerms terms;
            terms.id = {id};
            terms.activity = {1};
            terms.sku = {id};
            terms.unit_price = 199'900;
            terms.currency = *base::parse_currency("CNY");
            terms.policy = policy;
            terms.total = total;
            event.items.push_back(terms);
        }
        return event;
    }
    void open(std::uint32_t count, std::int64_t total,
              activity::StockPolicy policy = activity::StockPolicy::reserve) {
        turnstile_->start();
        const sale::Answer answer =
            turnstile_->pass_and_wait(activity(count, total, policy), account::AuditEntry{});
        CHECK(sale::succeeded(answer.outcome));
    }

   private:
    Meter meter_;  // first: it measures the start
    BenchClock clock_;
    std::unique_ptr<adapter::Database> database_;
    std::optional<adapter::SqliteLedger> sqlite_;
    NoLedger none_;
    sale::Sale sale_;
    sale::Board board_;
    std::optional<sale::Turnstile> turnstile_;  // last: its thread ends before the rest goes
    double opened_us_ = 0;
    double recovered_us_ = 0;
};

/// Passes events and counts the answers that were released. As a door, it never waits for one: it
/// goes on with the next customer until as many wait as it has connections.
class Door final : public sale::AnswerPort {
   public:
    Door(sale::Turnstile& turnstile, std::uint64_t waiting_max)
        : turnstile_(turnstile), waiting_max_(waiting_max) {}

    void deliver(std::span<const sale::Answer> answers) noexcept override {
        for (const sale::Answer& answer : answers) {
            if (!sale::succeeded(answer.outcome)) ++failed_;
            if (visit_) visit_(answer);
        }
        released_.fetch_add(answers.size(), std::memory_order_release);
        released_.notify_one();
    }
    template <class Event>
    void pass(const Event& event) {
        if (sent_ % kTurn == 0) turnstile_.hand_over();
        while (sent_ - released_.load(std::memory_order_acquire) >= waiting_max_) {
            turnstile_.hand_over();
            released_.wait(sent_ - waiting_max_);
        }
        ++sent_;
        for (;;) {
            const auto now = turnstile_.pass(event, {.port = this, .token = sent_});
            if (!now) return;
            if (now->outcome != sale::Outcome::busy) return deliver(std::span(&*now, 1));
            turnstile_.hand_over();
            std::this_thread::yield();  // the batch is full
        }
    }
    void wait_for_all() {
        turnstile_.hand_over();
        for (std::uint64_t seen = released_; seen != sent_; seen = released_) released_.wait(seen);
    }
    /// Called for each answer on the ledger thread.
    void set_visit(std::function<void(const sale::Answer&)> visit) { visit_ = std::move(visit); }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }

   private:
    static constexpr std::uint64_t kTurn = 64;  // events that a door has in a busy turn

    sale::Turnstile& turnstile_;
    const std::uint64_t waiting_max_;
    std::uint64_t sent_ = 0;
    std::uint64_t failed_ = 0;
    std::atomic<std::uint64_t> released_{0};
    std::function<void(const sale::Answer&)> visit_;
};

/// Purchase number `number`, each by another customer.
[[nodiscard]] inline sale::Buy purchase(std::uint64_t number, std::uint32_t items = 1) {
    sale::Buy event;
    event.user = {{base::mix64(number), base::mix64(~number)}};
    event.key = {base::mix64(number + (std::uint64_t{1} << 40)),
                 base::mix64(number + (std::uint64_t{1} << 41))};
    event.item = {static_cast<std::uint32_t>(number % items) + 1};
    return event;
}

}  // namespace sluice::bench
