// SPDX-License-Identifier: Apache-2.0
// The rules of design section 5 as tables: see script_test.h for the words.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sale/script_test.h"

namespace sluice::sale::testing {
namespace {

using activity::StockPolicy;

/// One activity from 1,000 to 9,000 with item 1 of 2 units, 1 a user, and item 2 of 10 units, 3 a
/// user.
Script sale_with(StockPolicy policy) {
    return Script({activity_terms(1, 1000, 9000),
                   {item_terms(1, 1, policy, 2, 1), item_terms(2, 1, policy, 10, 3)}});
}

TEST(Rules, WindowLimitAndStockAreCheckedInThisOrder) {
    sale_with(StockPolicy::reserve).run(R"(
         999 buy ann k1 1 1 = not_started
        1000 buy ann k1 1 1 = accepted
        1000 buy ann k2 1 1 = limit_reached
        1001 buy ann k2 2 2 = accepted
        1001 buy ann k3 2 2 = limit_reached
        1001 buy ann k3 2 1 = accepted
        1002 buy bob k1 1 1 = accepted
        1003 buy cid k1 1 1 = sold_out
        1003 buy ann k4 1 1 = limit_reached
        1003 buy cid k1 9 1 = not_found
        1003 units 1 = 0/2/0
        1003 bought ann 2 = 3
        8999 buy dan k1 2 1 = accepted
        9000 buy dan k2 2 1 = ended)");
}

TEST(Rules, ARefusalBindsNoKeyAndAnOrderBindsItForEver) {
    sale_with(StockPolicy::reserve).run(R"(
         999 buy ann k1 1 1 = not_started
        1000 buy ann k1 2 1 = accepted
        1000 buy ann k1 2 1 = replayed
        1000 buy ann k1 2 2 = duplicate_key_mismatch
        1000 buy ann k1 1 1 = duplicate_key_mismatch
        1000 buy bob k1 2 1 = accepted
        1001 cancel k1 bob  = done
        1002 buy bob k1 2 1 = replayed
        9999 buy ann k1 2 1 = replayed
        9999 units 2        = 9/1/0)");
}

TEST(Rules, SwitchesStopPurchasesAndHoldsKeepTheirRights) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 2 1    = accepted
        1001 pause 1           = done
        1001 pause 1           = already_done
        1002 buy bob k2 2 1    = paused
        1002 open_payment k1 ann p1 = done
        1002 settle p1 100 CNY = done
        1003 resume 1          = done
        1003 resume 1          = already_done
        1003 buy bob k2 2 1    = accepted
        1004 stop 2            = done
        1004 stop 2            = already_done
        1004 buy cid k3 2 1    = paused
        1004 buy cid k4 1 1    = accepted
        1005 go 2              = done
        1005 buy cid k3 2 1    = accepted
        1006 purchases off
        1006 buy dan k5 2 1    = stopped
        1006 cancel k3 cid     = done
        1007 purchases on
        1007 buy dan k5 2 1    = accepted
        1008 end 1             = done
        1008 end 1             = already_done
        1008 pause 1           = ended
        1008 buy eve k6 2 1    = ended
        1009 open_payment k5 dan p5 = done
        1009 settle p5 100 CNY = done
        1009 pause 7           = not_found
        1009 stop 7            = not_found)");
}

/// As sale_with(reserve), but a rehearsal.
Script rehearsal() {
    auto activity = activity_terms(1, 1000, 9000);
    auto item = item_terms(1, 1, StockPolicy::reserve, 2, 1);
    activity.rehearsal = item.rehearsal = 1;
    return Script({activity, {item}});
}

TEST(Rules, WhoRehearsesBuysNothingReal) {
    sale_with(StockPolicy::reserve).run(R"(
         999 buy ~ann k1 1 1   = rehearsal_only
        1000 buy ~ann k1 1 1   = rehearsal_only
        1000 buy ~ann k1 9 1   = not_found
        1000 units 1           = 2/0/0
        1000 buy ann k1 1 1    = accepted
        1001 cancel k1 ~ann    = not_found
        1001 open_payment k1 ~ann p1 = not_found
        1002 buy bob k2 1 1    = accepted
        1003 buy ~ann k1 1 1   = rehearsal_only
        1003 purchases off
        1003 buy ~ann k1 1 1   = rehearsal_only
        1003 units 1           = 0/2/0)");
}

