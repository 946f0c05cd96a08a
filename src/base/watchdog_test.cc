// SPDX-License-Identifier: Apache-2.0
#include "base/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <string>
#include <thread>

#include "base/time.h"

namespace sluice::base {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// A watchdog whose clock is the test's; it looks every 100 ms, as the thread does.
class WatchdogTest : public ::testing::Test {
   protected:
    void SetUp() override {
        dog_.watch(door_);
        dog_.watch(ledger_);
    }
    /// What the looks of the next `ms` say, one line each.
    std::string pass(std::int64_t ms) {
        std::string told;
        for (const std::int64_t end = now_ms_ + ms; now_ms_ < end;) {
            now_ms_ += 100;
            if (door_beats_) door_.beat("serving", now_ms_ * kMs);
            for (const Watchdog::Change& change : dog_.look(now_ms_ * kMs))
                told += change.heartbeat->name() + (change.stalled ? " stalled " : " back ") +
                        std::to_string(change.since_ms) + " " + change.doing + "\n";
        }
        return told;
    }

    Heartbeat door_{"door"};
    Heartbeat ledger_{"ledger"};
    Watchdog dog_{1000};
    std::int64_t now_ms_ = 5000;
    bool door_beats_ = true;
};

TEST_F(WatchdogTest, NamesTheThreadThatStalledOnceAndOnceWhenItIsBack) {
    pass(100);
    ledger_.beat("in commit", now_ms_ * kMs);
    EXPECT_EQ(pass(900), "");
    EXPECT_FALSE(dog_.is_stalled(ledger_));
    EXPECT_EQ(pass(100), "ledger stalled 1000 in commit\n");
    EXPECT_TRUE(dog_.is_stalled(ledger_));
    EXPECT_FALSE(dog_.is_stalled(door_));
    EXPECT_EQ(pass(5000), "");
    EXPECT_EQ(dog_.stalls(), 1U);
    ledger_.beat("answering", now_ms_ * kMs);
    EXPECT_EQ(pass(100), "ledger back 6100 answering\n");
    EXPECT_FALSE(dog_.is_stalled(ledger_));
    EXPECT_EQ(pass(700), "");
    EXPECT_EQ(dog_.stalls(), 1U);
    ASSERT_EQ(dog_.states().size(), 2U);
    EXPECT_EQ(*dog_.states()[1].name, "ledger");
}

TEST_F(WatchdogTest, LeavesAThreadAloneThatHasNothingToDo) {
    EXPECT_EQ(pass(5000), "");  // the ledger has never begun
    ledger_.beat("in commit", now_ms_ * kMs);
    ledger_.rest();
    EXPECT_EQ(pass(5000), "");
}

TEST_F(WatchdogTest, TakesAThreadThatRestsAgainForBack) {
    pass(100);
    ledger_.beat("in commit", now_ms_ * kMs);
    EXPECT_EQ(pass(1000), "ledger stalled 1000 in commit\n");
    ledger_.rest();
    EXPECT_EQ(pass(100), "ledger back 1100 in commit\n");
}

TEST_F(WatchdogTest, AccusesNobodyAfterTheWholeProgramWasStopped) {
    pass(100);
    ledger_.beat("in commit", now_ms_ * kMs);
    now_ms_ += 60'000;  // nobody ran, neither the thread nor the watchdog
    door_beats_ = false;
    EXPECT_EQ(pass(1000), "");
    EXPECT_EQ(pass(100),
              "door stalled 61100 serving\n"
              "ledger stalled 61100 in commit\n");
}

TEST_F(WatchdogTest, WatchesNobodyIfItsTimeIsZero) {
    Watchdog off(0);
    off.watch(ledger_);
    ledger_.beat("in commit", 1);
    EXPECT_TRUE(off.look(kMs).empty());
    EXPECT_TRUE(off.look(100'000 * kMs).empty());
    off.start();
    off.stop();
}

TEST(Watchdog, NamesAThreadThatIsReallyBlocked) {
    std::binary_semaphore began{0};
    std::binary_semaphore go_on{0};
    std::atomic<bool> done{false};
    Heartbeat heartbeat("worker");
    std::thread worker([&] {
        heartbeat.beat("waiting for the test", monotonic_ns());
        began.release();
        go_on.acquire();
        while (!done) heartbeat.beat("working", monotonic_ns());
    });
    began.acquire();
    Watchdog dog(1);
    dog.watch(heartbeat);
    dog.start();
    const auto comes_to_be = [&](bool stalled) {
        // The bound is for a failure only.
        for (const std::int64_t end = monotonic_ns() + 30'000 * kMs; monotonic_ns() < end;) {
            if (dog.is_stalled(heartbeat) == stalled) return true;
            std::this_thread::yield();
        }
        return false;
    };
    EXPECT_TRUE(comes_to_be(true));
    EXPECT_STREQ(heartbeat.doing(), "waiting for the test");
    go_on.release();
    EXPECT_TRUE(comes_to_be(false));
    EXPECT_GE(dog.stalls(), 1U);
    dog.stop();
    done = true;
    worker.join();
}

}  // namespace
}  // namespace sluice::base
