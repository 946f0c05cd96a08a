// SPDX-License-Identifier: Apache-2.0
#include "reservation/deadlines.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "reservation/reservation.h"

namespace sluice::reservation {
namespace {

Deadline deadline(std::int64_t at, std::uint64_t order) { return {.at = {at}, .order = {order}}; }

/// The order whose deadline comes up next, 0 if none is due; it is dropped.
std::uint64_t take(Deadlines& deadlines, std::int64_t now) {
    const auto due = deadlines.due({now});
    if (!due) return 0;
    deadlines.pop();
    return due->order.value;
}

TEST(Deadlines, ComeUpSoonestFirstHoweverTheyWereAdded) {
    Deadlines deadlines(3);
    deadlines.add(deadline(30, 1));
    deadlines.add(deadline(10, 2));
    deadlines.add(deadline(20, 3));
    EXPECT_EQ(take(deadlines, 9), 0U);
    EXPECT_EQ(take(deadlines, 10), 2U);  // due at the millisecond itself
    EXPECT_EQ(take(deadlines, 19), 0U);
    EXPECT_EQ(take(deadlines, 99), 3U);
    EXPECT_EQ(take(deadlines, 99), 1U);
    EXPECT_EQ(take(deadlines, 99), 0U);
}

TEST(Deadlines, OfOneMillisecondComeUpInTheOrderOfTheirOrders) {
    Deadlines deadlines(4);
    for (const std::uint64_t order : {3U, 1U, 4U, 2U}) deadlines.add(deadline(10, order));
    for (std::uint64_t order = 1; order <= 4; ++order) EXPECT_EQ(take(deadlines, 10), order);
}

TEST(Deadlines, AskingChangesNothing) {
    Deadlines deadlines(1);
    deadlines.add(deadline(10, 1));
    EXPECT_EQ(deadlines.due({10})->order.value, 1U);
    EXPECT_EQ(deadlines.due({10})->order.value, 1U);
    EXPECT_EQ(deadlines.size(), 1U);
}

TEST(Deadlines, AreFullAtTheirCapacityAndHaveRoomAgainAfterAPop) {
    Deadlines deadlines(2);
    EXPECT_FALSE(deadlines.full());
    deadlines.add(deadline(1, 1));
    deadlines.add(deadline(2, 2));
    EXPECT_TRUE(deadlines.full());
    deadlines.pop();
    EXPECT_FALSE(deadlines.full());
    deadlines.add(deadline(1, 3));
    EXPECT_EQ(take(deadlines, 1), 3U);
    EXPECT_TRUE(Deadlines(0).full());
}

TEST(Deadlines, AgreeWithASortedSet) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<bool, std::uint8_t>>& steps) {
        Deadlines deadlines(steps.size());
        std::multiset<std::pair<std::int64_t, std::uint64_t>> model;
        std::uint64_t order = 0;
        for (const auto& [adds, at] : steps) {
            if (adds) {
                deadlines.add(deadline(at % 16, ++order));
                model.emplace(at % 16, order);
            } else {
                const bool is_due = !model.empty() && model.begin()->first <= at % 16;
                const std::uint64_t expected = is_due ? model.begin()->second : 0;
                if (is_due) model.erase(model.begin());
                const std::uint64_t taken = take(deadlines, at % 16);
                RC_ASSERT(taken == expected);
            }
            RC_ASSERT(deadlines.size() == model.size());
        }
        for (const auto& [at, expected] : model) {
            const std::uint64_t taken = take(deadlines, 99);
            RC_ASSERT(taken == expected);
        }
    }));
}

TEST(DeadlinesDeathTest, GoingBeyondTheirBoundsStopsTheProgram) {
    Deadlines deadlines(1);
    EXPECT_DEATH(deadlines.pop(), "CHECK.*!heap_.empty");
    deadlines.add(deadline(1, 1));
    EXPECT_DEATH(deadlines.add(deadline(2, 2)), "CHECK.*!full");
}

TEST(Reservation, PartsIntoWhatIsConfirmedAndWhatIsReleased) {
    struct Row {
        std::uint32_t held, quantity;
        std::optional<std::pair<std::uint32_t, std::uint32_t>> expected;
    };
    const std::vector<Row> table = {
        {1, 0, {{1, 0}}},  // 0 means all
        {3, 0, {{3, 0}}},
        {3, 3, {{3, 0}}},
        {3, 2, {{2, 1}}},
        {3, 1, {{1, 2}}},
        {3, 4, {}},  // more than is held
        {0, 0, {{0, 0}}},
        {0, 1, {}},
        {1000, 999, {{999, 1}}},
        {UINT32_MAX, 1, {{1, UINT32_MAX - 1}}},
        {1, UINT32_MAX, {}},
    };
    for (const Row& row : table) {
        const auto parting = part(row.held, row.quantity);
        ASSERT_EQ(parting.has_value(), row.expected.has_value())
            << row.quantity << " of " << row.held;
        if (!parting) continue;
        EXPECT_EQ(parting->confirmed, row.expected->first) << row.quantity << " of " << row.held;
        EXPECT_EQ(parting->released, row.expected->second) << row.quantity << " of " << row.held;
    }
}

}  // namespace
}  // namespace sluice::reservation
