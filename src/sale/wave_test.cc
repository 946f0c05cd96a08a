// SPDX-License-Identifier: Apache-2.0
// A wave of deadlines while nobody comes in: the units must not wait for one tick after another.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>

#include "adapter/memory/ledger.h"
#include "base/time.h"
#include "sale/script_test.h"
#include "sale/turnstile.h"

namespace sluice::sale::testing {
namespace {

constexpr std::int64_t kUnits = 1000;

/// A sold-out sale, as recovery would leave it: one order a unit, all with the same deadline.
class Wave : public ::testing::Test {
   protected:
    static constexpr std::uint32_t kNever = 3'600'000;

    Wave() {
        OpenActivity open{.activity = activity_terms(1, 1000, 100'000), .items = {}};
        open.items.push_back(item_terms(1, 1, activity::StockPolicy::reserve, kUnits, 1));
        EXPECT_EQ(sale_.decide(open, {1}, tape_).outcome, Outcome::done);
        for (std::int64_t i = 0; i < kUnits; ++i) {
            const base::UserId user = user_named(std::to_string(i));
            const auto bought = sale_.decide(Buy{.user = user,
                                                 .key = purchase_key(user, "k"),
                                                 .item = {1},
                                                 .quantity = 1,
                                                 .ticket = 0},
                                             {1000}, tape_);
            EXPECT_EQ(bought.outcome, Outcome::accepted);
            orders_.push_back(bought.order->id);
        }
        EXPECT_TRUE(ledger_.commit(tape_.records, {}).has_value());
    }
    void pay(base::OrderId order) {
        tape_.records.clear();
        EXPECT_EQ(sale_.decide(MarkPaid{.order = order, .quantity = 0}, {1001}, tape_).outcome,
                  Outcome::done);
        EXPECT_TRUE(ledger_.commit(tape_.records, {}).has_value());
    }
    /// Starts a turnstile that ticks once an hour, and waits until `units` are back on sale.
    bool come_back(std::int64_t units) {
        Board board;
        Turnstile turnstile(sale_, board, ledger_, clock_, {.tick_ms = kNever});
        turnstile.start();
        // The bound is for a failure only: it takes milliseconds.
        const std::int64_t end_ns = base::monotonic_ns() + 20'000'000'000;
        while (base::monotonic_ns() < end_ns) {
            std::int64_t available = 0;
            turnstile.look(
                [&](const Sale& sale) { available = sale.item({1})->stock.available(); });
            if (available == units) return true;
            std::this_thread::yield();
        }
        return false;
    }

    Sale sale_{small_sale()};
    Tape tape_;
    adapter::MemoryLedger ledger_;
    base::ManualClock clock_{base::Instant{50'000}};
    std::vector<base::OrderId> orders_;
};

TEST_F(Wave, OfHoldsRunsOutAtOnce) { EXPECT_TRUE(come_back(kUnits)); }

TEST_F(Wave, OfResolvedOrdersDoesNotHideTheOneThatWasAbandoned) {
    for (std::size_t i = 0; i + 1 < orders_.size(); ++i) pay(orders_[i]);
    EXPECT_TRUE(come_back(1));
}

}  // namespace
}  // namespace sluice::sale::testing
