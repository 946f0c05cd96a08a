// SPDX-License-Identifier: Apache-2.0
// Activities, their items and proposals of stock: what goes in comes out.
#include "adapter/sqlite/activity_store.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>

#include "adapter/sqlite/stores_test.h"

namespace sluice::adapter {
namespace {

using activity::Activity;
using activity::Item;
using activity::StockProposal;
using base::ErrorCode;
using catalog::Product;

using Activities = Stores;

TEST_F(Activities, KeepsEveryField) {
    const Product product = stored_phone("P1");
    const Activity added = stored_sale(product.skus);
    const Activity read = must(activities_.activity(added.id));
    EXPECT_EQ(read.name, "双十一");
    EXPECT_EQ(read.description, "words");
    EXPECT_EQ(read.starts_at, kNow + base::kHour);
    EXPECT_EQ(read.ends_at, kNow + base::kDay);
    EXPECT_EQ(read.created_by.value, 1U);
    EXPECT_EQ(read.submitted_by.value, 2U);
    EXPECT_EQ(read.reviewed_by.value, 3U);
    EXPECT_EQ(read.review_note, "fine");
    EXPECT_EQ(read.version, 1U);
    EXPECT_EQ(read.created_at, kNow);
    EXPECT_TRUE(read.rehearsal);
    ASSERT_EQ(read.items.size(), 2U);
    const Item& item = read.items[1];
    const Item wanted = item_of(product.skus[1].id);
    EXPECT_EQ(item.id, added.items[1].id);
    EXPECT_EQ(item.activity, added.id);
    EXPECT_EQ(item.sku, wanted.sku);
    EXPECT_EQ(item.title, wanted.title);
    EXPECT_EQ(item.price, wanted.price);
    EXPECT_EQ(item.list_price, wanted.list_price);
    EXPECT_EQ(item.stock, wanted.stock);
    EXPECT_EQ(item.limit_per_user, wanted.limit_per_user);
    EXPECT_EQ(item.policy, wanted.policy);
    EXPECT_EQ(item.entry, wanted.entry);
    EXPECT_EQ(item.pay_window, wanted.pay_window);
    EXPECT_EQ(item.cancel_returns_unit, wanted.cancel_returns_unit);
    EXPECT_EQ(item.traffic_tag, wanted.traffic_tag);
}

TEST_F(Activities, OfAStoreBeforeRehearsalsAreReal) {
    const Activity old = stored_sale(stored_phone("P1").skus);
    store_.database.reset();
    make_old(store_);
    store_.database = store_.open();
    SqliteActivityStore again(*store_.database);
    Activity read = must(again.activity(old.id));
    EXPECT_FALSE(read.rehearsal);
    EXPECT_EQ(read.name, old.name);
    EXPECT_EQ(read.items.size(), 2U);
    read.rehearsal = true;
    must(again.replace(read, entry("activity.replace")));
    store_.database.reset();
    store_.database = store_.open();  // the sums cover the new column
    SqliteActivityStore later(*store_.database);
    EXPECT_TRUE(must(later.activity(old.id)).rehearsal);
}

TEST_F(Activities, DamageInAnOldStoreIsFoundBeforeItIsBroughtUpToDate) {
    stored_sale(stored_phone("P1").skus);
    store_.database.reset();
    make_old(store_);
    store_.meddle("UPDATE activity SET state = 2");  // without the triggers: the sum stays
    const auto error = error_of(Database::open(store_.directory.path()));
    EXPECT_EQ(error.code, base::ErrorCode::damaged) << error.what;
    store_.meddle("UPDATE activity SET state = 0");
    EXPECT_TRUE(Database::open(store_.directory.path())) << "nothing was changed";
}

TEST_F(Activities, ReplacesOnlyTheVersionThatWasReadAndKeepsItemIds) {
    const Product product = stored_phone("P1");
    Activity activity = stored_sale(product.skus);
    const base::ItemId first = activity.items[0].id;
    const base::ItemId second = activity.items[1].id;
    std::swap(activity.items[0], activity.items[1]);
    activity.items[0].stock = 5;
    activity.items.pop_back();
    activity.items.push_back(item_of(product.skus[0].id));
    activity.state = activity::State::approved;
    activity.created_by = {9};
    activity.rehearsal = false;
    const Activity replaced = must(activities_.replace(activity, entry("activity.replace")));
    EXPECT_EQ(replaced.version, 2U);
    const Activity read = must(activities_.activity(activity.id));
    EXPECT_EQ(read.state, activity::State::approved);
    EXPECT_EQ(read.created_by.value, 1U) << "who made it does not change";
    EXPECT_FALSE(read.rehearsal);
    ASSERT_EQ(read.items.size(), 2U);
    EXPECT_EQ(read.items[0].id, second);
    EXPECT_EQ(read.items[0].stock, 5);
    EXPECT_GT(read.items[1].id, second);
    EXPECT_NE(read.items[1].id, first);
    EXPECT_EQ(error_of(activities_.replace(activity, entry("a"))).code, ErrorCode::conflict);
}

TEST_F(Activities, RemovesOnlyTheVersionThatWasReadWithItsAuditEntry) {
    const Product product = stored_phone("P1");
    const Activity activity = stored_sale(product.skus);
    const Activity changed = must(activities_.replace(activity, entry("activity.replace")));
    const std::uint64_t before = audited();
    const auto removal = [&] { return entry("activity.remove", "activity/1"); };
    EXPECT_EQ(error_of(activities_.remove(activity.id, 1, removal())).code, ErrorCode::conflict);
    EXPECT_EQ(must(activities_.activity(activity.id)).items.size(), 2U);
    EXPECT_EQ(audited(), before) << "what was refused is in no log";
    must(activities_.remove(activity.id, changed.version, removal()));
    EXPECT_EQ(error_of(activities_.activity(activity.id)).code, ErrorCode::not_found);
    EXPECT_TRUE(must(activities_.activities({}, 10)).empty());
    EXPECT_EQ(audited(), before + 1);
    EXPECT_EQ(must(accounts_.audit(0, account::about("activity/1"), 1)).front().action,
              "activity.remove");
    EXPECT_EQ(error_of(activities_.remove(activity.id, 2, removal())).code, ErrorCode::not_found);
    EXPECT_EQ(audited(), before + 1);
    Product empty = product;  // nothing uses its skus any more
    empty.skus.pop_back();
    EXPECT_EQ(must(catalog_.replace(empty, entry("product.replace"))).skus.size(), 1U);
}

TEST_F(Activities, NeverGiveAnIdAgainAlsoAfterARestart) {
    const Product product = stored_phone("P1");
    const Activity first = stored_sale(product.skus);
    must(activities_.remove(first.id, first.version, entry("activity.remove")));
    const Activity second = stored_sale(product.skus);
    EXPECT_GT(second.id, first.id);
    EXPECT_GT(second.items[0].id, first.items[1].id);
    must(activities_.remove(second.id, second.version, entry("activity.remove")));
    store_.database.reset();
    store_.database = store_.open();
    SqliteActivityStore again(*store_.database);
    const Activity third =
        must(again.add(sale_of(product.skus), entry("activity.add", "activity/")));
    EXPECT_GT(third.id, second.id);
    EXPECT_GT(third.items[0].id, second.items[1].id);
}

TEST_F(Activities, RefusesItemsThatItCannotHave) {
    const Product product = stored_phone("P1");
    const Activity other = stored_sale({product.skus[0]});
    Activity activity = stored_sale({product.skus[1]});
    EXPECT_EQ(error_of(activities_.add(sale_of({{{99}, {}, "", ""}}), entry("a"))).code,
              ErrorCode::invalid);
    activity.items.push_back(other.items[0]);
    EXPECT_EQ(error_of(activities_.replace(activity, entry("a"))).code, ErrorCode::invalid);
    EXPECT_EQ(must(activities_.activity(other.id)).items.size(), 1U);
    EXPECT_EQ(must(activities_.activities({}, 10)).size(), 2U);
}

TEST_F(Activities, ListsFromTheNewestByCursor) {
    for (int at = 0; at < 3; ++at) stored_sale({});
    const auto page = must(activities_.activities({}, 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].id.value, 3U);
    EXPECT_EQ(must(activities_.activities(page[1].id, 2)).size(), 1U);
    EXPECT_EQ(error_of(activities_.activity({9})).code, ErrorCode::not_found);
}

TEST_F(Activities, DecidesAProposalOnce) {
    const Product product = stored_phone("P1");
    const Activity activity = stored_sale(product.skus);
    StockProposal proposal;
    proposal.item = activity.items[0].id;
    proposal.delta = -5;
    proposal.reason = "damaged box";
    proposal.proposed_by = {1};
    proposal.proposed_at = kNow;
    proposal = must(activities_.add_proposal(proposal, entry("stock.propose", "stock_change/")));
    proposal.state = StockProposal::State::approved;
    proposal.decided_by = {2};
    proposal.decided_at = kNow + base::kMinute;
    must(activities_.decide_proposal(proposal, entry("stock.approve")));
    const StockProposal read = must(activities_.proposal(proposal.id));
    EXPECT_EQ(read.state, StockProposal::State::approved);
    EXPECT_EQ(read.delta, -5);
    EXPECT_EQ(read.reason, "damaged box");
    EXPECT_EQ(read.decided_by.value, 2U);
    EXPECT_EQ(read.decided_at, kNow + base::kMinute);
    proposal.state = StockProposal::State::rejected;
    EXPECT_EQ(error_of(activities_.decide_proposal(proposal, entry("a"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(must(activities_.proposals(proposal.item)).size(), 1U);
    EXPECT_TRUE(must(activities_.proposals(activity.items[1].id)).empty());
    EXPECT_TRUE(must(activities_.open_proposals(0, 10)).empty());
    for (const std::size_t at : {0U, 1U, 0U}) {
        proposal.item = activity.items[at].id;
        proposal.state = StockProposal::State::open;
        must(activities_.add_proposal(proposal, entry("stock.propose", "stock_change/")));
    }
    const auto open = must(activities_.open_proposals(0, 2));
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].id, 4U);
    EXPECT_EQ(open[1].item, activity.items[1].id);
    EXPECT_EQ(must(activities_.open_proposals(open[1].id, 2)).size(), 1U);
    const auto all = must(activities_.activity_proposals(activity.id, 0, 3));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].id, 4U);
    EXPECT_EQ(all[1].item, activity.items[1].id);
    const auto oldest = must(activities_.activity_proposals(activity.id, all[2].id, 3));
    ASSERT_EQ(oldest.size(), 1U);
    EXPECT_EQ(oldest[0].state, StockProposal::State::approved);
    EXPECT_TRUE(must(activities_.activity_proposals({99}, 0, 3)).empty());
    EXPECT_EQ(error_of(activities_.proposal(99)).code, ErrorCode::not_found);
    proposal.item = {99};
    EXPECT_EQ(error_of(activities_.add_proposal(proposal, entry("a"))).code, ErrorCode::not_found);
    EXPECT_EQ(must(accounts_.audit(0, account::about("stock_change/1"), 10)).size(), 1U);
}

TEST_F(Activities, KeepsAnItemForWhichStockWasProposed) {
    const Product product = stored_phone("P1");
    Activity activity = stored_sale(product.skus);
    StockProposal proposal;
    proposal.item = activity.items[0].id;
    proposal.delta = 5;
    must(activities_.add_proposal(proposal, entry("stock.propose")));
    EXPECT_EQ(error_of(activities_.remove(activity.id, 1, entry("a"))).code, ErrorCode::conflict);
    EXPECT_EQ(must(activities_.activity(activity.id)).items.size(), 2U) << "the others as well";
    activity.items.clear();
    EXPECT_EQ(error_of(activities_.replace(activity, entry("a"))).code, ErrorCode::conflict);
}

}  // namespace
}  // namespace sluice::adapter
