// SPDX-License-Identifier: Apache-2.0
#include "sale/board.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace sluice::sale {
namespace {

/// Posts an item as the turnstile does: the number last.
Posting& post(Board& board, std::uint32_t item, std::int64_t available, std::int64_t total) {
    Posting& posting = *board.post({item});
    posting.starts_at_ms = 1000;
    posting.ends_at_ms = 2000;
    posting.available = available;
    posting.total = total;
    posting.item = item;
    return posting;
}

/// A key that looks like a hash; the same in every run.
base::Key128 key(std::uint64_t number) {
    return {base::mix64(2 * number + 1), base::mix64(~(2 * number + 1))};
}

TEST(Board, FindsWhatWasPostedAndNothingElse) {
    Board board;
    EXPECT_EQ(board.find({1}), nullptr);
    Posting& posting = post(board, 1, 5, 10);
    EXPECT_EQ(board.find({1}), &posting);
    EXPECT_EQ(board.post({1}), &posting);  // posted again: the same place
    EXPECT_EQ(board.find({2}), nullptr);
    EXPECT_EQ(board.find({}), nullptr);
}

TEST(Board, APostingIsInvisibleUntilItsItemIsStored) {
    Board board;
    Posting* posting = board.post({7});
    ASSERT_NE(posting, nullptr);
    posting->available = 5;
    EXPECT_EQ(board.find({7}), nullptr);
    posting->item = 7;
    EXPECT_EQ(board.find({7}), posting);
}

TEST(Board, HoldsAsManyItemsAsItPromises) {
    Board board;
    for (std::uint32_t item = 1; item <= kItemsMax; ++item) post(board, item, item, item);
    for (std::uint32_t item = 1; item <= kItemsMax; ++item) {
        const Posting* posting = board.find({item});
        ASSERT_NE(posting, nullptr) << item;
        ASSERT_EQ(posting->available.load(), item);
    }
    EXPECT_EQ(board.find({kItemsMax + 1}), nullptr);
}

TEST(Board, OneMoreThanItPromisesFindsNoPlace) {
    Board board;
    for (std::uint32_t item = 1; item <= kItemsMax; ++item) post(board, item, 1, 1);
    EXPECT_EQ(board.post({kItemsMax + 1}), nullptr);
    EXPECT_NE(board.post({1}), nullptr);  // a known one has its place
}

/// One row: what is posted, and the refusal at `now`. The window is 1,000 to 2,000.
struct Row {
    std::int64_t now;
    bool stopped, ended, paused;
    std::int64_t available;
    std::optional<Outcome> refusal;
};

TEST(Board, RefusesInTheOrderOfTheOutcomes) {
    const std::vector<Row> table = {
        {999, false, false, false, 1, Outcome::not_started},
        {1000, false, false, false, 1, std::nullopt},
        {1999, false, false, false, 1, std::nullopt},
        {2000, false, false, false, 1, Outcome::ended},
        {1500, false, false, false, 0, Outcome::sold_out},
        {1500, false, false, true, 1, Outcome::paused},
        {1500, false, true, false, 1, Outcome::ended},
        {1500, true, false, false, 1, Outcome::stopped},
        // Where several apply, the first one wins.
        {1500, false, false, true, 0, Outcome::paused},
        {1500, false, true, true, 0, Outcome::ended},
        {1500, true, true, true, 0, Outcome::stopped},
        {999, true, false, false, 0, Outcome::stopped},
        {999, false, true, true, 0, Outcome::ended},
        {999, false, false, true, 0, Outcome::not_started},
        {2000, false, false, true, 0, Outcome::ended},
    };
    Board board;
    Posting& posting = post(board, 1, 1, 10);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Row& row = table[i];
        board.stop(row.stopped);
        posting.ended = row.ended;
        posting.paused = row.paused;
        posting.available = row.available;
        EXPECT_EQ(board.stopped(), row.stopped) << "row " << i;
        EXPECT_EQ(board.refusal(posting, {row.now}), row.refusal) << "row " << i;
    }
}

TEST(Board, TellsTheLevelAndNotTheNumber) {
    const std::vector<std::tuple<std::int64_t, std::int64_t, Level>> table = {
        {0, 100, Level::none},
        {-1, 100, Level::none},
        {1, 100, Level::few},
        {10, 100, Level::few},
        {11, 100, Level::plenty},
        {100, 100, Level::plenty},
        {1, 9, Level::plenty},
        {1, 10, Level::few},
        {1000, 1'000'000, Level::few},
        {0, 0, Level::none},
        {1001, 1'000'000, Level::plenty},
    };
    Board board;
    Posting& posting = post(board, 1, 0, 0);
    for (const auto& [available, total, level] : table) {
        posting.available = available;
        posting.total = total;
        EXPECT_EQ(Board::level(posting), level) << available << " of " << total;
    }
}

/// Everybody buys once.
void remember(Board& board, std::uint64_t number) {
    board.remember({key((std::uint64_t{1} << 41) + number)}, key(number));
}

TEST(Board, NeverForgetsAKeyNorItsUser) {
    const auto board = std::make_unique<Board>();  // one for all runs: it only ever fills
    EXPECT_TRUE(rc::check([&board](std::uint64_t high, std::uint64_t low) {
        const base::Key128 any{high, low};
        const base::UserId user{{low, ~high}};
        board->remember(user, any);
        RC_ASSERT(board->may_be_replay(any));
        RC_ASSERT(board->may_have_order(user));
    }));
    for (std::uint64_t number = 0; number < 100'000; ++number) remember(*board, number);
    for (std::uint64_t number = 0; number < 100'000; ++number)
        ASSERT_TRUE(board->may_be_replay(key(number))) << number;
}

TEST(Board, SeldomTakesAStrangerForAnOldKey) {
    Board board;
    const auto strangers = [&board] {
        int taken = 0;
        for (std::uint64_t number = 0; number < 100'000; ++number)
            taken += board.may_be_replay(key((std::uint64_t{1} << 40) + number)) ? 1 : 0;
        return taken;
    };
    EXPECT_EQ(strangers(), 0);
    std::uint64_t number = 0;
    for (; number < 600'000; ++number) remember(board, number);
    EXPECT_LT(strangers(), 80);  // 0.03 % if the blocks filled evenly: (1 - e^(-4n/m))^2
    for (; number < 3'500'000; ++number) remember(board, number);
    EXPECT_LT(strangers(), 1500);  // 1 %, likewise
    EXPECT_GT(strangers(), 0);     // else this test would not measure anything
}

}  // namespace
}  // namespace sluice::sale
