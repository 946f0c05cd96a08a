// SPDX-License-Identifier: Apache-2.0
// The turnstile with a ledger whose commits wait at a gate, so that every "meanwhile" is a step of
// the test and no matter of luck. Run its tests under the thread sanitizer, too.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapter/memory/ledger.h"
#include "sale/recover.h"
#include "sale/script_test.h"
#include "sale/turnstile.h"

namespace sluice::sale::testing {

/// Bounds a wait that ends at once unless the test fails.
constexpr std::chrono::seconds kPatience{30};

/// A clock that a test moves while the ledger thread reads it.
class SharedClock final : public base::Clock {
   public:
    [[nodiscard]] base::Instant now() const noexcept override { return {now_ms_.load()}; }
    void set(std::int64_t now_ms) { now_ms_ = now_ms; }

   private:
    std::atomic<std::int64_t> now_ms_{1000};
};

/// Passes everything on; while it is shut, commits wait in front of it.
class GatedLedger final : public Ledger {
   public:
    explicit GatedLedger(Ledger& behind) : behind_(behind) {}

    base::Result<void> commit(std::span<const Record> records,
                              std::span<account::AuditEntry> audit) override {
        {
            std::unique_lock lock(mutex_);
            sizes_.push_back(records.size());
            changed_.notify_all();
            changed_.wait(lock, [this] { return !shut_; });
        }
        return behind_.commit(records, audit);
    }
    base::Result<void> replay(
        const std::function<base::Result<void>(const Record&)>& visit) override {
        return behind_.replay(visit);
    }
    base::Result<void> note_clean_stop(const CleanStop& stop) override {
        return behind_.note_clean_stop(stop);
    }
    base::Result<CleanStop> last_clean_stop() override { return behind_.last_clean_stop(); }
    base::Result<void> check() override {
        const std::lock_guard lock(mutex_);
        if (broken_) return base::failure(base::ErrorCode::stopped, "another write failed");
        return {};
    }

    /// What somebody else wrote to the store has failed.
    void break_store() {
        const std::lock_guard lock(mutex_);
        broken_ = true;
    }
    void shut() {
        const std::lock_guard lock(mutex_);
        shut_ = true;
        sizes_.clear();
    }
    void open() {
        const std::lock_guard lock(mutex_);
        shut_ = false;
        changed_.notify_all();
    }
    /// Waits until `count` commits have come since the gate was shut.
    void await_commits(std::size_t count) {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, kPatience, [&] { return sizes_.size() >= count; }));
    }
    /// How many records each commit since then had.
    [[nodiscard]] std::vector<std::size_t> sizes() {
        const std::lock_guard lock(mutex_);
        return sizes_;
    }

   private:
    Ledger& behind_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool shut_ = false;
    bool broken_ = false;
    std::vector<std::size_t> sizes_;
};

/// Keeps the answers that come from the ledger thread.
class Mailbox final : public AnswerPort {
   public:
    void deliver(std::span<const Answer> answers) noexcept override {
        const std::lock_guard lock(mutex_);
        answers_.insert(answers_.end(), answers.begin(), answers.end());
        came_.notify_all();
    }
    std::vector<Answer> await(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(came_.wait_for(lock, kPatience, [&] { return answers_.size() >= count; }));
        return answers_;
    }
    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return answers_.size();
    }

   private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Answer> answers_;
};

inline Buy buy_of(const std::string& user, const std::string& key, std::uint32_t item = 1) {
    Buy event{.user = user_named(user), .key = {}, .item = {item}};
    event.key = purchase_key(event.user, key);
    return event;
}

inline account::AuditEntry entry(const std::string& action) {
    account::AuditEntry entry;
    entry.action = action;
    return entry;
}

/// A turnstile with one running activity: item 1 of 100 units, 2 a user; item 2 of 1 unit.
class TurnstileTest : public ::testing::Test {
   protected:
    explicit TurnstileTest(TurnstileOptions options = {.tick_ms = 1})
        : turnstile_(sale_, board_, gate_, clock_, options) {}
    ~TurnstileTest() override { gate_.open(); }

    void SetUp() override {
        turnstile_.start();
        OpenActivity event{activity_terms(1, 1000, 90'000),
                           {item_terms(1, 1, activity::StockPolicy::reserve, 100, 2),
                            item_terms(2, 1, activity::StockPolicy::reserve, 1, 2)}};
        ASSERT_EQ(turnstile_.pass_and_wait(event, entry("activity.warm")).outcome, Outcome::done);
    }

    std::optional<Answer> pass(const Buy& event, std::uint64_t token = 0) {
        return pass_for(mail_, event, token);
    }
    /// What a door does with one event a turn.
    template <class Event>
    std::optional<Answer> pass_for(Mailbox& mail, const Event& event, std::uint64_t token = 0) {
        const auto answer = turnstile_.pass(event, {.port = &mail, .token = token});
        turnstile_.hand_over();
        return answer;
    }
    /// Holds the ledger inside a commit of one purchase.
    void hold_a_commit() {
        gate_.shut();
        ASSERT_FALSE(pass(buy_of("holder", "hold")));
        gate_.await_commits(1);
    }
    std::int64_t available(std::uint32_t item = 1) {
        std::int64_t available = 0;
        turnstile_.look(
            [&](const Sale& sale) { available = sale.item({item})->stock.available(); });
        return available;
    }
    bool is_durable(base::OrderId order) {
        for (const Record& record : memory_.records())
            if (record.kind == RecordKind::order_created &&
                record.as<OrderCreated>().order == order)
                return true;
        return false;
    }
    /// What a restart finds.
    base::Result<Recovered> restart(Sale& sale) {
        memory_.restart();
        return recover(memory_, sale);
    }

    adapter::MemoryLedger memory_;
    GatedLedger gate_{memory_};
    SharedClock clock_;
    Sale sale_{small_sale()};
    Board board_;
    Mailbox mail_;
    Turnstile turnstile_;
};

}  // namespace sluice::sale::testing
