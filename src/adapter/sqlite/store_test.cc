// SPDX-License-Identifier: Apache-2.0
// The stores of the office: what goes in comes out, and every rule of their contracts holds.
#include "adapter/sqlite/fresh_store_test.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/activity_store.h"
#include "adapter/sqlite/catalog_store.h"
#include "adapter/sqlite/guard_store.h"

namespace sluice::adapter {
namespace {

using account::Customer;
using account::Operator;
using account::OperatorSession;
using account::Role;
using activity::Activity;
using activity::Item;
using activity::StockProposal;
using base::ErrorCode;
using base::Instant;
using catalog::Product;
using catalog::Sku;
using guard::RiskEntry;
using guard::Switch;

constexpr Instant kNow{1'700'000'000'000};

class Stores : public testing::Test {
   protected:
    FreshStore store_;
    SqliteCatalogStore catalog_{*store_.database};
    SqliteActivityStore activities_{*store_.database};
    SqliteAccountStore accounts_{*store_.database};
    SqliteGuardStore guard_{*store_.database};

    std::uint64_t audited() { return must(accounts_.verify_audit()); }

    static Product phone(const std::string& code) {
        Product product;
        product.code = code;
        product.title = "手机 " + code;
        product.description = "line one\nline two";
        product.image_url = "https://example.com/a.png";
        product.created_at = kNow;
        product.updated_at = kNow;
        product.skus = {{{}, {}, code + "-RED", "红色"}, {{}, {}, code + "-BLUE", "蓝色"}};
        return product;
    }
    Product stored_phone(const std::string& code) {
        return must(catalog_.add(phone(code), entry("product.add", "product/")));
    }

