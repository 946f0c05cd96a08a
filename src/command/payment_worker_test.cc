// SPDX-License-Identifier: Apache-2.0
// The worker against a real sale behind a real turnstile, and a provider that says what it is told.
#include "command/payment_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "adapter/memory/ledger.h"
#include "sale/board.h"
#include "sale/sale.h"

namespace sluice::command {
namespace {

using base::Duration;
using base::ErrorCode;
using base::Instant;
using base::OrderId;
using base::PaymentId;
using order::OrderState;
using payment::PaymentState;
using payment::ProviderState;
using sale::Outcome;

const base::Currency kCny = *base::parse_currency("CNY");
const base::Money kPrice{100, kCny};
constexpr Instant kStart{1'800'000'000'000};
constexpr base::ItemId kItem{1};
constexpr Duration kPayWindow{60'000};

/// A clock that the test moves while the turnstile's ledger thread reads it.
class SharedClock final : public base::Clock {
   public:
    Instant now() const noexcept override { return {ms_.load()}; }
    void advance(Duration by) { ms_ += by.ms; }

   private:
    std::atomic<std::int64_t> ms_{kStart.ms};
};

/// Knows a payment's state when the test said it; can be out of order, or slow to confirm.
class ToldProvider final : public payment::Provider {
   public:
    std::string_view name() const override { return "told"; }
    base::Result<std::string> open(const payment::Intent&) override { return "/cashier"; }
    base::Result<payment::Statement> verify(std::string_view, std::string_view, Instant) override {
        return base::failure(ErrorCode::forbidden, "it never calls back");
    }
    base::Result<payment::Statement> query(PaymentId payment) override {
        asked.push_back(payment);
        if (down) return base::failure(ErrorCode::unavailable, "the provider does not answer");
        const auto at = states.find(payment);
        return payment::Statement{payment, at == states.end() ? ProviderState::unknown : at->second,
                                  money};
    }
    base::Result<void> refund(PaymentId payment, base::Money back) override {
        refunds.push_back(payment);
        refunded_money = back;
        if (failing_refunds == 0) return {};
        --failing_refunds;
        return base::failure(ErrorCode::unavailable, "try later");
    }

    std::map<PaymentId, ProviderState> states;
    base::Money money = kPrice;
    bool down = false;
    int failing_refunds = 0;
    std::vector<PaymentId> asked;
    std::vector<PaymentId> refunds;
    base::Money refunded_money;
};

/// A ledger whose commits can be held up, as by a slow disk.
class HeldLedger final : public sale::Ledger {
   public:
    base::Result<void> commit(std::span<const sale::Record> records,
                              std::span<account::AuditEntry> audit) override {
        const std::lock_guard lock(mutex_);
        return kept.commit(records, audit);
    }
    base::Result<void> replay(
        const std::function<base::Result<void>(const sale::Record&)>& visit) override {
        return kept.replay(visit);
    }
    base::Result<void> note_clean_stop(const CleanStop& stop) override {
        return kept.note_clean_stop(stop);
    }
    base::Result<CleanStop> last_clean_stop() override { return kept.last_clean_stop(); }
    /// Nothing becomes durable while the result lives.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

    adapter::MemoryLedger kept;

   private:
    std::mutex mutex_;
};

class PaymentWorkerTest : public testing::Test {
   protected:
    PaymentWorkerTest() {
        turnstile_.start();
        activity::ActivityTerms terms;
        terms.id = {1};
        terms.starts_at = kStart;
        terms.ends_at = kStart + Duration{10 * base::kDay.ms};
        activity::ItemTerms item;
        item.id = kItem;
        item.activity = {1};
        item.sku = {1};
        item.limit_per_user = 0;
        item.unit_price = kPrice.amount;
        item.currency = kCny;
        item.pay_window = kPayWindow;
        item.total = 2;
        EXPECT_EQ(turnstile_.pass_and_wait(sale::OpenActivity{terms, {item}}, {}).outcome,
                  Outcome::done);
    }
    ~PaymentWorkerTest() override {
        worker_.stop();
        turnstile_.stop();
    }

    static sale::SaleOptions sale_options() {
        sale::SaleOptions options;
        options.orders_max = 5000;
        options.payments_max = 5000;
        return options;
    }

    /// An order that waits for its payment, and that payment.
    struct Opened {
        OrderId order;
        PaymentId payment;
    };
    Opened open_payment(base::ItemId item = kItem,
                        base::UserId user = base::user_of("test", "user")) {
        const base::Key128 key{1, ++keys_};
        const auto refused = turnstile_.pass(
            sale::Buy{.user = user, .key = key, .item = item, .quantity = 1, .ticket = 0},
            {&bought_, 0});
        EXPECT_FALSE(refused.has_value());
        OrderId order;
        turnstile_.look([&](const sale::Sale& sale) { order = sale.orders().by_key(key)->id; });
        const auto answer = turnstile_.pass_and_wait(sale::OpenPayment{order, user});
        EXPECT_EQ(answer.outcome, Outcome::done);
        return {order, answer.payment.id};
    }
    Outcome settle(PaymentId payment) {
        return turnstile_
            .pass_and_wait(
                sale::Settle{.payment = payment, .amount = kPrice.amount, .currency = kCny})
            .outcome;
    }
    PaymentState state(PaymentId id) const {
        PaymentState state{};
        turnstile_.look([&](const sale::Sale& sale) { state = sale.payments().find(id)->state; });
        return state;
    }
    OrderState state(OrderId id) const {
        OrderState state{};
        turnstile_.look([&](const sale::Sale& sale) { state = sale.orders().find(id)->state; });
        return state;
    }
    void step() {
        while (worker_.step(clock_.now())) continue;
    }
    void step_after(Duration by) {
        clock_.advance(by);
        // Any event lets due orders expire first.
        EXPECT_EQ(turnstile_.pass_and_wait(sale::ClosePayment{PaymentId{1}}).outcome, idle_);
        step();
    }
    /// Takes one step a second and says at which of them, in ms since the start, it was asked.
    std::vector<std::int64_t> questions_within(Duration span) {
        std::vector<std::int64_t> times;
        const Instant from = clock_.now();
        while (clock_.now() < from + span) {
            const std::size_t before = provider_.asked.size();
            step_after(base::kSecond);
            if (provider_.asked.size() != before) times.push_back((clock_.now() - from).ms);
        }
        return times;
    }

    /// Purchases are looked at in the sale; nobody reads their answers.
    struct NobodyListens final : sale::AnswerPort {
        void deliver(std::span<const sale::Answer>) noexcept override {}
    };

    SharedClock clock_;
    Outcome idle_ = Outcome::not_found;  // what an event for nobody comes to
    sale::Sale sale_{sale_options()};
    sale::Board board_;
    HeldLedger ledger_;
    NobodyListens bought_;
    sale::Turnstile turnstile_{sale_, board_, ledger_, clock_, {}};
    ToldProvider provider_;
    ToldProvider sandbox_;
    PaymentWorker worker_{turnstile_, {provider_, &sandbox_}, clock_};
    std::uint64_t keys_ = 0;
};

TEST_F(PaymentWorkerTest, APaymentWithoutACallbackIsFoundByAsking) {
    const Opened opened = open_payment();
    provider_.states[opened.payment] = ProviderState::succeeded;
    step_after(Duration{4999});
    EXPECT_TRUE(provider_.asked.empty());
    step_after(Duration{1});
    EXPECT_EQ(state(opened.payment), PaymentState::succeeded);
    EXPECT_EQ(state(opened.order), OrderState::paid);
    EXPECT_EQ(worker_.counts().settled, 1U);
    EXPECT_EQ(worker_.counts().watched, 0U);
}

TEST_F(PaymentWorkerTest, AskAboutRehearsalsOnlyTheSandbox) {
    constexpr base::ItemId kRehearsed{9};
    activity::ActivityTerms terms{
        .id = {9}, .rehearsal = 1, .starts_at = kStart, .ends_at = kStart + base::kDay};
    activity::ItemTerms item;
    turnstile_.look([&](const sale::Sale& sale) { item = sale.item(kItem)->terms; });
    item.id = kRehearsed;
    item.activity = {9};
    item.rehearsal = 1;
    ASSERT_EQ(turnstile_.pass_and_wait(sale::OpenActivity{terms, {item}}, {}).outcome,
              Outcome::done);
    const Opened real = open_payment();
    const Opened rehearsed = open_payment(kRehearsed, base::rehearsal_user_of("dry"));
    sandbox_.states[real.payment] = sandbox_.states[rehearsed.payment] = ProviderState::succeeded;
    step_after(Duration{5000});
    EXPECT_EQ(provider_.asked, std::vector{real.payment});
    EXPECT_EQ(sandbox_.asked, std::vector{rehearsed.payment});
    EXPECT_EQ(state(rehearsed.order), OrderState::paid);
    EXPECT_EQ(state(real.order), OrderState::pending);
    ASSERT_EQ(turnstile_.pass_and_wait(sale::Refund{rehearsed.order, true}, {}).outcome,
              Outcome::done);
    step_after(base::kSecond);
    EXPECT_EQ(sandbox_.refunds, std::vector{rehearsed.payment});
    EXPECT_TRUE(provider_.refunds.empty());
}

TEST_F(PaymentWorkerTest, ADeclinedPaymentIsClosed) {
    const Opened opened = open_payment();
    provider_.states[opened.payment] = ProviderState::failed;
    step_after(Duration{5000});
    EXPECT_EQ(state(opened.payment), PaymentState::closed);
    EXPECT_EQ(state(opened.order), OrderState::pending);
}

TEST_F(PaymentWorkerTest, APaymentThatItsCallbackSettledIsNotAskedAbout) {
    const Opened opened = open_payment();
    step();
    ASSERT_EQ(settle(opened.payment), Outcome::done);
    step_after(base::kHour);
    EXPECT_TRUE(provider_.asked.empty());
    EXPECT_TRUE(provider_.refunds.empty());
    EXPECT_EQ(worker_.counts().watched, 0U);
}

TEST_F(PaymentWorkerTest, QuestionsComeAtDoublingTimesAndOnceMoreAfterTheDeadline) {
    open_payment();
    // 5, then +5, +10, +20 = 40; +40 would be 80, but the deadline is at 60 and 5 later is asked.
    EXPECT_EQ(questions_within(Duration{200'000}),
              (std::vector<std::int64_t>{5000, 10'000, 20'000, 40'000, 65'000, 145'000}));
}

TEST_F(PaymentWorkerTest, QuestionsAreNeverMoreThanTenMinutesApart) {
    open_payment();
    const auto times = questions_within(Duration{2 * base::kHour.ms});
    ASSERT_GT(times.size(), 10U);
    for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LE(times[i] - times[i - 1], 600'000);
    EXPECT_EQ(times.back() - times[times.size() - 2], 600'000);
}

TEST_F(PaymentWorkerTest, GivesUpAfterADayOfNoWord) {
    const Opened opened = open_payment();
    provider_.states[opened.payment] = ProviderState::pending;
    while (clock_.now() < kStart + base::kDay - Duration{60'000}) step_after(base::kMinute);
    EXPECT_EQ(state(opened.payment), PaymentState::opened);
    step_after(Duration{60'000});
    EXPECT_EQ(state(opened.payment), PaymentState::closed);
    EXPECT_EQ(state(opened.order), OrderState::expired);
    EXPECT_EQ(worker_.counts().watched, 0U);
}

TEST_F(PaymentWorkerTest, DoesNotGiveUpWhileTheProviderCannotBeAsked) {
    const Opened opened = open_payment();
    provider_.down = true;
    step_after(Duration{2 * base::kDay.ms});
    EXPECT_EQ(state(opened.payment), PaymentState::opened);
    EXPECT_GT(worker_.counts().errors, 0U);
    provider_.down = false;
    step_after(base::kHour);
    EXPECT_EQ(state(opened.payment), PaymentState::closed);
}

TEST_F(PaymentWorkerTest, APaymentAfterExpiryTakesAUnitAgain) {
    const Opened opened = open_payment();
    step_after(kPayWindow);
    ASSERT_EQ(state(opened.order), OrderState::expired);
    provider_.states[opened.payment] = ProviderState::succeeded;
    step_after(Duration{5000});
    EXPECT_EQ(state(opened.order), OrderState::paid);
    EXPECT_TRUE(provider_.refunds.empty());
}

TEST_F(PaymentWorkerTest, APaymentFoundTooLateGoesBackInTheNextStep) {
    const Opened late = open_payment();
    step_after(kPayWindow);
    open_payment();
    open_payment();  // the last two units
    provider_.states[late.payment] = ProviderState::succeeded;
    step_after(Duration{5000});
    step();
    EXPECT_EQ(state(late.payment), PaymentState::refunded);
    EXPECT_EQ(state(late.order), OrderState::refunded);
    EXPECT_EQ(provider_.refunds, (std::vector<PaymentId>{late.payment}));
    EXPECT_EQ(provider_.refunded_money, kPrice);
}

TEST_F(PaymentWorkerTest, ARefundIsSentAtOnceHoweverLongAgoTheOrderWasPaid) {
    const Opened opened = open_payment();
    ASSERT_EQ(settle(opened.payment), Outcome::done);
    step_after(base::kDay);
    ASSERT_EQ(turnstile_.pass_and_wait(sale::Refund{opened.order, true}, {}).outcome,
              Outcome::done);
    step();
    EXPECT_EQ(state(opened.payment), PaymentState::refunded);
    EXPECT_EQ(worker_.counts().refunded, 1U);
}

TEST_F(PaymentWorkerTest, ARefundIsRepeatedUntilTheProviderConfirms) {
    const Opened opened = open_payment();
    ASSERT_EQ(settle(opened.payment), Outcome::done);
    ASSERT_EQ(turnstile_.pass_and_wait(sale::Refund{opened.order, true}, {}).outcome,
              Outcome::done);
    provider_.failing_refunds = 3;
    step();
    EXPECT_EQ(provider_.refunds.size(), 1U);
    step_after(Duration{999});
    EXPECT_EQ(provider_.refunds.size(), 1U);
    step_after(Duration{1});
    EXPECT_EQ(provider_.refunds.size(), 2U);
    step_after(Duration{1999});
    EXPECT_EQ(provider_.refunds.size(), 2U);
    step_after(Duration{1});
    EXPECT_EQ(provider_.refunds.size(), 3U);
    EXPECT_EQ(state(opened.payment), PaymentState::refund_due);
    step_after(Duration{4000});
    EXPECT_EQ(provider_.refunds.size(), 4U);
    EXPECT_EQ(state(opened.payment), PaymentState::refunded);
    step_after(base::kDay);
    EXPECT_EQ(provider_.refunds.size(), 4U);
}

TEST_F(PaymentWorkerTest, AnotherAmountIsNotTakenAndGoesBackAfterADay) {
    const Opened opened = open_payment();
    provider_.states[opened.payment] = ProviderState::succeeded;
    provider_.money = {1, kCny};
    step_after(Duration{5000});
    EXPECT_EQ(state(opened.payment), PaymentState::opened);
    EXPECT_TRUE(provider_.refunds.empty());
    step_after(base::kDay);
    EXPECT_EQ(provider_.refunds, (std::vector<PaymentId>{opened.payment}));
    EXPECT_EQ(provider_.refunded_money, (base::Money{1, kCny}));
    EXPECT_EQ(state(opened.payment), PaymentState::closed);
}

TEST_F(PaymentWorkerTest, FindsAllOfMoreThanOneSlice) {
    ASSERT_EQ(turnstile_.pass_and_wait(sale::ChangeStock{kItem, 2000, {7, 7}}, {}).outcome,
              Outcome::done);
    constexpr std::size_t kPayments = 2 * PaymentWorker::kSliceMax + 1;
    std::vector<Opened> opened;
    while (opened.size() < kPayments) opened.push_back(open_payment());
    for (const Opened& one : opened) provider_.states[one.payment] = ProviderState::succeeded;
    step_after(Duration{5000});
    step();
    EXPECT_EQ(provider_.asked.size(), kPayments);
    for (const Opened& one : opened) EXPECT_EQ(state(one.order), OrderState::paid);
}

TEST_F(PaymentWorkerTest, OneStepAsksNoMoreThanItsShare) {
    ASSERT_EQ(turnstile_.pass_and_wait(sale::ChangeStock{kItem, 2000, {7, 7}}, {}).outcome,
              Outcome::done);
    for (int i = 0; i < 65; ++i) open_payment();
    clock_.advance(Duration{5000});
    EXPECT_TRUE(worker_.step(clock_.now()));
    EXPECT_EQ(provider_.asked.size(), 64U);
    EXPECT_FALSE(worker_.step(clock_.now()));
    EXPECT_EQ(provider_.asked.size(), 65U);
}

TEST_F(PaymentWorkerTest, SendsNothingWhileTheSaleIsReadOnly) {
    const Opened paid = open_payment();
    const Opened silent = open_payment();
    ASSERT_EQ(settle(paid.payment), Outcome::done);
    provider_.states[silent.payment] = ProviderState::succeeded;
    ledger_.kept.fail_commit(1, adapter::MemoryLedger::Leaves::nothing);
    EXPECT_EQ(turnstile_.pass_and_wait(sale::Refund{paid.order, true}, {}).outcome,
              Outcome::read_only);
    idle_ = Outcome::read_only;
    step_after(base::kHour);
    EXPECT_TRUE(provider_.refunds.empty()) << "the record of this refund is not durable";
    EXPECT_TRUE(provider_.asked.empty());
}

TEST_F(PaymentWorkerTest, ARefundIsNotSentBeforeItsRecordIsDurable) {
    const Opened opened = open_payment();
    ASSERT_EQ(turnstile_.pass_and_wait(sale::Cancel{opened.order, {}}).outcome, Outcome::done);
    {
        const auto held = ledger_.hold();
        const auto answer = turnstile_.pass(
            sale::Settle{.payment = opened.payment, .amount = kPrice.amount, .currency = kCny},
            {&bought_, 0});
        EXPECT_FALSE(answer.has_value());
        ASSERT_EQ(state(opened.payment), PaymentState::refund_due);
        step();
        EXPECT_TRUE(provider_.refunds.empty());
    }
    // The same statement again is answered only behind the first one.
    ASSERT_EQ(settle(opened.payment), Outcome::already_done);
    clock_.advance(base::kSecond);
    step();
    EXPECT_EQ(state(opened.payment), PaymentState::refunded);
}

TEST_F(PaymentWorkerTest, ItsThreadWorksByItselfAndStops) {
    const Opened opened = open_payment();
    provider_.states[opened.payment] = ProviderState::succeeded;
    clock_.advance(Duration{5000});
    worker_.start();
    while (worker_.counts().settled == 0) std::this_thread::yield();
    worker_.stop();
    EXPECT_EQ(state(opened.order), OrderState::paid);
}

}  // namespace
}  // namespace sluice::command