TEST(Rules, ForRealCustomersThereIsNoRehearsal) {
    rehearsal().run(R"(
         999 buy ann k1 1 1    = not_found
         999 buy ~ann k1 1 1   = not_started
        1000 buy ann k1 1 1    = not_found
        1000 buy ~ann k1 1 1   = accepted
        1000 buy ~ann k1 1 1   = replayed
        1000 buy ~ann k2 1 1   = limit_reached
        1000 buy ann k1 1 1    = not_found
        1001 cancel k1 ann     = not_found
        1001 open_payment k1 ann p1  = not_found
        1001 open_payment k1 ~ann p1 = done
        1002 settle p1 100 CNY = done
        1002 order k1          = paid
        1003 buy ~bob k3 1 1   = accepted
        2003 expire            = 1
        2003 units 1           = 1/0/1
        9000 buy ann k4 1 1    = not_found
        9000 buy ~cid k4 1 1   = ended)");
}

TEST(RulesDeathTest, AnOrderOfTheWrongKindInTheBooksIsABug) {
    Script script = sale_with(StockPolicy::reserve);
    OrderCreated body;
    body.order = {77};
    body.user = user_named("~ann");
    body.key = {1, 1};
    body.item = {1};
    body.quantity = 1;
    const Record record = Record::of(script.sale().last_seq() + 1, {1000}, body);
    EXPECT_DEATH(script.sale().apply(record), "CHECK.*is_rehearsal");
}

TEST(Rules, ReservedUnitsAreConfirmedReleasedOrExpiredExactlyOnce) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 1 1    = accepted
        1000 buy bob k2 1 1    = accepted
        1500 buy cid k3 1 1    = sold_out
        1500 open_payment k1 ann p1 = done
        1500 open_payment k1 ann p1 = already_done
        1500 open_payment k1 bob px = not_found
        1600 settle p1 100 CNY = done
        1600 settle p1 100 CNY = already_done
        1600 cancel k1 ann     = already_paid
        1600 open_payment k1 ann p9 = already_paid
        1600 units 1           = 0/1/1
        1999 expire            = 0
        2000 expire            = 1
        2000 expire            = 0
        2000 order k2          = expired
        2000 cancel k2 bob     = already_expired
        2000 open_payment k2 bob p2 = already_expired
        2000 units 1           = 1/0/1
        2000 bought bob 1      = 0
        2001 buy cid k3 1 1    = accepted
        2002 cancel k3 bob     = not_found
        2002 cancel k3 cid     = done
        2002 cancel k3 cid     = already_done
        2002 open_payment k3 cid p3 = already_cancelled
        2002 order k3          = cancelled by_customer
        2002 units 1           = 1/0/1
        9999 expire            = 0
        9999 order k1          = paid)");
}

TEST(Rules, AStatementMustFitThePayment) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 2 2    = accepted
        1000 open_payment k1 ann p1 = done
        1001 settle p1 199 CNY = amount_mismatch
        1001 settle p1 200 USD = amount_mismatch
        1001 settle p7 200 CNY = not_found
        1001 close p7          = not_found
        1001 confirm_refund p7 = not_found
        1001 confirm_refund p1 = not_paid
        1001 order k1          = pending
        1001 payment p1        = opened
        1002 close p1          = done
        1002 close p1          = already_done
        1002 payment p1        = closed
        1003 open_payment k1 ann p2 = done
        1003 settle p2 200 CNY = done
        1003 close p2          = already_paid)");
}

TEST(Rules, LateMoneyTakesAUnitAgainOrGoesBack) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 1 1    = accepted
        1000 buy bob k2 1 1    = accepted
        1000 open_payment k1 ann p1 = done
        1000 open_payment k2 bob p2 = done
        2000 expire            = 2
        2001 buy cid k3 1 1    = accepted
        2002 settle p1 100 CNY = done
        2002 order k1          = paid
        2003 settle p2 100 CNY = refund_due
        2003 order k2          = refunded paid_too_late
        2003 payment p2        = refund_due
        2003 settle p2 100 CNY = already_done
        2004 confirm_refund p2 = done
        2004 confirm_refund p2 = already_done
        2004 payment p2        = refunded
        2004 units 1           = 0/1/1)");
}

TEST(Rules, LateMoneyDoesNotPassThePurchaseLimit) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 1 1    = accepted
        1000 open_payment k1 ann p1 = done
        2000 expire            = 1
        2001 buy ann k2 1 1    = accepted
        2002 settle p1 100 CNY = refund_due
        2002 order k1          = refunded paid_too_late
        2002 bought ann 1      = 1
        2002 units 1           = 1/1/0)");
}