    static Item item_of(base::SkuId sku) {
        Item item;
        item.sku = sku;
        item.title = "秒杀";
        item.price = {199'900, *base::parse_currency("CNY")};
        item.list_price = {299'900, *base::parse_currency("CNY")};
        item.stock = 1LL << 39;
        item.limit_per_user = 2;
        item.policy = activity::StockPolicy::on_payment;
        item.entry = activity::Entry::ticket;
        item.pay_window = {90'000};
        item.cancel_returns_unit = false;
        item.traffic_tag = "tag";
        return item;
    }
    static Activity sale_of(const std::vector<Sku>& skus) {
        Activity activity;
        activity.name = "双十一";
        activity.description = "words";
        activity.starts_at = kNow + base::kHour;
        activity.ends_at = kNow + base::kDay;
        activity.created_by = {1};
        activity.submitted_by = {2};
        activity.reviewed_by = {3};
        activity.review_note = "fine";
        activity.created_at = kNow;
        activity.updated_at = kNow;
        activity.rehearsal = true;
        for (const Sku& sku : skus) activity.items.push_back(item_of(sku.id));
        return activity;
    }
    Activity stored_sale(const std::vector<Sku>& skus) {
        return must(activities_.add(sale_of(skus), entry("activity.add", "activity/")));
    }

    static Operator person(const std::string& name, Role role) {
        Operator who;
        who.name = name;
        who.role = role;
        who.password_hash = "$argon2id$" + name;
        who.created_at = kNow;
        return who;
    }
    Operator stored_person(const std::string& name, Role role) {
        return must(accounts_.add_operator(person(name, role), entry("operator.add", "operator/")));
    }
    static OperatorSession session_of(const Operator& who, const std::string& digest, Instant at) {
        return {digest, "csrf-" + digest, who.id, at, at, "127.0.0.1"};
    }
};

using Catalog = Stores;
using Activities = Stores;
using Accounts = Stores;
using Guards = Stores;

TEST_F(Catalog, KeepsAProductWithItsSkusAcrossARestart) {
    const Product added = stored_phone("P1");
    EXPECT_EQ(added.id.value, 1U);
    EXPECT_EQ(added.skus[1].product, added.id);
    const Product read = must(catalog_.product(added.id));
    EXPECT_EQ(read.code, "P1");
    EXPECT_EQ(read.title, "手机 P1");
    EXPECT_EQ(read.description, "line one\nline two");
    EXPECT_EQ(read.image_url, "https://example.com/a.png");
    EXPECT_EQ(read.version, 1U);
    EXPECT_EQ(read.created_at, kNow);
    EXPECT_EQ(read.updated_at, kNow);
    ASSERT_EQ(read.skus.size(), 2U);
    EXPECT_EQ(read.skus[1].code, "P1-BLUE");
    EXPECT_EQ(read.skus[1].title, "蓝色");
    EXPECT_EQ(must(catalog_.sku(read.skus[1].id)).code, "P1-BLUE");
    store_.database.reset();
    store_.database = store_.open();
    SqliteCatalogStore again(*store_.database);
    EXPECT_EQ(must(again.product(added.id)).skus.size(), 2U);
}

TEST_F(Catalog, SaysWhatItDoesNotHave) {
    EXPECT_EQ(error_of(catalog_.product({7})).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(catalog_.sku({7})).code, ErrorCode::not_found);
    Product unknown = phone("P1");
    unknown.id = {7};
    EXPECT_EQ(error_of(catalog_.replace(unknown, entry("a"))).code, ErrorCode::not_found);
}

TEST_F(Catalog, NamesTheCodeThatExistsAndChangesNothing) {
    stored_phone("P1");
    EXPECT_NE(error_of(catalog_.add(phone("P1"), entry("a"))).what.find("P1"), std::string::npos);
    Product other = phone("P2");
    other.skus[1].code = "P1-RED";
    const auto error = error_of(catalog_.add(other, entry("a")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.what.find("P1-RED"), std::string::npos) << error.what;
    EXPECT_EQ(must(catalog_.products({}, "", 10)).size(), 1U);
    EXPECT_EQ(audited(), 1U);
}

TEST_F(Catalog, TellsEveryCodeThatAnotherProductHasAtItsField) {
    const auto taken = [&](const Product& product) {
        std::string pointers;
        for (const auto& complaint : must(catalog_.taken_codes(product)))
            pointers += complaint.pointer + " ";
        return pointers;
    };
    Product first = stored_phone("P1");
    EXPECT_EQ(taken(phone("P1")), "/code /skus/0/code /skus/1/code ");
    Product other = phone("P2");
    EXPECT_EQ(taken(other), "");
    other.skus[1].code = "P1-RED";
    EXPECT_EQ(taken(other), "/skus/1/code ");
    std::swap(first.skus[0].code, first.skus[1].code);
    EXPECT_EQ(taken(first), "") << "its own skus may swap their codes";
}

TEST_F(Catalog, ReplacesOnlyTheVersionThatWasRead) {
    Product product = stored_phone("P1");
    const base::SkuId red = product.skus[0].id;
    product.title = "new";
    std::swap(product.skus[0].code, product.skus[1].code);
    product.skus.push_back({{}, {}, "P1-GREEN", "绿色"});
    const Product replaced = must(catalog_.replace(product, entry("product.replace")));
    EXPECT_EQ(replaced.version, 2U);
    const Product read = must(catalog_.product(product.id));
    EXPECT_EQ(read.title, "new");
    EXPECT_EQ(read.skus.size(), 3U);
    EXPECT_EQ(must(catalog_.sku(red)).code, "P1-BLUE");
    EXPECT_EQ(error_of(catalog_.replace(product, entry("product.replace"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Catalog, RefusesASkuOfAnotherProduct) {
    const Product first = stored_phone("P1");
    Product second = stored_phone("P2");
    second.skus.push_back(first.skus[0]);
    EXPECT_EQ(error_of(catalog_.replace(second, entry("a"))).code, ErrorCode::invalid);
}

TEST_F(Catalog, RemovesASkuUnlessAnActivityUsesIt) {
    Product product = stored_phone("P1");
    stored_sale({product.skus[0]});
    Product without = product;
    without.skus.erase(without.skus.begin());
    const auto error = error_of(catalog_.replace(without, entry("a")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.what.find("P1-RED"), std::string::npos) << error.what;
    product.skus.pop_back();
    must(catalog_.replace(product, entry("product.replace")));
    EXPECT_EQ(must(catalog_.product(product.id)).skus.size(), 1U);
}

TEST_F(Catalog, NeverUsesAnIdTwice) {
    Product product = stored_phone("P1");
    const base::SkuId last = product.skus[1].id;
    product.skus.pop_back();
    product = must(catalog_.replace(product, entry("a")));
    product.skus.push_back({{}, {}, "P1-BLUE", "again"});
    product = must(catalog_.replace(product, entry("a")));
    EXPECT_GT(product.skus[1].id, last);
}

TEST_F(Catalog, ImportsAllOrNothing) {
    const Product known = stored_phone("P1");
    Product update = phone("P1");
    update.title = "imported";
    update.skus = {{{}, {}, "P1-RED", "dark red"}, {{}, {}, "P1-GREEN", "绿色"}};
    const auto imported =
        must(catalog_.import({update, phone("P2")}, entry("product.import", "products")));
    EXPECT_EQ(imported.added, 1U);
    EXPECT_EQ(imported.updated, 1U);
    EXPECT_EQ(imported.skus, 4U);
    const Product read = must(catalog_.product(known.id));
    EXPECT_EQ(read.title, "imported");
    EXPECT_EQ(read.version, 2U);
    ASSERT_EQ(read.skus.size(), 3U);
    EXPECT_EQ(read.skus[0].id, known.skus[0].id);
    EXPECT_EQ(read.skus[0].title, "dark red");

    Product thief = phone("P4");
    thief.skus[0].code = "P2-RED";
    const auto error = error_of(catalog_.import({phone("P3"), thief}, entry("product.import")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_EQ(must(catalog_.products({}, "", 10)).size(), 2U);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Catalog, ListsFromTheNewestByCursor) {
    for (int at = 1; at <= 5; ++at) stored_phone("P" + std::to_string(at));
    auto page = must(catalog_.products({}, "", 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].code, "P5");
    page = must(catalog_.products(page[1].id, "", 10));
    ASSERT_EQ(page.size(), 3U);
    EXPECT_EQ(page[0].code, "P3");
    EXPECT_TRUE(must(catalog_.products(page[2].id, "", 10)).empty());
}

TEST_F(Catalog, SearchesForTheLettersThemselves) {
    for (const char* code : {"A_1", "AB1", "C%D", "CXD", "E\\F"}) stored_phone(code);
    EXPECT_EQ(must(catalog_.products({}, "A_", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "%", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "\\", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "手机 AB", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "ab1", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "' OR 1=1", 10)).size(), 0U);
}

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

/// Makes the store one of version 1, as it was before there were rehearsals.
void make_old(const FreshStore& store) {
    store.meddle(
        "DROP TRIGGER activity_sum_added; DROP TRIGGER activity_sum_changed;"
        "ALTER TABLE activity DROP COLUMN rehearsal; DROP TABLE sample; DROP TABLE tally;"
        "DROP INDEX audit_by_who; DROP INDEX audit_by_action; DROP INDEX stock_proposal_open;"
        "UPDATE activity SET sum = row_sum(id, name, description, starts_ms, ends_ms, state,"
        " created_by, submitted_by, reviewed_by, review_note, version, created_ms, updated_ms);"
        "DROP TABLE recovery_code; DROP TABLE totp;"
        "DROP TRIGGER operator_session_sum_added; DROP TRIGGER operator_session_sum_changed;"
        "ALTER TABLE operator_session DROP COLUMN user_agent;"
        "ALTER TABLE operator_session DROP COLUMN stepped_up_until_ms;"
        "UPDATE operator_session SET sum = row_sum(token_digest, csrf, who, created_ms, seen_ms,"
        " address);"
        "PRAGMA user_version = 1");
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
    activity.items.clear();
    EXPECT_EQ(error_of(activities_.replace(activity, entry("a"))).code, ErrorCode::conflict);
}

TEST_F(Accounts, KeepsAnOperator) {
    const Operator added = stored_person("li.wei", Role::reviewer);
    for (const Operator& read :
         {must(accounts_.operator_by_id(added.id)), must(accounts_.operator_by_name("li.wei"))}) {
        EXPECT_EQ(read.id, added.id);
        EXPECT_EQ(read.name, "li.wei");
        EXPECT_EQ(read.role, Role::reviewer);
        EXPECT_EQ(read.password_hash, "$argon2id$li.wei");
        EXPECT_FALSE(read.disabled);
        EXPECT_EQ(read.created_at, kNow);
    }
    EXPECT_EQ(error_of(accounts_.add_operator(person("li.wei", Role::viewer), entry("a"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(error_of(accounts_.operator_by_id({9})).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.operator_by_name("x")).code, ErrorCode::not_found);
    EXPECT_EQ(must(accounts_.audit(0, account::about("operator/1"), 10)).size(), 1U);
}

TEST_F(Accounts, MakesTheFirstOwnerOnce) {
    must(accounts_.add_first_owner(person("first", Role::owner), entry("operator.first")));
    EXPECT_EQ(error_of(accounts_.add_first_owner(person("second", Role::owner), entry("a"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(must(accounts_.operators()).size(), 1U);
}

TEST_F(Accounts, PeopleWithoutAnOwnerDoNotCloseTheWayForTheFirstOne) {
    Operator clerk = stored_person("clerk", Role::operator_);
    clerk.password_hash = "another";
    must(accounts_.change_operator(clerk, entry("operator.reset_password")));
    must(accounts_.add_first_owner(person("first", Role::owner), entry("operator.first")));
    EXPECT_EQ(error_of(accounts_.add_first_owner(person("second", Role::owner), entry("a"))).code,
              ErrorCode::conflict);
}

TEST_F(Accounts, NeverLosesTheLastOwner) {
    Operator owner = stored_person("owner", Role::owner);
    Operator second = stored_person("second", Role::owner);
    second.disabled = true;
    must(accounts_.change_operator(second, entry("operator.change")));
    Operator demoted = owner;
    demoted.role = Role::viewer;
    EXPECT_EQ(error_of(accounts_.change_operator(demoted, entry("a"))).code, ErrorCode::conflict);
    Operator disabled = owner;
    disabled.disabled = true;
    EXPECT_EQ(error_of(accounts_.change_operator(disabled, entry("a"))).code, ErrorCode::conflict);
    EXPECT_EQ(must(accounts_.operator_by_id(owner.id)).role, Role::owner);
    second.disabled = false;
    must(accounts_.change_operator(second, entry("operator.change")));
    EXPECT_EQ(must(accounts_.change_operator(demoted, entry("operator.change"))).role,
              Role::viewer);
}

TEST_F(Accounts, EndsSessionsOfWhoIsDisabledOrHasANewPassword) {
    stored_person("owner", Role::owner);
    Operator who = stored_person("li.wei", Role::viewer);
    must(accounts_.add_session(session_of(who, "d1", kNow), entry("operator.login")));
    who.role = Role::support;
    must(accounts_.change_operator(who, entry("operator.change")));
    EXPECT_TRUE(accounts_.session("d1"));
    who.password_hash = "other";
    must(accounts_.change_operator(who, entry("operator.change")));
    EXPECT_EQ(error_of(accounts_.session("d1")).code, ErrorCode::not_found);
    must(accounts_.add_session(session_of(who, "d2", kNow), entry("operator.login")));
    who.disabled = true;
    must(accounts_.change_operator(who, entry("operator.change")));
    EXPECT_EQ(error_of(accounts_.session("d2")).code, ErrorCode::not_found);
}

TEST_F(Accounts, KeepsTouchesAndEndsASession) {
    const Operator who = stored_person("li.wei", Role::viewer);
    must(accounts_.add_session(session_of(who, "d1", kNow), entry("operator.login")));
    must(accounts_.touch_session("d1", kNow + base::kHour));
    must(accounts_.touch_session("d1", kNow + base::kMinute));
    const OperatorSession read = must(accounts_.session("d1"));
    EXPECT_EQ(read.csrf, "csrf-d1");
    EXPECT_EQ(read.who, who.id);
    EXPECT_EQ(read.created_at, kNow);
    EXPECT_EQ(read.seen_at, kNow + base::kHour);
    EXPECT_EQ(read.address, "127.0.0.1");
    EXPECT_EQ(read.user_agent, "");
    EXPECT_EQ(read.stepped_up_until, Instant{});
    EXPECT_EQ(must(accounts_.operator_by_id(who.id)).last_login_at, kNow);
    must(accounts_.end_session("d1", entry("operator.logout")));
    EXPECT_EQ(error_of(accounts_.session("d1")).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.touch_session("d1", kNow)).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.end_session("d1", entry("a"))).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.add_session(session_of({}, "d2", kNow), entry("a"))).code,
              ErrorCode::not_found);
}

TEST_F(Accounts, ForgetsExpiredSessionsWhenOneIsAdded) {
    const Operator who = stored_person("li.wei", Role::viewer);
    must(accounts_.add_session(session_of(who, "idle", kNow), entry("operator.login")));
    must(accounts_.add_session(session_of(who, "used", kNow), entry("operator.login")));
    const Instant later = kNow + account::kSessionIdleMax + base::kSecond;
    must(accounts_.touch_session("used", later));
    must(accounts_.add_session(session_of(who, "new", later), entry("operator.login")));
    EXPECT_FALSE(accounts_.session("idle"));
    EXPECT_TRUE(accounts_.session("used"));
    const Instant much_later = kNow + account::kSessionAgeMax + base::kSecond;
    must(accounts_.touch_session("used", much_later));
    must(accounts_.add_session(session_of(who, "newer", much_later), entry("operator.login")));
    EXPECT_FALSE(accounts_.session("used"));
}

TEST_F(Accounts, ListsTheSessionsOfOnePerson) {
    const Operator who = stored_person("li.wei", Role::viewer);
    const Operator other = stored_person("other", Role::viewer);
    OperatorSession session = session_of(who, "d1", kNow);
    session.user_agent = "Firefox";
    session.stepped_up_until = kNow + base::kMinute;
    must(accounts_.add_session(session, entry("operator.login")));
    must(accounts_.add_session(session_of(who, "d2", kNow + base::kSecond), entry("login")));
    must(accounts_.add_session(session_of(other, "d3", kNow), entry("operator.login")));
    const auto found = must(accounts_.sessions_of(who.id));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].token_digest, "d2");
    EXPECT_EQ(found[1].token_digest, "d1");
    EXPECT_EQ(found[1].user_agent, "Firefox");
    EXPECT_EQ(found[1].stepped_up_until, kNow + base::kMinute);
    EXPECT_EQ(account::session_id(found[1]), account::session_id(session));
    EXPECT_NE(account::session_id(found[0]), account::session_id(found[1]));
}

TEST_F(Accounts, StepsUpOneSession) {
    const Operator who = stored_person("li.wei", Role::viewer);
    for (const char* digest : {"d1", "d2"})
        must(accounts_.add_session(session_of(who, digest, kNow), entry("operator.login")));
    must(accounts_.step_up("d1", kNow + base::kMinute, entry("operator.step_up")));
    EXPECT_EQ(must(accounts_.session("d1")).stepped_up_until, kNow + base::kMinute);
    EXPECT_EQ(must(accounts_.session("d2")).stepped_up_until, Instant{});
    EXPECT_EQ(error_of(accounts_.step_up("d3", kNow, entry("a"))).code, ErrorCode::not_found);
}

account::Totp totp_for(const Operator& who, unsigned char byte = 7) {
    account::Totp totp;
    totp.who = who.id;
    totp.secret.fill(byte);
    totp.begun_at = kNow;
    return totp;
}

TEST_F(Accounts, EnablesTheSecretThatWasBegunLast) {
    const Operator who = stored_person("li.wei", Role::viewer);
    EXPECT_EQ(error_of(accounts_.totp(who.id)).code, ErrorCode::not_found);
    must(accounts_.begin_totp(totp_for(who, 1), entry("operator.totp_begin")));
    must(accounts_.begin_totp(totp_for(who, 2), entry("operator.totp_begin")));
    EXPECT_EQ(must(accounts_.totp(who.id)).secret[19], 2);
    EXPECT_FALSE(must(accounts_.operator_by_id(who.id)).totp_enabled) << "it waits for a code";
    account::Totp old = totp_for(who, 1);
    old.enabled_at = kNow;
    EXPECT_EQ(error_of(accounts_.enable_totp(old, {}, entry("a"))).code, ErrorCode::conflict);
    account::Totp totp = totp_for(who, 2);
    totp.enabled_at = kNow + base::kSecond;
    totp.last_step = 41;
    must(accounts_.enable_totp(totp, {"c1", "c2"}, entry("operator.totp_enable")));
    const account::Totp read = must(accounts_.totp(who.id));
    EXPECT_EQ(read.secret, totp.secret);
    EXPECT_EQ(read.begun_at, kNow);
    EXPECT_EQ(read.enabled_at, kNow + base::kSecond);
    EXPECT_EQ(read.last_step, 41);
    EXPECT_EQ(read.recovery_codes_left, 2U);
    EXPECT_TRUE(must(accounts_.operator_by_name("li.wei")).totp_enabled);
    EXPECT_TRUE(must(accounts_.operators()).at(0).totp_enabled);
    EXPECT_EQ(error_of(accounts_.begin_totp(totp_for(who, 3), entry("a"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(error_of(accounts_.enable_totp(totp, {}, entry("a"))).code, ErrorCode::conflict);
    EXPECT_EQ(must(accounts_.totp(who.id)).recovery_codes_left, 2U);
}

TEST_F(Accounts, UsesAStepAndARecoveryCodeOnce) {
    const Operator who = stored_person("li.wei", Role::viewer);
    const Operator other = stored_person("other", Role::viewer);
    account::Totp totp = totp_for(who);
    must(accounts_.begin_totp(totp, entry("operator.totp_begin")));
    EXPECT_EQ(error_of(accounts_.use_totp_step(who.id, 41)).code, ErrorCode::conflict)
        << "it is not enabled";
    totp.enabled_at = kNow;
    totp.last_step = 41;
    must(accounts_.enable_totp(totp, {"c1", "c2"}, entry("operator.totp_enable")));
    for (const std::int64_t step : {40, 41})
        EXPECT_EQ(error_of(accounts_.use_totp_step(who.id, step)).code, ErrorCode::conflict);
    must(accounts_.use_totp_step(who.id, 43));
    for (const std::int64_t step : {42, 43})
        EXPECT_EQ(error_of(accounts_.use_totp_step(who.id, step)).code, ErrorCode::conflict);
    EXPECT_EQ(must(accounts_.totp(who.id)).last_step, 43);

    EXPECT_EQ(error_of(accounts_.use_recovery_code(other.id, "c1", entry("a"))).code,
              ErrorCode::not_found);
    EXPECT_EQ(must(accounts_.use_recovery_code(who.id, "c1", entry("operator.recovery"))), 1U);
    EXPECT_EQ(must(accounts_.audit(0, {}, 1)).at(0).after, R"({"recovery_codes_left":1})");
    EXPECT_EQ(error_of(accounts_.use_recovery_code(who.id, "c1", entry("a"))).code,
              ErrorCode::not_found);
}

TEST_F(Accounts, ForgetsEverythingOfADisabledSecondFactor) {
    const Operator who = stored_person("li.wei", Role::viewer);
    must(accounts_.add_session(session_of(who, "d1", kNow), entry("operator.login")));
    account::Totp totp = totp_for(who);
    must(accounts_.begin_totp(totp, entry("operator.totp_begin")));
    totp.enabled_at = kNow;
    totp.last_step = 41;
    must(accounts_.enable_totp(totp, {"c1"}, entry("operator.totp_enable")));
    must(accounts_.step_up("d1", kNow + base::kMinute, entry("operator.step_up")));
    must(accounts_.disable_totp(who.id, entry("operator.totp_disable")));
    EXPECT_FALSE(must(accounts_.operator_by_id(who.id)).totp_enabled);
    EXPECT_EQ(must(accounts_.session("d1")).stepped_up_until, Instant{});
    EXPECT_EQ(error_of(accounts_.totp(who.id)).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.use_recovery_code(who.id, "c1", entry("a"))).code,
              ErrorCode::not_found);
    EXPECT_EQ(error_of(accounts_.disable_totp(who.id, entry("a"))).code, ErrorCode::not_found);
    must(accounts_.begin_totp(totp_for(who), entry("operator.totp_begin")));
}

TEST_F(Accounts, OfAnOldStoreKeepTheirSessions) {
    const Operator who = stored_person("li.wei", Role::viewer);
    must(accounts_.add_session(session_of(who, "d1", kNow), entry("operator.login")));
    store_.database.reset();
    make_old(store_);
    store_.database = store_.open();
    SqliteAccountStore again(*store_.database);
    EXPECT_EQ(must(again.session("d1")).user_agent, "");
    EXPECT_FALSE(must(again.operator_by_id(who.id)).totp_enabled);
    must(again.step_up("d1", kNow + base::kMinute, entry("operator.step_up")));
    store_.database.reset();
    store_.database = store_.open();  // the sums cover the new columns
    SqliteAccountStore later(*store_.database);
    EXPECT_EQ(must(later.session("d1")).stepped_up_until, kNow + base::kMinute);
}

TEST_F(Accounts, KeepsCustomersAndLeavesThoseAloneWhoExist) {
    must(accounts_.add_customer({"ann", "hash", kNow}));
    EXPECT_EQ(error_of(accounts_.add_customer({"ann", "x", kNow})).code, ErrorCode::conflict);
    must(accounts_.add_customers({{"ann", "other", kNow}, {"bob", "hash2", kNow}}));
    EXPECT_EQ(must(accounts_.customer("ann")).password_hash, "hash");
    EXPECT_EQ(must(accounts_.customer("bob")).created_at, kNow);
    EXPECT_EQ(error_of(accounts_.customer("eve")).code, ErrorCode::not_found);
    EXPECT_EQ(audited(), 0U);
}

TEST_F(Accounts, ListsTheAuditLogByCursorAndSubject) {
    for (int at = 1; at <= 5; ++at)
        must(accounts_.note(entry("a" + std::to_string(at), at % 2 == 0 ? "item/2" : "item/1")));
    auto page = must(accounts_.audit(0, {}, 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].action, "a5");
    EXPECT_EQ(page[0].before, "{}");
    EXPECT_EQ(page[0].after, R"({"name":"秋季"})");
    EXPECT_EQ(page[0].reason, "because");
    EXPECT_EQ(page[0].who_name, "li.wei");
    EXPECT_EQ(page[0].address, "127.0.0.1");
    page = must(accounts_.audit(page[1].seq, {}, 10));
    EXPECT_EQ(page.size(), 3U);
    EXPECT_EQ(must(accounts_.audit(0, account::about("item/2"), 10)).size(), 2U);
    EXPECT_EQ(must(accounts_.audit(4, account::about("item/2"), 10)).size(), 1U);
    EXPECT_EQ(audited(), 5U);
}

TEST_F(Accounts, ListsTheAuditLogByWhoActionAndTime) {
    const auto note = [&](const char* who, const char* action, base::Instant at) {
        account::AuditEntry one = entry(action, "item/1");
        one.who_name = who;
        one.at = at;
        must(accounts_.note(std::move(one)));
    };
    note("ann", "stock.propose", kNow);
    note("bob", "stock.approve", kNow + base::kMinute);
    note("ann", "stocking", kNow + base::kHour);
    note("ann", "stock.propose", kNow + base::kHour);
    const auto seqs = [&](auto set, std::uint64_t before = 0, std::size_t limit = 10) {
        account::AuditFilter filter;
        set(filter);
        std::vector<std::uint64_t> found;
        for (const account::AuditEntry& one : must(accounts_.audit(before, filter, limit)))
            found.push_back(one.seq);
        return found;
    };
    using Seqs = std::vector<std::uint64_t>;
    EXPECT_EQ(seqs([](auto& f) { f.who_name = "ann"; }), (Seqs{4, 3, 1}));
    EXPECT_EQ(seqs([](auto& f) { f.who_name = "ann"; }, 4, 1), (Seqs{3}));
    EXPECT_EQ(seqs([](auto& f) { f.who_name = "an"; }), Seqs{});
    EXPECT_EQ(seqs([](auto& f) { f.action = "stock.propose"; }), (Seqs{4, 1}));
    EXPECT_EQ(seqs([](auto& f) { f.action = "stock."; }), (Seqs{4, 2, 1}));
    EXPECT_EQ(seqs([](auto& f) { f.action = "stock"; }), Seqs{});
    EXPECT_EQ(seqs([](auto& f) { f.from = kNow + base::kMinute; }), (Seqs{4, 3, 2}));
    EXPECT_EQ(seqs([](auto& f) { f.to = kNow + base::kMinute; }), (Seqs{2, 1}));
    EXPECT_EQ(seqs([](auto& f) {
                  f.subject = "item/1";
                  f.who_name = "ann";
                  f.action = "stock.";
                  f.from = f.to = kNow;
              }),
              (Seqs{1}));
}

TEST_F(Accounts, EndsAllSessionsOfOnePersonButOne) {
    const Operator ann = stored_person("ann", Role::operator_);
    const Operator bob = stored_person("bob", Role::viewer);
    for (const char* digest : {"a1", "a2", "a3"})
        must(accounts_.add_session(session_of(ann, digest, kNow), entry("operator.sign_in")));
    must(accounts_.add_session(session_of(bob, "b1", kNow), entry("operator.sign_in")));
    EXPECT_EQ(must(accounts_.end_sessions_of(ann.id, "a2", entry("operator.sign_out"))), 2U);
    EXPECT_EQ(must(accounts_.audit(0, {}, 1)).at(0).after, R"({"sessions":2})");
    EXPECT_EQ(must(accounts_.sessions_of(ann.id)).size(), 1U);
    EXPECT_EQ(must(accounts_.session("a2")).who, ann.id);
    EXPECT_EQ(error_of(accounts_.session("a1")).code, ErrorCode::not_found);
    EXPECT_EQ(must(accounts_.end_sessions_of(ann.id, "", entry("operator.sign_out"))), 1U);
    EXPECT_EQ(must(accounts_.end_sessions_of(ann.id, "", entry("operator.sign_out"))), 0U);
    EXPECT_EQ(must(accounts_.sessions_of(bob.id)).size(), 1U);
}

TEST_F(Accounts, KeepsNamedValues) {
    EXPECT_EQ(must(accounts_.value("setup")), "");
    must(accounts_.set_value("setup", "one"));
    must(accounts_.set_value("setup", std::string("t\0wo", 4)));
    EXPECT_EQ(must(accounts_.value("setup")), std::string("t\0wo", 4));
}

TEST_F(Guards, KeepsRiskEntriesUntilTheyAreRemoved) {
    RiskEntry risky;
    risky.kind = RiskEntry::Kind::address;
    risky.value = "10.0.0.0/8";
    risky.reason = "bots";
    risky.expires_at = kNow + base::kDay;
    risky.created_by = {1};
    risky.created_at = kNow;
    risky = must(guard_.add_risk(risky, entry("risk.add", "risk/")));
    const auto read = must(guard_.risks());
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].id, risky.id);
    EXPECT_EQ(read[0].kind, RiskEntry::Kind::address);
    EXPECT_EQ(read[0].value, "10.0.0.0/8");
    EXPECT_EQ(read[0].reason, "bots");
    EXPECT_EQ(read[0].expires_at, kNow + base::kDay);
    EXPECT_EQ(read[0].created_by.value, 1U);
    must(guard_.remove_risk(risky.id, entry("risk.remove")));
    EXPECT_TRUE(must(guard_.risks()).empty());
    EXPECT_EQ(error_of(guard_.remove_risk(risky.id, entry("a"))).code, ErrorCode::not_found);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Guards, KeepsTheLastPositionOfASwitch) {
    must(guard_.set_switch({"purchases", false, "fire", {1}, kNow, kNow + base::kHour},
                           entry("switch.off")));
    must(guard_.set_switch({"accounts", false, "", {1}, kNow, {}}, entry("switch.off")));
    must(guard_.set_switch({"purchases", true, "out", {2}, kNow + base::kMinute, {}},
                           entry("switch.on")));
    const auto read = must(guard_.switches());
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[1].name, "purchases");
    EXPECT_TRUE(read[1].on);
    EXPECT_EQ(read[1].reason, "out");
    EXPECT_EQ(read[1].changed_by.value, 2U);
    EXPECT_EQ(read[1].changed_at, kNow + base::kMinute);
    EXPECT_EQ(read[1].until.ms, 0);
    EXPECT_FALSE(read[0].on);
}

}  // namespace
}  // namespace sluice::adapter
