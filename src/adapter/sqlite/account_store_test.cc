// SPDX-License-Identifier: Apache-2.0
// Operators, sessions, second factors, customers and the audit log: what goes in comes out.
#include "adapter/sqlite/account_store.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "adapter/sqlite/stores_test.h"

namespace sluice::adapter {
namespace {

using account::Operator;
using account::OperatorSession;
using account::Role;
using base::ErrorCode;
using base::Instant;

using Accounts = Stores;

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

}  // namespace
}  // namespace sluice::adapter