TEST(Rules, MoneyForACancelledOrderOrPaidTwiceGoesBack) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 2 1    = accepted
        1000 open_payment k1 ann p1 = done
        1001 cancel k1 ann     = done
        1002 settle p1 100 CNY = refund_due
        1002 order k1          = refunded paid_too_late
        1003 buy bob k2 2 1    = accepted
        1003 open_payment k2 bob p2 = done
        1003 close p2          = done
        1003 open_payment k2 bob p3 = done
        1004 settle p3 100 CNY = done
        1005 settle p2 100 CNY = refund_due
        1005 order k2          = paid
        1005 payment p2        = refund_due
        1005 units 2           = 9/0/1)");
}

TEST(Rules, AClosedPaymentThatWasPaidAfterAllCounts) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 2 1    = accepted
        1000 open_payment k1 ann p1 = done
        1001 close p1          = done
        1002 settle p1 100 CNY = done
        1002 order k1          = paid)");
}

TEST(Rules, OperatorsCancelMarkAsPaidInPartAndRefund) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 2 3    = accepted
        1001 mark_paid k1 4    = too_much
        1001 mark_paid k1 2    = done
        1001 mark_paid k1 2    = already_done
        1001 units 2           = 8/0/2
        1001 bought ann 2      = 2
        1001 buy ann k1 2 3    = replayed
        1002 refund k1 keep    = done
        1002 refund k1 keep    = already_done
        1002 order k1          = refunded by_operator
        1002 units 2           = 8/0/2
        1002 mark_paid k1 0    = already_refunded
        1003 buy bob k2 2 3    = accepted
        1003 refund k2 return  = not_paid
        1003 open_payment k2 bob p2 = done
        1003 settle p2 300 CNY = done
        1004 refund k2 return  = done
        1004 payment p2        = refund_due
        1004 open_payment k2 bob p3 = already_refunded
        1004 units 2           = 8/0/2
        1005 buy cid k3 2 1    = accepted
        1005 cancel k3 -       = done
        1005 order k3          = cancelled by_operator
        1005 mark_paid k3 0    = already_cancelled
        1006 buy dan k4 2 2    = accepted
        2006 expire            = 1
        2007 mark_paid k4 1    = too_much
        2007 mark_paid k4 0    = done
        2007 units 2           = 6/0/4
        2007 mark_paid k9 0    = not_found
        2007 refund k9 keep    = not_found)");
}

TEST(Rules, ReleasedUnitsAreThoseThatReallyWentBackHoweverAnOrderEnds) {
    struct Way {
        const char* name;
        const char* events;
        const char* reserve;
        const char* on_order;  ///< of an item that takes units for good, also if a customer cancels
        const char* on_payment;
    };
    constexpr std::array kWays = {
        Way{"only bought", "", "0", "0", "0"},
        Way{"paid", "1001 mark_paid k 0", "0", "0", "0"},
        Way{"paid in part", "1001 mark_paid k 2", "1", "0", "0"},
        Way{"cancelled by its customer", "1001 cancel k ann", "3", "0", "0"},
        Way{"cancelled by an operator", "1001 cancel k -", "3", "3", "0"},
        Way{"cancelled twice", "1001 cancel k -\n1002 cancel k -", "3", "3", "0"},
        Way{"expired", "2000 expire", "3", "0", "0"},
        Way{"expired, then paid", "2000 expire\n2001 mark_paid k 0", "3", "0", "0"},
        Way{"refunded, units back", "1001 mark_paid k 0\n1002 refund k return", "3", "3", "3"},
        Way{"refunded, units kept", "1001 mark_paid k 0\n1002 refund k keep", "0", "0", "0"},
        Way{"paid in part, refunded, units back", "1001 mark_paid k 2\n1002 refund k return", "3",
            "0", "0"},
        Way{"expired, paid, refunded, units back: they went back twice",
            "2000 expire\n2001 mark_paid k 0\n2002 refund k return", "6", "3", "3"},
        Way{"paid when too few were left",
            "1001 open_payment k ann p\n1001 stock 1 -8 most\n1002 settle p 300 CNY", "0", "0",
            "0"},
        Way{"paid too late when too few were left",
            "1001 open_payment k ann p\n2000 expire\n2001 stock 1 -8 most\n2002 settle p 300 CNY",
            "3", "0", "0"},
    };
    for (const auto policy : {StockPolicy::reserve, StockPolicy::on_order, StockPolicy::on_payment})
        for (const Way& way : kWays) {
            SCOPED_TRACE(std::string(activity::to_text(policy)) + ", " + way.name);
            auto item = item_terms(1, 1, policy, 10, 3);
            if (policy == StockPolicy::on_order) item.cancel_returns_unit = 0;
            Script script({activity_terms(1, 1000, 9000), {item}});
            script.run("1000 buy ann k 1 3 = accepted");
            script.play_all(way.events);
            const char* expected = policy == StockPolicy::reserve    ? way.reserve
                                   : policy == StockPolicy::on_order ? way.on_order
                                                                     : way.on_payment;
            script.run(std::string("9999 released 1 = ") + expected);
        }
}

