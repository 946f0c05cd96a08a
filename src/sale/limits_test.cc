// SPDX-License-Identifier: Apache-2.0
#include "sale/limits.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice::sale {
namespace {

base::UserId user(std::uint64_t number) { return {.key = {number, number}}; }

TEST(Limits, CountEachUserAndItemApart) {
    Limits limits(8);
    limits.add(user(1), {1}, 2);
    limits.add(user(1), {2}, 3);
    limits.add(user(2), {1}, 4);
    limits.add(user(1), {1}, 1);
    EXPECT_EQ(limits.count(user(1), {1}), 3U);
    EXPECT_EQ(limits.count(user(1), {2}), 3U);
    EXPECT_EQ(limits.count(user(2), {1}), 4U);
    EXPECT_EQ(limits.count(user(2), {2}), 0U);
    limits.remove(user(1), {1}, 3);
    EXPECT_EQ(limits.count(user(1), {1}), 0U);
    EXPECT_EQ(limits.count(user(1), {2}), 3U);
}

TEST(Limits, AdmitUpToTheMostAndNoFurther) {
    Limits limits(8);
    EXPECT_TRUE(limits.admits(user(1), {1}, 3, 3));
    EXPECT_FALSE(limits.admits(user(1), {1}, 4, 3));
    limits.add(user(1), {1}, 2);
    EXPECT_TRUE(limits.admits(user(1), {1}, 1, 3));
    EXPECT_FALSE(limits.admits(user(1), {1}, 2, 3));
    EXPECT_TRUE(limits.admits(user(2), {1}, 3, 3));
    EXPECT_EQ(limits.count(user(1), {1}), 2U);  // asking changes nothing
}

TEST(Limits, AMostOfZeroMeansNoLimit) {
    Limits limits(8);
    limits.add(user(1), {1}, UINT32_MAX - 1);
    EXPECT_TRUE(limits.admits(user(1), {1}, 1000, 0));
    EXPECT_FALSE(limits.admits(user(1), {1}, 1000, UINT32_MAX));  // the sum does not wrap around
}

TEST(Limits, AreFullByPairsNotByUnits) {
    Limits limits(2);
    limits.add(user(1), {1}, 1000);
    limits.add(user(1), {1}, 1000);
    EXPECT_FALSE(limits.full());
    limits.add(user(1), {2}, 1);
    EXPECT_TRUE(limits.full());
    limits.add(user(1), {1}, 1);  // a pair that is there needs no room
    EXPECT_EQ(limits.count(user(1), {1}), 2001U);
}

TEST(Limits, AgreeWithAMap) {
    using Step = std::tuple<bool, std::uint8_t, std::uint8_t, std::uint8_t>;
    EXPECT_TRUE(rc::check([](const std::vector<Step>& steps) {
        Limits limits(64);
        std::map<std::pair<int, int>, std::uint32_t> model;
        for (const auto& [adds, of_user, of_item, number] : steps) {
            const std::uint32_t quantity = number % 5;
            const std::uint32_t most = number / 5 % 8;
            const int u = of_user % 8 + 1;
            const int i = of_item % 8 + 1;
            const base::UserId who = user(static_cast<std::uint64_t>(u));
            const base::ItemId what{static_cast<std::uint32_t>(i)};
            std::uint32_t& count = model[{u, i}];
            RC_ASSERT(limits.count(who, what) == count);
            const bool fits = most == 0 || count + quantity <= most;
            RC_ASSERT(limits.admits(who, what, quantity, most) == fits);
            if (adds) {
                limits.add(who, what, quantity);
                count += quantity;
            } else if (count != 0 && count >= quantity) {
                limits.remove(who, what, quantity);
                count -= quantity;
            }
        }
        for (const auto& [pair, count] : model)
            RC_ASSERT(limits.count(user(static_cast<std::uint64_t>(pair.first)),
                                   {static_cast<std::uint32_t>(pair.second)}) == count);
    }));
}

TEST(LimitsDeathTest, TakingBackMoreThanWasCountedStopsTheProgram) {
    Limits limits(8);
    EXPECT_DEATH(limits.remove(user(1), {1}, 1), "CHECK.*units >= quantity");
    limits.add(user(1), {1}, 2);
    EXPECT_DEATH(limits.remove(user(1), {1}, 3), "CHECK.*units >= quantity");
    EXPECT_DEATH(limits.remove(user(1), {2}, 1), "CHECK.*units >= quantity");
}

}  // namespace
}  // namespace sluice::sale
