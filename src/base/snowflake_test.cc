// SPDX-License-Identifier: Apache-2.0
#include "base/snowflake.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sluice::base {
namespace {

constexpr Instant kNow{1'800'000'000'000};

std::uint64_t take(Snowflake& flakes, Instant now) {
    const std::uint64_t id = flakes.peek(now);
    flakes.taken(id);
    return id;
}

TEST(Snowflake, AscendsWhateverTheClockDoes) {
    EXPECT_TRUE(rc::check([](const std::vector<std::int64_t>& clock) {
        Snowflake flakes(*rc::gen::inRange(0U, Snowflake::kNodeMax + 1));
        std::uint64_t last = 0;
        for (const std::int64_t ms : clock) {
            // Any time from before the epoch of the ids to the end of their 41 bits.
            const Instant now{ms & ((std::int64_t{1} << 41) - 1)};
            for (int i = 0; i < 3; ++i) {
                const std::uint64_t id = take(flakes, now);
                RC_ASSERT(id > last);
                last = id;
            }
        }
    }));
}

TEST(Snowflake, StaysAscendingBeyondTheSequenceOfAMillisecond) {
    Snowflake flakes(3);
    std::uint64_t last = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t id = take(flakes, kNow);
        ASSERT_GT(id, last);
        last = id;
    }
    // 4,096 a millisecond: the time in the id ran four milliseconds ahead.
    EXPECT_EQ(Snowflake::time_of(last), (Instant{kNow.ms + 4}));
}

TEST(Snowflake, NeverMeetsTheIdsOfAnotherNode) {
    Snowflake one(1);
    Snowflake two(2);
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t a = take(one, kNow);
        const std::uint64_t b = take(two, kNow);
        ASSERT_NE(a, b);
        ASSERT_EQ((a >> 12) & 1023, 1U);
        ASSERT_EQ((b >> 12) & 1023, 2U);
    }
}

TEST(Snowflake, AscendsWhenTheNodeGetsALowerNumber) {
    Snowflake before(9);
    const std::uint64_t last = take(before, kNow);
    Snowflake after(1);
    after.taken(last);
    // The clock went back with the restart: the sequence alone would not rise above the old node.
    EXPECT_GT(take(after, {kNow.ms - 1000}), last);
}

TEST(Snowflake, ContinuesBehindTheIdsOfTheLedger) {
    Snowflake before(1);
    std::uint64_t last = 0;
    for (int i = 0; i < 10'000; ++i) last = take(before, kNow);
    Snowflake after(1);
    after.taken(last);
    after.taken(1);  // in any order
    // The clock was set back by a day while the program was down.
    EXPECT_GT(after.peek(Instant{kNow.ms - kDay.ms}), last);
}

TEST(Snowflake, PeekingTakesNothing) {
    Snowflake flakes(1);
    EXPECT_EQ(flakes.peek(kNow), flakes.peek(kNow));
}

TEST(Snowflake, CarriesItsTimeAndFitsASignedNumber) {
    Snowflake flakes(Snowflake::kNodeMax);
    const std::uint64_t id = take(flakes, kNow);
    EXPECT_EQ(Snowflake::time_of(id), kNow);
    EXPECT_EQ(id >> 63, 0U);
    EXPECT_NE(flakes.peek(Instant{0}), 0U);
}

TEST(SnowflakeDeathTest, RefusesANodeThatDoesNotFit) {
    EXPECT_DEATH(Snowflake(Snowflake::kNodeMax + 1), "CHECK");
}

}  // namespace
}  // namespace sluice::base
