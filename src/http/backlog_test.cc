// SPDX-License-Identifier: Apache-2.0
#include "http/backlog.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace sluice::http {
namespace {

constexpr int kMost = 256;   // events of one turn
constexpr int kLittle = 64;  // all of them are let in
constexpr std::int64_t kPatience = 1000;

class BacklogTest : public testing::Test {
   protected:
    ~BacklogTest() override { ::close(set_); }

    /// Whether the kernel reports the marker.
    bool marker_is_up() const {
        epoll_event event{};
        return ::epoll_wait(set_, &event, 1, 0) == 1 && event.data.u64 == Backlog::kMarker;
    }
    void overload() {
        backlog_.on_turn(kMost, kMost, 1);
        backlog_.on_marker(1 + kPatience + 1);
        ASSERT_TRUE(backlog_.overloaded());
    }
    /// A turn in which so many ask; returns who is told `busy` in it.
    std::vector<std::uint32_t> turn(int count, std::uint32_t first) {
        return turn_within(10, count, first);
    }
    std::vector<std::uint32_t> turn_within(std::int64_t ns, int count, std::uint32_t first) {
        backlog_.on_turn(count, kMost, now_ += ns);
        std::vector<std::uint32_t> told;
        for (int i = 0; i < count; ++i)
            (void)backlog_.try_let_in({first + static_cast<std::uint32_t>(i), 0});
        while (const auto client = backlog_.next_refusal()) told.push_back(client->slot);
        return told;
    }

    int set_ = ::epoll_create1(EPOLL_CLOEXEC);
    Backlog backlog_{set_, kPatience};
    std::int64_t now_ = kPatience + 10;
};

TEST_F(BacklogTest, IsNotOverloadedWhileEverybodyComesUp) {
    for (std::int64_t now = 1; now < 100'000; now += kPatience) {
        backlog_.on_turn(kMost - 1, kMost, now);
        EXPECT_FALSE(backlog_.overloaded());
    }
    EXPECT_FALSE(marker_is_up());  // nor does the marker wake an idle door
}

TEST_F(BacklogTest, SendsTheMarkerToTheEndOfALongOrder) {
    backlog_.on_turn(kMost, kMost, 1);
    EXPECT_TRUE(marker_is_up());
    EXPECT_FALSE(marker_is_up());  // once
    backlog_.on_marker(1 + kPatience);
    EXPECT_FALSE(backlog_.overloaded());  // it did not wait too long
    backlog_.on_turn(kMost, kMost, 5000);
    EXPECT_TRUE(marker_is_up());
}

TEST_F(BacklogTest, IsOverloadedWhenTheMarkerWaitsTooLong) {
    backlog_.on_turn(kMost, kMost, 1);
    backlog_.on_turn(kMost, kMost, 1 + kPatience);
    EXPECT_FALSE(backlog_.overloaded());
    backlog_.on_turn(kMost, kMost, 2 + kPatience);  // and is not even up
    EXPECT_TRUE(backlog_.overloaded());
}

TEST_F(BacklogTest, LetsTheFirstOfATurnInAndTellsAFewOfThoseWhoWait) {
    overload();
    EXPECT_EQ(turn(kMost, 0), (std::vector<std::uint32_t>{64, 65, 66, 67}));  // the oldest of them
    EXPECT_EQ(turn(kMost, 1000), (std::vector<std::uint32_t>{68, 69, 70, 71}));
    EXPECT_TRUE(backlog_.has_waiting());
}

TEST_F(BacklogTest, TellsMoreWhenNobodyIsNew) {
    overload();
    EXPECT_EQ(turn(kMost, 0).size(), 4U);
    EXPECT_EQ(turn(0, 1000).size(), Backlog::kRefusalsMax);
}

TEST_F(BacklogTest, TellsOneForEverySixteenLetInAlsoIfTurnsAreShort) {
    overload();
    turn(kMost, 0);
    std::size_t told = 0;
    for (std::uint32_t i = 0; i < 16; ++i) told += turn(5, 1000 + i * 5).size();
    EXPECT_EQ(told, 5U);
}

TEST_F(BacklogTest, EndsWhenThoseWhoWaitCanBeWorkedOff) {
    overload();
    turn(kMost, 0);  // 64 let in, 188 wait
    EXPECT_TRUE(backlog_.overloaded());
    backlog_.on_turn(kMost - 1, kMost, now_ += kPatience / 10);  // 64 in a tenth of the patience
    EXPECT_FALSE(backlog_.overloaded());
    std::size_t back = 0;
    while (backlog_.next_return()) ++back;
    EXPECT_GT(back, 100U);  // who waited comes back to the order
    EXPECT_FALSE(backlog_.has_waiting());
    EXPECT_FALSE(backlog_.next_refusal());
}

TEST_F(BacklogTest, DoesNotEndBeforeEverybodyHasComeUp) {
    overload();
    turn(kMost, 0);
    backlog_.on_turn(kMost, kMost, now_ += kPatience / 10);  // nobody knows how many are behind
    EXPECT_TRUE(backlog_.overloaded());
}

TEST_F(BacklogTest, DoesNotEndBecauseOneTurnWasShort) {
    overload();
    for (std::uint32_t i = 0; i < 8; ++i) turn_within(1, kMost, 1000 * i);  // some 1,500 wait
    turn_within(kPatience, kMost, 9000);                                    // a window begins
    turn_within(kPatience / 10, 3, 20'000);
    for (std::uint32_t i = 1; i <= 4; ++i) {
        turn_within(1, 3, 30'000 + 10 * i);  // quick, and few of them
        EXPECT_TRUE(backlog_.overloaded());
    }
}

TEST_F(BacklogTest, EndsWhenNobodyWaitsAnyMore) {
    overload();
    std::size_t told = turn(kMost, 0).size();
    int turns = 0;
    for (; backlog_.has_waiting(); ++turns) told += turn(0, 0).size();
    EXPECT_EQ(told, kMost - Backlog::kLetInMax);  // everybody was told, once
    EXPECT_LE(turns, 12);
    turn(1, 2000);
    EXPECT_FALSE(backlog_.overloaded());
}

}  // namespace
}  // namespace sluice::http
