// SPDX-License-Identifier: Apache-2.0
// A turnstile without a ledger: before its start, after its end, when a commit hangs or is lost.
#include "sale/turnstile.h"

#include <gtest/gtest.h>

#include <thread>

#include "sale/turnstile_fixture_test.h"

namespace sluice::sale::testing {
namespace {

using adapter::MemoryLedger;

TEST_F(TurnstileTest, FindsOutThatTheStoreHasStoppedBeforeAnybodyBuys) {
    EXPECT_FALSE(turnstile_.read_only());
    gate_.break_store();
    while (!turnstile_.read_only()) std::this_thread::yield();
    EXPECT_EQ(turnstile_.read_only_reason(), "another write failed");
    const auto answer = pass(buy_of("ann", "k1"), 7);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, Outcome::read_only);
}

TEST_F(TurnstileTest, ACommitThatHangsIsNamedByTheWatchdog) {
    base::Watchdog dog(1000);
    dog.watch(turnstile_.heartbeat());
    hold_a_commit();
    const std::int64_t since_ns = turnstile_.heartbeat().at_ns();
    bool named = false;
    for (std::int64_t ms = 0; ms <= 1000; ms += 100)
        for (const auto& change : dog.look(since_ns + ms * 1'000'000)) {
            EXPECT_EQ(ms, 1000);
            EXPECT_EQ(change.heartbeat->name(), "ledger");
            EXPECT_STREQ(change.doing, "in commit");
            named = true;
        }
    EXPECT_TRUE(named);
    gate_.open();
    mail_.await(1);
    turnstile_.stop();
    EXPECT_EQ(dog.look(since_ns + 1'100'000'000).size(), 1U);
    EXPECT_FALSE(dog.is_stalled(turnstile_.heartbeat()));
}

TEST_F(TurnstileTest, ALostCommitStopsTheSaleAndTellsEverybodyWhoWaits) {
    memory_.fail_commit(1, MemoryLedger::Leaves::nothing);
    hold_a_commit();
    ASSERT_FALSE(pass(buy_of("ann", "k1"), 1));
    Answer waited;
    std::thread desk([&] { waited = turnstile_.pass_and_wait(buy_of("bob", "k1")); });
    while (turnstile_.counts().open_records < 2) std::this_thread::yield();
    EXPECT_FALSE(turnstile_.read_only());
    gate_.open();
    desk.join();

    for (const Answer& answer : mail_.await(2)) {
        EXPECT_EQ(answer.outcome, Outcome::read_only);
        EXPECT_FALSE(answer.order.id);  // nobody is shown an order that may not exist
    }
    EXPECT_EQ(mail_.await(2).back().to.token, 1U);
    EXPECT_EQ(waited.outcome, Outcome::read_only);
    EXPECT_TRUE(turnstile_.read_only());
    EXPECT_NE(turnstile_.read_only_reason(), "");
    EXPECT_TRUE(board_.stopped());
}

TEST_F(TurnstileTest, AfterALostCommitNothingIsDecidedOrCommittedAnyMore) {
    memory_.fail_commit(1, MemoryLedger::Leaves::nothing);
    ASSERT_FALSE(pass(buy_of("ann", "k1")));
    mail_.await(1);
    const std::size_t commits = memory_.commits();
    const std::int64_t left = available();
    EXPECT_EQ(pass(buy_of("ann", "k1"))->outcome, Outcome::read_only);
    EXPECT_EQ(pass(buy_of("bob", "k1"))->outcome, Outcome::read_only);
    EXPECT_EQ(
        turnstile_.pass_and_wait(ChangeStock{.item = {1}, .delta = 1, .key = {1, 1}}, entry("x"))
            .outcome,
        Outcome::read_only);
    turnstile_.stop_purchases(false);
    EXPECT_TRUE(board_.stopped());  // no switch brings back a ledger
    clock_.set(50'000);
    turnstile_.stop();
    EXPECT_EQ(available(), left);  // reads go on
    EXPECT_EQ(memory_.commits(), commits);
    EXPECT_EQ(memory_.last_clean_stop()->seq, 0U);
}

TEST_F(TurnstileTest, TheTruthAboutALostCommitComesWithTheRestart) {
    memory_.fail_commit(1, MemoryLedger::Leaves::everything);
    hold_a_commit();                          // on the disk although the commit failed
    ASSERT_FALSE(pass(buy_of("ann", "k1")));  // never written
    gate_.open();
    mail_.await(2);
    turnstile_.stop();

    Sale sale(small_sale());
    const auto recovered = restart(sale);
    ASSERT_TRUE(recovered) << recovered.error().what;
    EXPECT_FALSE(recovered->clean);
    Board board;
    Turnstile turnstile(sale, board, memory_, clock_, {});
    turnstile.start();
    EXPECT_TRUE(board.may_be_replay(buy_of("holder", "hold").key));
    EXPECT_EQ(board.find({1})->available.load(), 99);
    EXPECT_EQ(turnstile.durable_seq(), recovered->records);
    EXPECT_EQ(turnstile.pass_and_wait(buy_of("holder", "hold")).outcome, Outcome::replayed);
    EXPECT_EQ(turnstile.pass_and_wait(buy_of("ann", "k1")).outcome, Outcome::accepted);
}

TEST_F(TurnstileTest, StoppingMakesDurableWhatIsOpenAndNotesTheState) {
    hold_a_commit();
    ASSERT_FALSE(pass(buy_of("ann", "k1")));
    std::thread stopping([this] { turnstile_.stop(); });
    while (!turnstile_.read_only()) std::this_thread::yield();
    EXPECT_EQ(pass(buy_of("bob", "k1"))->outcome, Outcome::read_only);
    EXPECT_EQ(mail_.size(), 0U);
    gate_.open();
    stopping.join();
    const auto answers = mail_.await(2);
    EXPECT_EQ(answers.size(), 2U);  // before stop() came back
    EXPECT_EQ(answers[1].outcome, Outcome::accepted);
    EXPECT_TRUE(is_durable(answers[1].order.id));

    EXPECT_EQ(memory_.last_clean_stop()->state_hash, sale_.hash());
    Sale sale(small_sale());
    const auto recovered = restart(sale);
    ASSERT_TRUE(recovered) << recovered.error().what;
    EXPECT_TRUE(recovered->clean);
    EXPECT_EQ(recovered->state_hash, sale_.hash());
    turnstile_.stop();  // once more is harmless
}

TEST(Turnstile, NothingPassesBeforeTheStart) {
    MemoryLedger memory;
    SharedClock clock;
    Sale sale(small_sale());
    Board board;
    Turnstile turnstile(sale, board, memory, clock, {});
    EXPECT_EQ(turnstile.pass_and_wait(buy_of("ann", "k1")).outcome, Outcome::read_only);
    EXPECT_TRUE(turnstile.read_only());
    turnstile.stop();
    EXPECT_EQ(memory.last_clean_stop()->seq, 0U);
}

}  // namespace
}  // namespace sluice::sale::testing
