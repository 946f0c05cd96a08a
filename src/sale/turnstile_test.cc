// SPDX-License-Identifier: Apache-2.0
// What the turnstile decides, how that gets into batches, and who is told when.
#include "sale/turnstile.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "sale/turnstile_fixture_test.h"

namespace sluice::sale::testing {
namespace {

using activity::StockPolicy;
using adapter::MemoryLedger;

TEST_F(TurnstileTest, AnAnswerGoesOutOnlyAfterItsRecordIsDurable) {
    gate_.shut();
    ASSERT_FALSE(pass(buy_of("ann", "k1"), 7));
    gate_.await_commits(1);
    EXPECT_EQ(mail_.size(), 0U);
    std::uint64_t seq = 0;
    turnstile_.look([&](const Sale& sale) { seq = sale.last_seq(); });
    EXPECT_LT(turnstile_.durable_seq(), seq);

    gate_.open();
    const Answer answer = mail_.await(1).front();
    EXPECT_EQ(answer.outcome, Outcome::accepted);
    EXPECT_EQ(answer.to.token, 7U);
    EXPECT_EQ(answer.order.user, user_named("ann"));
    EXPECT_TRUE(is_durable(answer.order.id));
    EXPECT_EQ(turnstile_.durable_seq(), seq);
}

TEST_F(TurnstileTest, LagsWhileACommitTakesTooLong) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    gate_.shut();
    ASSERT_FALSE(pass(buy_of("ann", "k1"), 7));
    gate_.await_commits(1);
    const std::int64_t now_ns = base::monotonic_ns();
    EXPECT_FALSE(turnstile_.is_lagging(now_ns - kSecond));
    EXPECT_TRUE(turnstile_.is_lagging(now_ns + 2 * kSecond));
    gate_.open();
    mail_.await(1);
    turnstile_.stop();
    EXPECT_FALSE(turnstile_.is_lagging(now_ns + 1000 * kSecond));  // it rests
}

TEST_F(TurnstileTest, MeasuresHowLongItIsHeldAndWhatCommitsAreLike) {
    const Turnstile::Times before = turnstile_.times();
    constexpr std::uint64_t kRounds = 4;
    for (std::uint64_t i = 0; i < kRounds * Turnstile::kTimedEach; ++i)
        ASSERT_TRUE(pass(buy_of("ann", "k" + std::to_string(i), 99)));  // no such item
    ASSERT_FALSE(pass(buy_of("ann", "k")));
    mail_.await(1);
    available();
    while (turnstile_.times().tick.count() == 0) std::this_thread::yield();
    turnstile_.stop();
    const Turnstile::Times after = turnstile_.times();
    EXPECT_EQ(after.event.count() - before.event.count(), kRounds);
    EXPECT_GT(after.event.max_ns(), 0);
    EXPECT_EQ(after.look.count() - before.look.count(), 1U);
    EXPECT_EQ(after.wait.count() - before.wait.count(), kRounds * Turnstile::kTimedEach + 2);
    EXPECT_GT(after.tick.count(), 0U);
    EXPECT_EQ(after.commit.count(), 2U);  // the opening and the purchase
    EXPECT_EQ(after.batch_records.count(), 2U);
    EXPECT_EQ(after.batch_records.sum_ns(), 3 + 1);
    EXPECT_EQ(turnstile_.times().batch_records.count(), 2U);  // asking takes nothing away
}

TEST_F(TurnstileTest, ARefusalWaitsForNothing) {
    hold_a_commit();
    const auto answer = pass(buy_of("ann", "k1", 99), 7);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, Outcome::not_found);
    EXPECT_EQ(answer->to.token, 7U);
    EXPECT_FALSE(answer->order.id);
}

TEST_F(TurnstileTest, ARetryThatOvertakesItsFirstTryLearnsNothingYet) {
    gate_.shut();
    ASSERT_FALSE(pass(buy_of("ann", "k1")));
    gate_.await_commits(1);
    const auto early = pass(buy_of("ann", "k1"));
    ASSERT_TRUE(early);
    EXPECT_EQ(early->outcome, Outcome::in_progress);
    EXPECT_FALSE(early->order.id);

    gate_.open();
    const Answer first = mail_.await(1).front();
    const auto late = pass(buy_of("ann", "k1"));
    ASSERT_TRUE(late);
    EXPECT_EQ(late->outcome, Outcome::replayed);
    EXPECT_EQ(late->order.id, first.order.id);
    EXPECT_EQ(available(), 99);
}

