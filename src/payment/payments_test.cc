// SPDX-License-Identifier: Apache-2.0
#include "payment/payments.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::payment {
namespace {

Payment payment(std::uint64_t id, std::int64_t amount) {
    Payment payment;
    payment.id = {id};
    payment.amount = amount;
    return payment;
}

TEST(Payments, AreFoundById) {
    Payments payments(2);
    EXPECT_EQ(payments.find({1}), nullptr);
    payments.add(payment(10, 100));
    payments.add(payment(20, 200));
    EXPECT_EQ(payments.find({10})->amount, 100);
    EXPECT_EQ(payments.find({20})->amount, 200);
    for (const std::uint64_t id : {0U, 9U, 11U, 19U, 21U})
        EXPECT_EQ(payments.find({id}), nullptr) << id;
}

TEST(Payments, AChangeIsSeenByWhoeverFindsThePayment) {
    Payments payments(2);
    payments.add(payment(10, 100));
    payments.add(payment(20, 200));
    payments.at({10}).state = PaymentState::closed;
    EXPECT_EQ(payments.find({10})->state, PaymentState::closed);
    EXPECT_EQ(payments.find({20})->state, PaymentState::opened);
}

TEST(Payments, AgreeWithAMap) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, std::int64_t>>& steps) {
        Payments payments(steps.size());
        std::map<std::uint64_t, std::int64_t> model;
        std::uint64_t id = 0;
        for (const auto& [gap, amount] : steps) {
            RC_ASSERT(!payments.full());
            id += gap + 1U;
            payments.add(payment(id, amount));
            model[id] = amount;
        }
        RC_ASSERT(payments.full());
        RC_ASSERT(payments.all().size() == model.size());
        for (std::uint64_t one = 0; one <= id + 1; ++one) {
            const Payment* found = payments.find({one});
            RC_ASSERT((found != nullptr) == model.contains(one));
            if (found != nullptr) RC_ASSERT(found->amount == model[one]);
        }
        auto expected = model.begin();
        for (const Payment& one : payments.all()) {
            RC_ASSERT(one.id.value == expected->first);
            ++expected;
        }
    }));
}

TEST(PaymentsDeathTest, BugsOfTheCallerStopTheProgram) {
    Payments payments(2);
    payments.add(payment(10, 100));
    EXPECT_DEATH(payments.add(payment(10, 100)), "CHECK.*id < payment.id");
    EXPECT_DEATH(payments.add(payment(9, 100)), "CHECK.*id < payment.id");
    EXPECT_DEATH((void)payments.at({11}), "CHECK.*payment != nullptr");
    payments.add(payment(11, 100));
    EXPECT_DEATH(payments.add(payment(12, 100)), "CHECK.*!full");
}

TEST(Payment, StatesHaveTheirOwnWords) {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(PaymentState::closed); ++i)
        words.insert(to_text(static_cast<PaymentState>(i)));
    EXPECT_EQ(words, (std::set<std::string_view>{"opened", "succeeded", "refund_due", "refunded",
                                                 "closed"}));
}

}  // namespace
}  // namespace sluice::payment
