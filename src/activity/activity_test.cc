// SPDX-License-Identifier: Apache-2.0
#include "activity/activity.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sluice::activity {
namespace {

constexpr base::Instant kNow{1'790'000'000'000};
constexpr base::OperatorId kAuthor{1};
constexpr base::OperatorId kSubmitter{2};
constexpr base::OperatorId kReviewer{3};

base::Currency currency(std::string_view text) { return *base::parse_currency(text); }

Item fine_item(std::uint32_t sku) {
    Item item;
    item.id = {sku + 100};
    item.activity = {7};
    item.sku = {sku};
    item.title = "手机 红色";
    item.price = {199'900, currency("CNY")};
    item.list_price = {299'900, currency("CNY")};
    item.stock = 100;
    item.traffic_tag = "phone-9";
    return item;
}

Activity fine_activity() {
    Activity activity;
    activity.id = {7};
    activity.name = "双十一";
    activity.description = "One line.\nAnother.";
    activity.starts_at = kNow + base::kHour;
    activity.ends_at = kNow + base::kHour + base::kHour;
    activity.created_by = kAuthor;
    activity.items = {fine_item(1), fine_item(2)};
    return activity;
}

std::string text_of(std::size_t count, std::string_view unit) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += unit;
    return text;
}

TEST(Activity, AFineDraftHasNoComplaints) {
    EXPECT_TRUE(complaints(fine_activity(), kNow).empty());
}

TEST(Activity, LimitsAreInclusive) {
    Activity activity = fine_activity();
    activity.starts_at = kNow - base::kDay;  // under way is fine, over is not
    activity.ends_at = activity.starts_at + kWindowMax;
    activity.name = text_of(kNameMax, "龙");
    activity.description = text_of(kDescriptionMax, "龙");
    Item& item = activity.items[0];
    item.title = text_of(kTitleMax, "龙");
    item.price.amount = 0;
    item.list_price = {};
    item.stock = kStockMax;
    item.limit_per_user = kQuantityMax;
    item.pay_window = kPayWindowMin;
    item.entry = Entry::ticket;
    item.traffic_tag = text_of(kTrafficTagMax, "x");
    activity.items[1].price.amount = base::kAmountMax;
    activity.items[1].list_price = {};
    activity.items[1].limit_per_user = 0;
    activity.items[1].policy = StockPolicy::on_payment;
    activity.items[1].pay_window = kPayWindowMax;
    EXPECT_TRUE(complaints(activity, kNow).empty());

    activity.items[1].policy = StockPolicy::on_order;  // has no deadline that could be too short
    activity.items[1].pay_window = base::Duration{0};
    EXPECT_TRUE(complaints(activity, kNow).empty());
}

struct Refusal {
    const char* pointer;
    std::function<void(Activity&)> spoil;
};

TEST(Activity, EachRuleRefusesAndNamesItsField) {
    const std::vector<Refusal> table{
        {"/name", [](Activity& a) { a.name = ""; }},
        {"/name", [](Activity& a) { a.name = " \t"; }},
        {"/name", [](Activity& a) { a.name = "  "; }},
        {"/name", [](Activity& a) { a.name = "two\nlines"; }},
        {"/name", [](Activity& a) { a.name = "\xc3"; }},
        {"/name", [](Activity& a) { a.name = text_of(kNameMax + 1, "龙"); }},
        {"/description", [](Activity& a) { a.description = text_of(kDescriptionMax + 1, "龙"); }},
        {"/description", [](Activity& a) { a.description = "\x1b[31m"; }},
        {"/starts_at", [](Activity& a) { a.starts_at = {}; }},
        {"/ends_at", [](Activity& a) { a.ends_at = {}; }},
        {"/ends_at", [](Activity& a) { std::swap(a.starts_at, a.ends_at); }},
        {"/ends_at", [](Activity& a) { a.ends_at = a.starts_at; }},
        {"/ends_at",
         [](Activity& a) {
             a.starts_at = kNow - base::kHour;
             a.ends_at = kNow;
         }},
        {"/ends_at",
         [](Activity& a) { a.ends_at = a.starts_at + base::Duration{kWindowMax.ms + 1}; }},
        {"/ends_at", [](Activity& a) { a.ends_at = {4'000'000'000'000}; }},
        {"/items", [](Activity& a) { a.items.resize(kItemsPerActivityMax + 1); }},
        {"/items/0/sku_id", [](Activity& a) { a.items[0].sku = {}; }},
        {"/items/1/sku_id", [](Activity& a) { a.items[1].sku = a.items[0].sku; }},
        {"/items/0/title", [](Activity& a) { a.items[0].title = ""; }},
        {"/items/0/title", [](Activity& a) { a.items[0].title = text_of(kTitleMax + 1, "x"); }},
        {"/items/0/price/amount", [](Activity& a) { a.items[0].price.amount = -1; }},
        {"/items/0/price/amount",
         [](Activity& a) {
             a.items[0].price.amount = base::kAmountMax + 1;
             a.items[0].list_price = {};
         }},
        {"/items/0/price/currency",
         [](Activity& a) {
             a.items.resize(1);
             a.items[0].price.currency = a.items[0].list_price.currency = currency("XXZ");
         }},
        {"/items/1/price/currency",
         [](Activity& a) {
             a.items[1].price.currency = currency("USD");
             a.items[1].list_price.currency = currency("USD");
         }},
        {"/items/1/price/currency",
         [](Activity& a) {
             a.items[1].price.currency = {};
             a.items[1].list_price = {};
         }},
        {"/items/0/list_price/currency",
         [](Activity& a) { a.items[0].list_price.currency = currency("USD"); }},
        {"/items/0/list_price/amount", [](Activity& a) { a.items[0].list_price.amount = -1; }},
        {"/items/0/list_price/amount", [](Activity& a) { a.items[0].list_price.amount = 100; }},
        {"/items/0/stock", [](Activity& a) { a.items[0].stock = 0; }},
        {"/items/0/stock", [](Activity& a) { a.items[0].stock = -5; }},
        {"/items/0/stock", [](Activity& a) { a.items[0].stock = kStockMax + 1; }},
        {"/items/1/limit_per_user",
         [](Activity& a) { a.items[1].limit_per_user = kQuantityMax + 1; }},
        {"/items/1/pay_window_ms", [](Activity& a) { a.items[1].pay_window = {999}; }},
        {"/items/1/pay_window_ms",
         [](Activity& a) { a.items[1].pay_window = {kPayWindowMax.ms + 1}; }},
        {"/items/1/pay_window_ms",
         [](Activity& a) {
             a.items[1].policy = StockPolicy::on_order;
             a.items[1].pay_window = {-1};
         }},
        {"/items/0/entry", [](Activity& a) { a.items[0].entry = Entry::challenge; }},
        {"/items/0/traffic_tag", [](Activity& a) { a.items[0].traffic_tag = "a b"; }},
        {"/items/0/traffic_tag",
         [](Activity& a) { a.items[0].traffic_tag = text_of(kTrafficTagMax + 1, "x"); }},
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        Activity activity = fine_activity();
        table[i].spoil(activity);
        const auto found = complaints(activity, kNow);
        ASSERT_EQ(found.size(), 1U) << "row " << i;
        EXPECT_EQ(found[0].pointer, table[i].pointer) << "row " << i;
        EXPECT_TRUE(found[0].what.text().find('.') != std::string::npos) << found[0].what.text();
    }
}

TEST(Activity, AChallengeIsRefusedInClearWords) {
    Activity activity = fine_activity();
    activity.items[0].entry = Entry::challenge;
    EXPECT_EQ(complaints(activity, kNow).at(0).what.code(), "challenge_not_offered");
}

TEST(Activity, GoesFromDraftOverReviewToApproved) {
    Activity activity = fine_activity();
    ASSERT_TRUE(check_editable(activity));
    ASSERT_TRUE(submit(activity, kSubmitter, kNow));
    EXPECT_EQ(activity.state, State::in_review);
    EXPECT_EQ(activity.submitted_by, kSubmitter);
    ASSERT_TRUE(approve(activity, kReviewer, "ok", kNow + base::kMinute));
    EXPECT_EQ(activity.state, State::approved);
    EXPECT_EQ(activity.reviewed_by, kReviewer);
    EXPECT_EQ(activity.review_note, "ok");
    EXPECT_EQ(activity.updated_at, kNow + base::kMinute);
    EXPECT_EQ(activity.version, 1U) << "the store counts versions";
}

TEST(Activity, ARejectedOneIsADraftAgainWithTheWordsOfTheReviewer) {
    for (const bool approved : {false, true}) {
        Activity activity = fine_activity();
        ASSERT_TRUE(submit(activity, kSubmitter, kNow));
        if (approved) {
            ASSERT_TRUE(approve(activity, kReviewer, "", kNow));
        }
        ASSERT_TRUE(reject(activity, kReviewer, "The price is wrong.", kNow));
        EXPECT_EQ(activity.state, State::draft);
        EXPECT_EQ(activity.review_note, "The price is wrong.");
        EXPECT_EQ(activity.reviewed_by, kReviewer);
        EXPECT_FALSE(activity.submitted_by);
        EXPECT_TRUE(check_editable(activity));
        EXPECT_TRUE(submit(activity, kSubmitter, kNow));
    }
}

// What a refused step says; CHECKs that it changed nothing.
base::ErrorCode refusal(Activity activity,
                        const std::function<base::Result<void>(Activity&)>& step) {
    const Activity before = activity;
    const auto done = step(activity);
    EXPECT_FALSE(done);
    EXPECT_EQ(activity.state, before.state);
    EXPECT_EQ(activity.submitted_by, before.submitted_by);
    EXPECT_EQ(activity.reviewed_by, before.reviewed_by);
    EXPECT_EQ(activity.review_note, before.review_note);
    EXPECT_EQ(activity.updated_at, before.updated_at);
    if (done) return base::ErrorCode::damaged;
    EXPECT_FALSE(done.error().what.empty());
    return done.error().code;
}

TEST(Activity, NobodyApprovesWhatHeCreatedOrSubmitted) {
    Activity activity = fine_activity();
    ASSERT_TRUE(submit(activity, kSubmitter, kNow));
    for (const base::OperatorId who : {kAuthor, kSubmitter}) {
        EXPECT_EQ(refusal(activity, [&](Activity& a) { return approve(a, who, "", kNow); }),
                  base::ErrorCode::forbidden);
    }
}

TEST(Activity, NothingUnfitIsSubmitted) {
    Activity empty = fine_activity();
    empty.items.clear();
    const auto try_submit = [](Activity& a) { return submit(a, kAuthor, kNow); };
    EXPECT_EQ(refusal(empty, try_submit), base::ErrorCode::invalid);
    Activity unfit = fine_activity();
    unfit.name.clear();
    unfit.items[0].stock = 0;
    EXPECT_EQ(refusal(unfit, try_submit), base::ErrorCode::invalid);
    EXPECT_EQ(submit(unfit, kAuthor, kNow).error().sentence.code(), "mend_to_submit");
}

TEST(Activity, NothingIsApprovedWhoseWindowIsOver) {
    Activity activity = fine_activity();
    ASSERT_TRUE(submit(activity, kSubmitter, kNow));
    EXPECT_EQ(
        refusal(activity, [](Activity& a) { return approve(a, kReviewer, "", kNow + base::kDay); }),
        base::ErrorCode::invalid);
}

TEST(Activity, NotesAreCleanAndARejectionNeedsOne) {
    Activity activity = fine_activity();
    ASSERT_TRUE(submit(activity, kSubmitter, kNow));
    for (const std::string& note :
         {std::string(), std::string(" \n"), std::string("\x01"), text_of(kNoteMax + 1, "龙")}) {
        EXPECT_EQ(refusal(activity, [&](Activity& a) { return reject(a, kReviewer, note, kNow); }),
                  base::ErrorCode::invalid);
    }
    for (const std::string& note : {std::string("\x01"), text_of(kNoteMax + 1, "龙")}) {
        EXPECT_EQ(refusal(activity, [&](Activity& a) { return approve(a, kReviewer, note, kNow); }),
                  base::ErrorCode::invalid);
    }
    EXPECT_TRUE(reject(activity, kReviewer, text_of(kNoteMax, "龙"), kNow));
}

struct Allowed {
    State state;
    bool submit, approve, reject, edit;
};

TEST(Activity, EachStepIsAllowedInItsStatesOnly) {
    const std::vector<Allowed> table{
        {State::draft, true, false, false, true},     {State::in_review, false, true, true, false},
        {State::approved, false, false, true, false}, {State::warming, false, false, false, false},
        {State::running, false, false, false, false}, {State::paused, false, false, false, false},
        {State::ended, false, false, false, false},
    };
    for (const Allowed& row : table) {
        Activity activity = fine_activity();
        activity.state = row.state;
        const auto check = [&](bool allowed,
                               const std::function<base::Result<void>(Activity&)>& step) {
            Activity copy = activity;
            if (allowed) {
                EXPECT_TRUE(step(copy)) << to_text(row.state);
            } else {
                EXPECT_EQ(refusal(activity, step), base::ErrorCode::conflict) << to_text(row.state);
            }
        };
        check(row.submit, [](Activity& a) { return submit(a, kSubmitter, kNow); });
        check(row.approve, [](Activity& a) { return approve(a, kReviewer, "", kNow); });
        check(row.reject, [](Activity& a) { return reject(a, kReviewer, "why", kNow); });
        check(row.edit, [](Activity& a) { return check_editable(a); });
    }
}

TEST(Activity, OnlyADraftMayBeRemoved) {
    Activity activity = fine_activity();
    EXPECT_TRUE(check_removable(activity));
    for (const State state : {State::in_review, State::approved, State::warming, State::running,
                              State::paused, State::ended}) {
        activity.state = state;
        const auto removable = check_removable(activity);
        ASSERT_FALSE(removable) << to_text(state);
        EXPECT_EQ(removable.error().code, base::ErrorCode::conflict);
        EXPECT_EQ(removable.error().sentence.code(), "remove_only_drafts");
    }
}

TEST(Activity, ACloneIsAFreshDraftOfTheSameItemsOnAFutureDay) {
    Activity past = fine_activity();
    past.state = State::approved;
    past.submitted_by = kSubmitter;
    past.reviewed_by = kReviewer;
    past.review_note = "fine";
    past.rehearsal = true;
    past.version = 9;
    past.starts_at = kNow - base::Duration{10 * base::kDay.ms + base::kHour.ms};
    past.ends_at = past.starts_at + base::kHour;
    const Activity clone = clone_of(past, kAuthor, kNow);
    EXPECT_EQ(clone.name, "双十一 (copy)");
    EXPECT_EQ(clone.description, past.description);
    EXPECT_EQ(clone.starts_at, past.starts_at + base::Duration{11 * base::kDay.ms});
    EXPECT_GT(clone.starts_at, kNow);
    EXPECT_EQ(clone.ends_at - clone.starts_at, base::kHour);
    EXPECT_EQ(clone.state, State::draft);
    EXPECT_EQ(clone.created_by, kAuthor);
    EXPECT_FALSE(clone.id);
    EXPECT_FALSE(clone.submitted_by);
    EXPECT_FALSE(clone.reviewed_by);
    EXPECT_EQ(clone.review_note, "");
    EXPECT_EQ(clone.version, 1U);
    EXPECT_TRUE(clone.rehearsal);
    ASSERT_EQ(clone.items.size(), 2U);
    EXPECT_FALSE(clone.items[0].id);
    EXPECT_EQ(clone.items[1].sku, past.items[1].sku);
    EXPECT_EQ(clone.items[1].price, past.items[1].price);
    EXPECT_EQ(clone.items[1].stock, past.items[1].stock);
    EXPECT_TRUE(complaints(clone, kNow).empty());
}

TEST(Activity, ACloneOfWhatIsStillToComeIsADayLaterAndItsNameFits) {
    Activity coming = fine_activity();
    coming.name = text_of(kNameMax, "龙");
    const Activity clone = clone_of(coming, kAuthor, kNow);
    EXPECT_EQ(clone.starts_at, coming.starts_at + base::kDay);
    EXPECT_EQ(clone.name, text_of(kNameMax - 7, "龙") + " (copy)");
    coming.starts_at = kNow;  // now is not the future
    EXPECT_EQ(clone_of(coming, kAuthor, kNow).starts_at, kNow + base::kDay);
    EXPECT_TRUE(complaints(clone, kNow).empty());
}

TEST(Activity, TermsCarryWhatTheSaleDecidesBy) {
    Activity activity = fine_activity();
    const ActivityTerms terms = terms_of(activity);
    EXPECT_EQ(terms.id, activity.id);
    EXPECT_EQ(terms.starts_at, activity.starts_at);
    EXPECT_EQ(terms.ends_at, activity.ends_at);

    Item item = fine_item(5);
    item.limit_per_user = 3;
    item.policy = StockPolicy::on_order;
    item.entry = Entry::ticket;
    item.pay_window = {5000};
    item.cancel_returns_unit = false;
    const ItemTerms of_item = terms_of(activity, item);
    EXPECT_EQ(of_item.id, item.id);
    EXPECT_EQ(of_item.activity, item.activity);
    EXPECT_EQ(of_item.sku, item.sku);
    EXPECT_EQ(of_item.limit_per_user, 3U);
    EXPECT_EQ(of_item.unit_price, 199'900);
    EXPECT_EQ(of_item.currency, currency("CNY"));
    EXPECT_EQ(of_item.policy, StockPolicy::on_order);
    EXPECT_EQ(of_item.entry, Entry::ticket);
    EXPECT_EQ(of_item.cancel_returns_unit, 0);
    EXPECT_EQ(of_item.pay_window.ms, 5000);
    EXPECT_EQ(of_item.total, 100);
    EXPECT_EQ(terms_of(activity, fine_item(5)).cancel_returns_unit, 1);
    EXPECT_EQ(terms.rehearsal, 0U);
    EXPECT_EQ(of_item.rehearsal, 0);
    activity.rehearsal = true;
    EXPECT_EQ(terms_of(activity).rehearsal, 1U);
    EXPECT_EQ(terms_of(activity, item).rehearsal, 1);
}

TEST(Activity, EveryStateAndTermHasItsName) {
    EXPECT_EQ(to_text(State::draft), "draft");
    EXPECT_EQ(to_text(State::in_review), "in_review");
    EXPECT_EQ(to_text(State::ended), "ended");
    EXPECT_EQ(to_text(StockPolicy::on_payment), "on_payment");
    EXPECT_EQ(to_text(Entry::challenge), "challenge");
}

}  // namespace
}  // namespace sluice::activity