TEST(Rules, OnOrderTakesTheUnitForGood) {
    Script script({activity_terms(1, 1000, 9000),
                   {item_terms(1, 1, StockPolicy::on_order, 2, 1), [] {
                        auto terms = item_terms(2, 1, StockPolicy::on_order, 10, 3);
                        terms.cancel_returns_unit = 0;
                        return terms;
                    }()}});
    script.run(R"(
        1000 buy ann k1 1 1    = accepted
        1000 buy bob k2 1 1    = accepted
        1000 units 1           = 0/0/2
        5000 expire            = 0
        5000 buy cid k3 1 1    = sold_out
        5001 cancel k1 ann     = done
        5001 units 1           = 1/0/1
        5002 buy ann k4 1 1    = accepted
        5003 open_payment k2 bob p2 = done
        5003 settle p2 100 CNY = done
        5003 units 1           = 0/0/2
        5004 buy dan k5 2 3    = accepted
        5004 mark_paid k5 1    = too_much
        5005 cancel k5 dan     = done
        5005 units 2           = 7/0/3
        5005 buy dan k6 2 1    = limit_reached
        5006 buy eve k7 2 3    = accepted
        5006 cancel k7 -       = done
        5006 units 2           = 7/0/3)");
}

TEST(Rules, OnPaymentTheFirstToPayGetTheUnits) {
    sale_with(StockPolicy::on_payment).run(R"(
        1000 buy ann k1 1 1    = accepted
        1000 buy bob k2 1 1    = accepted
        1000 buy cid k3 1 1    = accepted
        1000 buy ann k9 1 1    = limit_reached
        1000 units 1           = 2/0/0
        1000 open_payment k1 ann p1 = done
        1000 open_payment k2 bob p2 = done
        1000 open_payment k3 cid p3 = done
        1001 settle p3 100 CNY = done
        1002 settle p1 100 CNY = done
        1003 settle p2 100 CNY = refund_due
        1003 order k2          = refunded sold_out_at_payment
        1003 bought bob 1      = 0
        1003 units 1           = 0/0/2
        1004 buy dan k4 1 1    = sold_out
        1005 buy eve k5 2 1    = accepted
        2005 expire            = 1
        2005 order k5          = expired
        2005 bought eve 2      = 0
        2006 mark_paid k2 0    = already_refunded
        2007 refund k1 return  = done
        2007 units 1           = 1/0/1
        2008 buy fay k6 1 1    = accepted
        2008 mark_paid k6 0    = done
        2008 buy gus k7 1 1    = sold_out)");
}

TEST(Rules, MarkedAsPaidTooLateFindsTheStockGone) {
    sale_with(StockPolicy::on_payment).run(R"(
        1000 buy ann k1 1 1 = accepted
        1000 buy bob k2 1 1 = accepted
        1000 buy cid k3 1 1 = accepted
        1001 mark_paid k1 0 = done
        1001 mark_paid k2 0 = done
        1001 mark_paid k3 0 = sold_out
        1001 order k3       = pending)");
}

TEST(Rules, StockChangesOncePerKeyAndNeverBelowWhatIsCommitted) {
    sale_with(StockPolicy::reserve).run(R"(
        1000 buy ann k1 1 1          = accepted
        1001 stock 1 -2 a            = below_committed
        1001 stock 1 -1 a            = done
        1001 stock 1 -1 a            = already_done
        1001 units 1                 = 0/1/0
        1002 buy bob k2 1 1          = sold_out
        1003 stock 1 1 b             = done
        1003 buy bob k2 1 1          = accepted
        1004 stock 1 1099511627776 c = too_much
        1004 stock 9 1 d             = not_found)");
}

TEST(Rules, ATicketOpensOnePurchase) {
    auto with_ticket = item_terms(1, 1, StockPolicy::reserve, 2, 2);
    with_ticket.entry = activity::Entry::ticket;
    Script({activity_terms(1, 1000, 9000), {with_ticket}}).run(R"(
        1000 buy ann k1 1 1     = ticket_required
        1000 buy ann k1 1 1 t77 = accepted
        1000 buy ann k1 1 1 t77 = replayed
        1000 buy ann k2 1 1 t77 = ticket_invalid
        1000 buy ann k2 1 1 t78 = accepted)");
}

