// SPDX-License-Identifier: Apache-2.0
#include "api/arrivals.h"

#include <gtest/gtest.h>

namespace sluice::api {
namespace {

using sale::Outcome;

constexpr base::Instant kStart{1'790'000'000'000};

struct Doors {
    Arrivals arrivals{2};
    sale::Posting posting;

    Doors() {
        posting.activity = 7;
        EXPECT_TRUE(arrivals.follow({7}, kStart, kStart));
    }
    void come(std::uint32_t door, std::string_view address, std::optional<base::UserId> user,
              std::int64_t after_ms, Outcome outcome) {
        const Arrival arrival =
            arrivals.arrive(door, posting, address, user, {kStart.ms + after_ms});
        arrivals.count(door, arrival, outcome);
    }
    Tally tally() { return arrivals.tally({7}).value(); }
};

base::UserId user(int number) { return base::user_of("test", std::to_string(number)); }

TEST(Arrivals, AreCountedBySecondAndOutcomeOverAllDoors) {
    Doors doors;
    doors.come(0, "203.0.113.7", std::nullopt, -5, Outcome::not_started);
    doors.come(0, "203.0.113.7", user(1), 400, Outcome::accepted);
    doors.come(1, "203.0.113.9", user(2), 999, Outcome::sold_out);
    doors.come(1, "203.0.113.9", user(3), 1000, Outcome::sold_out);
    doors.come(0, "2001:db8::1", user(4), 900'000, Outcome::sold_out);
    doors.come(0, "2001:db8::1", user(5), 900 * base::kDay.ms, Outcome::ended);
    const Tally tally = doors.tally();
    EXPECT_EQ(tally.attempts(), 6U);
    EXPECT_EQ(tally.wins(), 1U);
    EXPECT_EQ(tally.before_start, 1U);
    ASSERT_EQ(tally.slices.size(), 4U);
    EXPECT_EQ(tally.slices[0].attempts, 2U);
    EXPECT_EQ(tally.slices[0].wins, 1U);
    EXPECT_EQ(tally.slices[1].second, 1);
    EXPECT_EQ(tally.slices[2].second, 900);
    EXPECT_EQ(tally.slices[2].length_s, 60);
    EXPECT_EQ(tally.slices[3].second, static_cast<std::int64_t>(kMinutesCounted - 1) * 60);
    ASSERT_EQ(tally.networks.size(), 2U);
    EXPECT_EQ(tally.networks[0].network, "203.0.113.0/24");
    EXPECT_EQ(tally.networks[0].attempts, 4U);
    EXPECT_EQ(tally.networks[0].wins, 1U);
    EXPECT_EQ(tally.networks[1].network, "2001:db8:0:0::/56");
    EXPECT_NEAR(static_cast<double>(tally.networks[0].users), 3, 1);  // two may share a bit
}

TEST(Arrivals, EndAsTheTallySaysWithoutTheRestOfIt) {
    Doors doors;
    doors.come(0, "203.0.113.7", user(1), 400, Outcome::accepted);
    doors.come(1, "203.0.113.9", user(2), 999, Outcome::sold_out);
    const Arrival stranger =
        doors.arrivals.arrive(1, doors.posting, "203.0.113.9", std::nullopt, kStart);
    doors.arrivals.count(1, stranger, TurnedAway::no_session);
    const auto endings = doors.arrivals.endings({7});
    ASSERT_TRUE(endings);
    EXPECT_EQ(endings->counts, doors.tally().counts);
    EXPECT_EQ(endings->of(Outcome::sold_out), 1U);
    EXPECT_EQ(endings->of(TurnedAway::no_session), 1U);
    EXPECT_FALSE(doors.arrivals.endings({8}));
}

TEST(Arrivals, AreTheSameAttemptsByEndingBySecondAndByNetwork) {
    Doors doors;
    const auto come = [&](std::int64_t after_ms, Ending ending, std::optional<guard::Gate> gate) {
        const Arrival arrival =
            doors.arrivals.arrive(0, doors.posting, "203.0.113.7", user(1), {kStart.ms + after_ms});
        doors.arrivals.count(0, arrival, ending, gate);
    };
    const auto expect_one_sum = [&] {
        const Tally tally = doors.tally();
        std::uint64_t arrived = tally.before_start;
        std::uint64_t won = 0;
        for (const Tally::Slice& slice : tally.slices) {
            arrived += slice.attempts;
            won += slice.wins;
        }
        EXPECT_EQ(arrived, tally.attempts());
        EXPECT_EQ(won, tally.wins());
        EXPECT_EQ(tally.networks.empty() ? 0 : tally.networks[0].attempts, tally.attempts());
    };
    come(-20, Outcome::not_started, guard::Gate::window);
    come(10, TurnedAway::invalid, std::nullopt);
    come(1500, Outcome::accepted, std::nullopt);
    come(1600, Outcome::replayed, std::nullopt);
    come(950'000, TurnedAway::rate_or_list, guard::Gate::user_rate);
    expect_one_sum();
    EXPECT_EQ(doors.tally().attempts(), 5U);
    EXPECT_EQ(doors.tally().wins(), 1U) << "a replayed answer is no second win";
    EXPECT_EQ(doors.tally().by_gate[static_cast<std::size_t>(guard::Gate::user_rate)], 1U);

    // Who waits for the sale has not ended: nothing of it is counted yet.
    const Arrival waits =
        doors.arrivals.arrive(0, doors.posting, "203.0.113.7", user(2), {kStart.ms + 2000});
    expect_one_sum();
    EXPECT_EQ(doors.tally().attempts(), 5U);
    doors.arrivals.count(0, waits, Outcome::accepted);
    expect_one_sum();
    EXPECT_EQ(doors.tally().attempts(), 6U);
}

TEST(Arrivals, OfOtherActivitiesAreNotCounted) {
    Doors doors;
    doors.posting.activity = 8;
    doors.come(0, "203.0.113.7", user(1), 1, Outcome::accepted);
    EXPECT_EQ(doors.tally().attempts(), 0U);
    EXPECT_FALSE(doors.arrivals.tally({8}));
    doors.arrivals.forget({7});
    EXPECT_FALSE(doors.arrivals.tally({7}));
    ASSERT_TRUE(doors.arrivals.follow({8}, kStart, kStart));
    doors.come(0, "203.0.113.7", user(1), 1, Outcome::accepted);
    EXPECT_EQ(doors.arrivals.tally({8})->attempts(), 1U);  // nothing is left of the one before
    for (std::uint32_t id = 9; id < 8 + kFollowedMax; ++id)
        EXPECT_TRUE(doors.arrivals.follow({id}, kStart, kStart));
    EXPECT_FALSE(doors.arrivals.follow({99}, kStart, kStart));
    EXPECT_TRUE(doors.arrivals.follow({9}, kStart, kStart));
}

TEST(Arrivals, ThatNoPersonCouldMakeAreSuspect) {
    Doors doors;
    doors.come(0, "203.0.113.7", user(1), kFirstAttemptMsMin - 1, Outcome::accepted);
    doors.come(0, "203.0.113.7", user(2), kFirstAttemptMsMin, Outcome::accepted);
    EXPECT_EQ(doors.tally().too_early_users, 1U);
    EXPECT_EQ(doors.tally().suspect_wins, 1U);
    for (std::uint32_t i = 0; i < kAttemptsIn10sMax; ++i)
        doors.come(1, "198.51.100.1", user(3), 5000, Outcome::sold_out);
    EXPECT_EQ(doors.tally().too_often_users, 0U);
    doors.come(1, "198.51.100.1", user(3), 14'000, Outcome::sold_out);
    EXPECT_EQ(doors.tally().too_often_users, 1U);
    for (std::uint32_t i = 0; i < 3 * kAttemptsIn10sMax; ++i)  // one a second is no script
        doors.come(1, "198.51.100.1", user(4), 20'000 + 1000 * i, Outcome::sold_out);
    EXPECT_EQ(doors.tally().too_often_users, 1U);
    EXPECT_EQ(doors.tally().crowded_networks, 0U);
    for (int i = 0; i < 300; ++i)
        doors.come(0, "192.0.2.1", user(100 + i), 50'000, Outcome::sold_out);
    EXPECT_EQ(doors.tally().crowded_networks, 1U);
    // From then on both are counted: who tries there, and who wins.
    const std::uint64_t before = doors.tally().suspect_attempts;
    doors.come(0, "192.0.2.1", user(900), 51'000, Outcome::accepted);
    EXPECT_EQ(doors.tally().suspect_attempts, before + 1);
    EXPECT_EQ(doors.tally().suspect_wins, 2U);
}

TEST(Arrivals, OfTheBusiestNetworksAreNeverTooFew) {
    Doors doors;
    for (int round = 0; round < 40; ++round) {
        for (int i = 0; i < 250; ++i)  // more networks than a door remembers, over the rounds
            doors.come(0, "10." + std::to_string(round) + "." + std::to_string(i) + ".1",
                       std::nullopt, 1, Outcome::sold_out);
        for (int i = 0; i < 250; ++i)
            doors.come(0, "203.0.113.7", std::nullopt, 1, Outcome::sold_out);
    }
    const Tally::Network busiest = doors.tally().networks.front();
    EXPECT_EQ(busiest.network, "203.0.113.0/24");
    EXPECT_GE(busiest.attempts, 10'000U);
    EXPECT_LE(busiest.attempts - busiest.attempts_error, 10'000U);
}

TEST(Network, IsTheAddressCutShort) {
    for (const auto& [address, network] : {std::pair{"203.0.113.77", "203.0.113.0/24"},
                                           {"::ffff:203.0.113.77", "203.0.113.0/24"},
                                           {"0.0.0.1", "0.0.0.0/24"},
                                           {"2001:db8:1:abcd::7", "2001:db8:1:ab00::/56"},
                                           {"2001:db8:1:abcd:1:2:3:4", "2001:db8:1:ab00::/56"},
                                           {"2001:db8::7", "2001:db8:0:0::/56"},
                                           {"::1", "0:0:0:0::/56"},
                                           {"fe80::1", "fe80:0:0:0::/56"},
                                           {"2001::500:1:2:3:4", "2001:0:0:500::/56"},
                                           {"::5:12:1:2:3:4", "0:0:5:0::/56"},
                                           {"2001:db8:0:1ff::", "2001:db8:0:100::/56"},
                                           {"", "unknown"},
                                           {"nonsense", "unknown"},
                                           {"1.2.3", "unknown"},
                                           {"1.2.300.4", "unknown"}})
        EXPECT_EQ(network_text(network_of(address)), network) << address;
}

}  // namespace
}  // namespace sluice::api