TEST_F(TurnstileTest, WhoeverAsksAboutAChangeThatIsNotDurableWaitsForIt) {
    ASSERT_FALSE(pass(buy_of("ann", "k1")));
    const base::OrderId order = mail_.await(1).front().order.id;
    gate_.shut();
    const Cancel cancel{.order = order, .user = user_named("ann")};
    ASSERT_FALSE(pass_for(mail_, cancel));
    gate_.await_commits(1);
    // Already cancelled, but a crash could still undo it: this answer waits, too.
    ASSERT_FALSE(pass_for(mail_, cancel));
    EXPECT_EQ(mail_.size(), 1U);
    gate_.open();
    const auto answers = mail_.await(3);
    EXPECT_EQ(answers[1].outcome, Outcome::done);
    EXPECT_EQ(answers[2].outcome, Outcome::already_done);
    EXPECT_EQ(gate_.sizes(), std::vector<std::size_t>{1});  // an answer alone needs no commit
}

/// One that ticks so seldom that only what is handed over is written.
class Unhurried : public TurnstileTest {
   protected:
    Unhurried() : TurnstileTest({.tick_ms = 600'000}) {}
    void SetUp() override {
        TurnstileTest::SetUp();
        while (turnstile_.times().tick.count() == 0) std::this_thread::yield();  // at the start
    }
};

TEST_F(Unhurried, WhatOneTurnOfADoorPassesIsOneBatch) {
    for (int i = 0; i < 50; ++i)
        ASSERT_FALSE(turnstile_.pass(buy_of("user" + std::to_string(i), "k"), {.port = &mail_}));
    turnstile_.hand_over();
    EXPECT_EQ(mail_.await(50).size(), 50U);
    EXPECT_EQ(gate_.sizes(), (std::vector<std::size_t>{3, 50}));  // the opening, and the turn
}

TEST_F(TurnstileTest, WhatNobodyHandsOverIsWrittenAtTheNextTick) {
    ASSERT_FALSE(turnstile_.pass(buy_of("ann", "k"), {.port = &mail_}));
    EXPECT_EQ(mail_.await(1).front().outcome, Outcome::accepted);
}

TEST_F(TurnstileTest, EverythingThatComesDuringACommitIsTheNextBatch) {
    hold_a_commit();
    for (int i = 0; i < 50; ++i) ASSERT_FALSE(pass(buy_of("user" + std::to_string(i), "k")));
    EXPECT_EQ(turnstile_.counts().open_records, 50U);
    gate_.open();
    const auto answers = mail_.await(51);
    EXPECT_EQ(gate_.sizes(), (std::vector<std::size_t>{1, 50}));
    for (std::size_t i = 1; i < answers.size(); ++i)
        EXPECT_LT(answers[i - 1].order.id, answers[i].order.id);  // in the order of the decisions
}

TEST_F(TurnstileTest, EachPortGetsItsOwnAnswers) {
    Mailbox other;
    hold_a_commit();
    ASSERT_FALSE(pass_for(other, buy_of("ann", "k"), 1));
    ASSERT_FALSE(pass_for(mail_, buy_of("bob", "k"), 2));
    ASSERT_FALSE(pass_for(other, buy_of("cid", "k"), 3));
    gate_.open();
    const auto mine = mail_.await(2);
    const auto others = other.await(2);
    EXPECT_EQ(mine[1].order.user, user_named("bob"));
    EXPECT_EQ(others[0].order.user, user_named("ann"));
    EXPECT_EQ(others[1].order.user, user_named("cid"));
    EXPECT_EQ(others[1].to.token, 3U);
}

class OneDoor : public TurnstileTest {
   protected:
    OneDoor() : TurnstileTest({.doors = 1, .tick_ms = 1}) {}
};

TEST_F(OneDoor, LeavesItsPlaceInTheBatchToTheNextOne) {
    std::array<Mailbox, 6> mails;  // more than there are places, and both batches in turn
    for (Mailbox& mail : mails) {
        const std::string user = "user" + std::to_string(&mail - mails.data());
        ASSERT_FALSE(pass_for(mail, buy_of(user, "k")));
        EXPECT_EQ(mail.await(1)[0].order.user, user_named(user));
    }
    EXPECT_EQ(turnstile_.pass_and_wait(buy_of("ann", "k")).outcome, Outcome::accepted);
}

TEST_F(TurnstileTest, TheBoardSeesADecisionAtOnce) {
    gate_.shut();
    ASSERT_FALSE(pass(buy_of("ann", "k1", 2)));
    gate_.await_commits(1);
    const Posting* posting = board_.find({2});
    ASSERT_NE(posting, nullptr);
    EXPECT_EQ(board_.refusal(*posting, {1000}), Outcome::sold_out);
    EXPECT_TRUE(board_.may_be_replay(buy_of("ann", "k1").key));  // so that a retry gets through
    EXPECT_FALSE(board_.may_be_replay(buy_of("bob", "k1").key));
}

TEST_F(TurnstileTest, TheBoardIsToldOfSwitchesAndStock) {
    const auto change = [this](const auto& event) {
        EXPECT_EQ(turnstile_.pass_and_wait(event, entry("change")).outcome, Outcome::done);
    };
    const Posting& posting = *board_.find({1});
    EXPECT_EQ(posting.activity.load(), 1U);
    EXPECT_EQ(posting.starts_at_ms.load(), 1000);
    EXPECT_EQ(posting.ends_at_ms.load(), 90'000);
    change(ChangeStock{.item = {1}, .delta = 5, .key = {1, 1}});
    EXPECT_EQ(posting.available.load(), 105);
    EXPECT_EQ(posting.total.load(), 105);
    change(SwitchItem{.item = {1}, .stopped = true});
    EXPECT_TRUE(posting.paused.load());
    EXPECT_FALSE(board_.find({2})->paused.load());
    change(SwitchItem{.item = {1}, .stopped = false});
    EXPECT_FALSE(posting.paused.load());
    change(SwitchActivity{.activity = {1}, .to = ActivitySwitch::pause});
    EXPECT_TRUE(posting.paused.load());
    EXPECT_TRUE(board_.find({2})->paused.load());
    change(SwitchActivity{.activity = {1}, .to = ActivitySwitch::end});
    EXPECT_TRUE(posting.ended.load());
}

TEST_F(TurnstileTest, StoppedPurchasesAreRefusedAtOnceAndGoOnAtOnce) {
    turnstile_.stop_purchases(true);
    EXPECT_TRUE(board_.stopped());
    EXPECT_EQ(pass(buy_of("ann", "k1"))->outcome, Outcome::stopped);
    turnstile_.stop_purchases(false);
    EXPECT_FALSE(board_.stopped());
    EXPECT_FALSE(pass(buy_of("ann", "k1")));
    EXPECT_EQ(mail_.await(1).front().outcome, Outcome::accepted);
}

TEST_F(TurnstileTest, AClockThatGoesBackDoesNotTakeTheRecordsAlong) {
    clock_.set(5000);
    ASSERT_FALSE(pass(buy_of("ann", "k1")));
    clock_.set(2000);
    ASSERT_FALSE(pass(buy_of("bob", "k1")));
    const auto answers = mail_.await(2);
    EXPECT_EQ(answers[0].order.created_at.ms, 5000);
    EXPECT_EQ(answers[1].order.created_at.ms, 5000);
}

TEST_F(TurnstileTest, AuditEntriesAreKeptWithWhatWasDoneAndDroppedOtherwise) {
    clock_.set(1234);
    const auto change = [this](std::int64_t delta, std::uint64_t key, const char* action) {
        return turnstile_
            .pass_and_wait(ChangeStock{.item = {1}, .delta = delta, .key = {key, key}},
                           entry(action))
            .outcome;
    };
    EXPECT_EQ(change(5, 1, "done"), Outcome::done);
    EXPECT_EQ(change(-500, 2, "refused"), Outcome::below_committed);
    EXPECT_EQ(change(5, 1, "repeated"), Outcome::already_done);
    EXPECT_EQ(change(-1, 3, "done again"), Outcome::done);
    const auto audit = memory_.audit();
    ASSERT_EQ(audit.size(), 3U);
    EXPECT_EQ(audit[0].action, "activity.warm");
    EXPECT_EQ(audit[1].action, "done");
    EXPECT_EQ(audit[1].at.ms, 1234);
    EXPECT_EQ(audit[2].action, "done again");
}

TEST_F(TurnstileTest, HoldsRunOutThoughNobodyComes) {
    ASSERT_FALSE(pass(buy_of("ann", "k1", 2)));
    const base::OrderId order = mail_.await(1).front().order.id;
    EXPECT_EQ(board_.find({2})->available.load(), 0);
    gate_.shut();
    clock_.set(2000);
    gate_.await_commits(1);  // the ledger thread found the deadline itself
    EXPECT_EQ(board_.find({2})->available.load(), 1);
    gate_.open();
    EXPECT_EQ(turnstile_.pass_and_wait(Cancel{.order = order, .user = user_named("ann")}).outcome,
              Outcome::already_expired);
    EXPECT_EQ(memory_.records().back().kind, RecordKind::order_closed);
}

/// Buys and cancels, each as soon as the last one is durable, on the ledger's own thread: when that
/// looks for work, there always is some.
class Restless final : public AnswerPort {
   public:
    Restless(Turnstile& turnstile, std::uint64_t ticks)
        : turnstile_(turnstile), ticks_wanted_(turnstile.times().tick.count() + ticks) {}

    void deliver(std::span<const Answer> answers) noexcept override {
        const Answer& last = answers.back();
        if (turnstile_.times().tick.count() >= ticks_wanted_) return came_.release();
        const Cancel cancel{.order = last.order.id, .user = user_named("ann")};
        if (last.outcome == Outcome::accepted ? pass(cancel) : pass_next()) return;
        has_failed_ = true;  // no event was left before the ticks came
        came_.release();
    }
    bool pass_next() { return pass(buy_of("ann", std::to_string(++turn_))); }
    /// True when so many ticks have come.
    bool await() { return came_.try_acquire_for(kPatience) && !has_failed_; }

   private:
    template <class Event>
    bool pass(const Event& event) {
        const bool waits = !turnstile_.pass(event, {.port = this});
        turnstile_.hand_over();
        return waits;
    }
    Turnstile& turnstile_;
    std::uint64_t ticks_wanted_;
    std::uint64_t turn_ = 0;
    bool has_failed_ = false;
    std::counting_semaphore<> came_{0};
};

TEST_F(TurnstileTest, TicksComeAlsoWhileSomethingIsAlwaysHandedOver) {
    Restless restless(turnstile_, 10);
    ASSERT_TRUE(restless.pass_next());
    EXPECT_TRUE(restless.await());
    turnstile_.stop();
}

TEST_F(TurnstileTest, AUnitWhoseTimeIsUpGoesToTheOneWhoAsksNow) {
    ASSERT_FALSE(pass(buy_of("ann", "k1", 2)));
    mail_.await(1);
    hold_a_commit();  // so that the ledger thread cannot be the one who expires it
    clock_.set(2000);
    EXPECT_FALSE(pass(buy_of("bob", "k1", 2)));
    gate_.open();
    EXPECT_EQ(mail_.await(3).back().outcome, Outcome::accepted);
}

TEST_F(TurnstileTest, CountsWhatItWrote) {
    hold_a_commit();
    for (int i = 0; i < 3; ++i) ASSERT_FALSE(pass(buy_of("user" + std::to_string(i), "k")));
    gate_.open();
    mail_.await(4);
    turnstile_.stop();
    const auto counts = turnstile_.counts();
    EXPECT_EQ(counts.batches, 3U);  // the first opened the activity and its two items
    EXPECT_EQ(counts.records, 3U + 1 + 3);
    EXPECT_EQ(counts.batch_records_max, 3U);
    EXPECT_EQ(counts.open_records, 0U);
    EXPECT_GE(counts.commit_ns_sum, counts.commit_ns_max);
}

class SmallBatch : public TurnstileTest {
   protected:
    SmallBatch() : TurnstileTest({.batch_records_max = 4, .tick_ms = 1}) {}
};

TEST_F(SmallBatch, OneMoreThanFitsIsBusyAndChangesNothing) {
    hold_a_commit();
    for (int i = 0; i < 4; ++i) ASSERT_FALSE(pass(buy_of("user" + std::to_string(i), "k")));
    const auto answer = pass(buy_of("ann", "k1"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, Outcome::busy);
    EXPECT_EQ(available(), 95);
    EXPECT_FALSE(board_.may_be_replay(buy_of("ann", "k1").key));
    gate_.open();
    mail_.await(5);
    EXPECT_EQ(gate_.sizes(), (std::vector<std::size_t>{1, 4}));
    ASSERT_FALSE(pass(buy_of("ann", "k1")));  // the same request, a moment later
    EXPECT_EQ(mail_.await(6).back().outcome, Outcome::accepted);
}

/// 8 doors at once, 1,000 purchases each; two doors share each key, and 20 keys each user.
TEST(Turnstile, ManyDoorsSellEveryUnitOnceAndNobodyTooMany) {
    constexpr int kDoors = 8;
    constexpr int kEach = 1000;
    constexpr std::int64_t kUnits = 500;
    constexpr std::uint32_t kLimit = 3;
    MemoryLedger memory;
    SharedClock clock;
    SaleOptions options;
    options.orders_max = 5000;
    options.payments_max = 10;
    Sale sale(options);
    Board board;
    Turnstile turnstile(sale, board, memory, clock, {});
    turnstile.start();
    ASSERT_EQ(
        turnstile
            .pass_and_wait(OpenActivity{activity_terms(1, 1000, 90'000),
                                        {item_terms(1, 1, StockPolicy::reserve, kUnits, kLimit)}},
                           entry("activity.warm"))
            .outcome,
        Outcome::done);

    std::vector<Mailbox> mail(kDoors);
    std::vector<std::map<Outcome, int>> refused(kDoors);
    std::vector<std::size_t> waiting(kDoors);
    std::vector<std::thread> doors;
    for (int door = 0; door < kDoors; ++door)
        doors.emplace_back([&, door] {
            const auto mine = static_cast<std::size_t>(door);
            for (int i = 0; i < kEach; ++i) {
                const int key = door % (kDoors / 2) * kEach + i;
                const Buy event =
                    buy_of("user" + std::to_string(key % 200), "key" + std::to_string(key));
                const auto answer = turnstile.pass(event, {.port = &mail[mine]});
                if (i % 5 == 0) turnstile.hand_over();
                if (answer)
                    ++refused[mine][answer->outcome];
                else
                    ++waiting[mine];
            }
        });
    for (std::thread& door : doors) door.join();

    std::map<base::Key128, int> accepted;
    std::map<base::UserId, std::uint32_t> by_user;
    int answered = 0;
    for (std::size_t door = 0; door < kDoors; ++door) {
        const auto answers = mail[door].await(waiting[door]);
        EXPECT_EQ(answers.size(), waiting[door]);
        for (const Answer& answer : answers) {
            ASSERT_EQ(answer.outcome, Outcome::accepted);
            ++accepted[answer.order.key];
            ++by_user[answer.order.user];
            ++answered;
        }
        for (const auto& [outcome, count] : refused[door]) {
            EXPECT_TRUE(outcome == Outcome::sold_out || outcome == Outcome::limit_reached ||
                        outcome == Outcome::in_progress || outcome == Outcome::replayed)
                << to_text(outcome);
            answered += count;
        }
    }
    EXPECT_EQ(answered, kDoors * kEach);
    EXPECT_EQ(accepted.size(), static_cast<std::size_t>(kUnits));
    for (const auto& [key, times] : accepted) EXPECT_EQ(times, 1);
    for (const auto& [user, units] : by_user) EXPECT_LE(units, kLimit);
    EXPECT_EQ(board.find({1})->available.load(), 0);

    turnstile.stop();
    std::int64_t created = 0;
    for (const Record& record : memory.records())
        created += record.kind == RecordKind::order_created ? 1 : 0;
    EXPECT_EQ(created, kUnits);
    Sale again(options);
    const auto recovered = recover(memory, again);
    ASSERT_TRUE(recovered) << recovered.error().what;
    EXPECT_TRUE(recovered->clean);
}

}  // namespace
}  // namespace sluice::sale::testing
