// SPDX-License-Identifier: Apache-2.0
#include "stock/stock.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace sluice::stock {
namespace {

/// Plays one line of a table: a verb and a quantity.
void play(Stock& stock, const std::string& verb, std::int64_t quantity) {
    if (verb == "reserve") return stock.reserve(quantity);
    if (verb == "release") return stock.release(quantity);
    if (verb == "confirm") return stock.confirm(quantity);
    if (verb == "take") return stock.take(quantity);
    if (verb == "put_back") return stock.put_back(quantity);
    if (verb == "change") return stock.change(quantity);
    ADD_FAILURE() << "no such verb: " << verb;
}

std::string units(const Stock& stock) {
    std::ostringstream text;
    text << stock.available() << '/' << stock.reserved() << '/' << stock.sold() << " of "
         << stock.total();
    return text.str();
}

TEST(Stock, EachMoveTakesUnitsFromOnePlaceToAnother) {
    Stock stock(10);
    std::istringstream table(R"(
        reserve 4   = 6/4/0 of 10
        confirm 3   = 6/1/3 of 10
        release 1   = 7/0/3 of 10
        take 2      = 5/0/5 of 10
        put_back 1  = 6/0/4 of 10
        change 5    = 11/0/4 of 15
        change -11  = 0/0/4 of 4
        reserve 0   = 0/0/4 of 4
        put_back 4  = 4/0/0 of 4
        change -4   = 0/0/0 of 0)");
    for (std::string line; std::getline(table, line);) {
        if (line.empty()) continue;
        std::string verb;
        std::int64_t quantity = 0;
        std::istringstream(line) >> verb >> quantity;
        play(stock, verb, quantity);
        EXPECT_EQ(units(stock), line.substr(line.find("= ") + 2)) << line;
    }
}

TEST(Stock, ANewOneIsAllAvailable) {
    EXPECT_EQ(units(Stock(7)), "7/0/0 of 7");
    EXPECT_EQ(units(Stock()), "0/0/0 of 0");
}

TEST(Stock, HasAsManyAsAreAvailable) {
    Stock stock(3);
    stock.reserve(1);
    EXPECT_TRUE(stock.has(0));
    EXPECT_TRUE(stock.has(2));
    EXPECT_FALSE(stock.has(3));
}

TEST(Stock, CanChangeDownToWhatIsCommittedAndUpToTheMost) {
    Stock stock(5);
    stock.reserve(2);
    stock.take(1);
    EXPECT_TRUE(stock.can_change(-2, 100));
    EXPECT_FALSE(stock.can_change(-3, 100));
    EXPECT_TRUE(stock.can_change(95, 100));
    EXPECT_FALSE(stock.can_change(96, 100));
}

TEST(Stock, CannotChangeByMoreThanNumbersCanHold) {
    const Stock stock(5);
    EXPECT_FALSE(stock.can_change(INT64_MAX, 100));
    EXPECT_FALSE(stock.can_change(INT64_MIN, 100));
}

/// Where each single unit is: the model needs no arithmetic.
using Units = std::vector<char>;  // 'a'vailable, 'r'eserved, 's'old

std::int64_t count(const Units& units, char place) {
    return std::count(units.begin(), units.end(), place);
}

bool try_move(Units& units, char from, char to, std::int64_t quantity) {
    if (count(units, from) < quantity) return false;
    for (char& place : units) {
        if (quantity == 0) break;
        if (place == from) {
            place = to;
            --quantity;
        }
    }
    return true;
}

bool try_change(Units& units, std::int64_t delta) {
    if (count(units, 'a') + delta < 0) return false;
    for (; delta > 0; --delta) units.push_back('a');
    for (; delta < 0; ++delta) units.erase(std::find(units.begin(), units.end(), 'a'));
    return true;
}

TEST(Stock, AgreesWithUnitsThatAreMovedOneByOne) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps) {
        const auto total = *rc::gen::inRange<std::int64_t>(0, 30);
        Stock stock(total);
        Units model(static_cast<std::size_t>(total), 'a');
        for (const auto& [verb, number] : steps) {
            const std::int64_t quantity = number % 8;
            switch (verb % 6) {
                case 0:
                    RC_ASSERT(stock.has(quantity) == (count(model, 'a') >= quantity));
                    if (try_move(model, 'a', 'r', quantity)) stock.reserve(quantity);
                    break;
                case 1:
                    if (try_move(model, 'r', 'a', quantity)) stock.release(quantity);
                    break;
                case 2:
                    if (try_move(model, 'r', 's', quantity)) stock.confirm(quantity);
                    break;
                case 3:
                    if (try_move(model, 'a', 's', quantity)) stock.take(quantity);
                    break;
                case 4:
                    if (try_move(model, 's', 'a', quantity)) stock.put_back(quantity);
                    break;
                case 5: {
                    const std::int64_t delta = quantity - 4;
                    const bool can = stock.can_change(delta, 1000);
                    const bool could = try_change(model, delta);
                    RC_ASSERT(can == could);
                    if (can) stock.change(delta);
                    break;
                }
            }
            RC_ASSERT(stock.available() == count(model, 'a'));
            RC_ASSERT(stock.reserved() == count(model, 'r'));
            RC_ASSERT(stock.sold() == count(model, 's'));
            RC_ASSERT(stock.total() == static_cast<std::int64_t>(model.size()));
        }
    }));
}

class StockDeathTest : public ::testing::TestWithParam<std::pair<const char*, std::int64_t>> {};

TEST_P(StockDeathTest, UnitsThatAreNotThereStopTheProgram) {
    Stock stock(6);  // 3 available, 2 reserved, 1 sold
    stock.reserve(2);
    stock.take(1);
    const auto& [verb, quantity] = GetParam();
    EXPECT_DEATH(play(stock, verb, quantity), "CHECK.*available_ >= 0 && reserved_ >= 0");
}

INSTANTIATE_TEST_SUITE_P(Each, StockDeathTest,
                         ::testing::Values(std::pair{"reserve", 4}, std::pair{"release", 3},
                                           std::pair{"confirm", 3}, std::pair{"take", 4},
                                           std::pair{"put_back", 2}, std::pair{"change", -4}),
                         [](const auto& each) { return std::string(each.param.first); });

TEST(StockBoundsDeathTest, ANegativeTotalStopsTheProgram) {
    EXPECT_DEATH(Stock(-1), "CHECK.*available_ >= 0");
}

}  // namespace
}  // namespace sluice::stock