TEST(Rules, FullMeansBusyAndChangesNothing) {
    SaleOptions options = small_sale();
    options.orders_max = 2;
    options.payments_max = 1;
    Script script({activity_terms(1, 1000, 9000), {item_terms(1, 1, StockPolicy::reserve, 9, 0)}},
                  options);
    script.run(R"(
        1000 buy ann k1 1 1 = accepted
        1000 buy bob k2 1 1 = accepted
        1000 buy cid k3 1 1 = busy
        1000 open_payment k1 ann p1 = done
        1000 open_payment k2 bob p2 = busy
        1000 units 1 = 7/2/0)");
    script.tape().most = script.tape().records.size();  // the batch is full
    script.run(R"(
        1001 buy ann k1 1 1    = replayed
        1001 cancel k1 ann     = busy
        1001 settle p1 100 CNY = busy
        1001 close p1          = busy
        1001 mark_paid k1 0    = busy
        1001 stock 1 1 a       = busy
        1001 pause 1           = busy
        1001 stop 1            = busy
        2001 expire            = 0
        2001 units 1           = 7/2/0)");
}

TEST(Rules, LateMoneyTakesAUnitAgainAlsoWhenNoMoreOrdersFit) {
    SaleOptions options = small_sale();
    options.orders_max = 2;
    Script({activity_terms(1, 1000, 9000), {item_terms(1, 1, StockPolicy::reserve, 9, 1)}}, options)
        .run(R"(
        1000 buy ann k1 1 1 = accepted
        1000 buy bob k2 1 1 = accepted
        1000 open_payment k1 ann p1 = done
        2000 expire            = 2
        2001 settle p1 100 CNY = done
        2001 order k1          = paid
        2001 mark_paid k2 0    = done
        2001 units 1           = 7/0/2)");
}

TEST(Rules, AnActivityIsOpenedOnceAndInTime) {
    const OpenActivity opened{activity_terms(1, 1000, 9000),
                              {item_terms(1, 1, StockPolicy::reserve, 2, 1)}};
    Script script(opened);
    Tape& tape = script.tape();
    const auto outcome = [&](const OpenActivity& event, std::int64_t now) {
        const Outcome result = script.sale().decide(event, base::Instant{now}, tape).outcome;
        Script::seen().insert(result);
        return result;
    };
    EXPECT_EQ(outcome(opened, 1000), Outcome::already_open);
    // Who is told so must not see it undone by a crash: the answer waits for the opening.
    EXPECT_EQ(script.sale().decide(opened, base::Instant{1000}, tape).seq, tape.records.size());
    EXPECT_EQ(outcome({activity_terms(2, 1000, 2000), {}}, 2000), Outcome::ended);
    tape.most = tape.records.size() + 1;
    EXPECT_EQ(
        outcome({activity_terms(2, 1000, 9000), {item_terms(2, 2, StockPolicy::reserve, 2, 1)}},
                2000),
        Outcome::busy);
    EXPECT_EQ(script.sale().activity({2}), nullptr);
}

TEST(Rules, AnEndBeforeItsTimeClosesTheWindowThatHadBegun) {
    const auto closed = [](std::int64_t ended_at) {
        Script script({activity_terms(1, 1000, 9000), {}});
        script.sale().decide(SwitchActivity{{1}, ActivitySwitch::end}, base::Instant{ended_at},
                             script.tape());
        EXPECT_EQ(script.sale().activity({1})->ended_at.ms, ended_at);
        return script.sale().activity({1})->closes_at().ms;
    };
    EXPECT_EQ(closed(4000), 4000);
    EXPECT_EQ(closed(500), 9000) << "it never began, so what was planned is all there is to say";
}

/// Runs last in this file: every answer that the sale itself can give stands in some table above.
TEST(Rules, XEveryOutcomeOfTheSaleIsReached) {
    if (::testing::UnitTest::GetInstance()->test_to_run_count() !=
        ::testing::UnitTest::GetInstance()->total_test_count())
        return;  // a filtered run has not played all tables
    for (int i = 0; i < static_cast<int>(Outcome::count_); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        // These two are the turnstile's own; turnstile_test.cc reaches them.
        if (outcome == Outcome::read_only || outcome == Outcome::in_progress) continue;
        EXPECT_TRUE(Script::seen().contains(outcome)) << to_text(outcome);
    }
}

}  // namespace
}  // namespace sluice::sale::testing
