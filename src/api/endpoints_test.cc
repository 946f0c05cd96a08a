// SPDX-License-Identifier: Apache-2.0
#include "api/endpoints.h"

#include <gtest/gtest.h>

#include <set>

#include "api/fakes_test.h"

namespace sluice::api {
namespace {

using sale::Outcome;

std::string id_of(const boost::json::value& value) {
    return std::string(value.at("id").as_string());
}

// ---- Time, state, activities, pages

TEST(Time, IsTheClockThatDecides) {
    Stand stand;
    const Reply reply = stand.get("/v1/time");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "{\"now_ms\":" + std::to_string(stand.clock.now().ms) + ",\"page\":\"" +
                              std::string(page::version()) + "\"}");
    EXPECT_EQ(reply.header("cache-control"), "no-store");
}

TEST(ItemState, FollowsTheLifeOfTheItem) {
    Stand stand;
    const auto state = [&] { return stand.get("/v1/items/1/state"); };
    EXPECT_EQ(state().text("phase"), "waiting");
    stand.start_sale();
    EXPECT_EQ(state().text("phase"), "running");
    EXPECT_EQ(state().text("level"), "plenty");
    for (int i = 0; i < 9; ++i) stand.buy("user" + std::to_string(i), "k");
    EXPECT_EQ(state().text("level"), "few");
    stand.buy("last", "k");
    EXPECT_EQ(state().text("level"), "none");
    stand.turnstile.stop_purchases(true);
    EXPECT_EQ(state().text("phase"), "paused");
    stand.turnstile.stop_purchases(false);
    stand.clock.advance(base::kHour);
    EXPECT_EQ(state().text("phase"), "ended");
    EXPECT_EQ(state().header("cache-control"), "public, max-age=1");
    EXPECT_EQ(stand.get("/v1/items/99/state").status, 404);
    EXPECT_EQ(stand.get("/v1/items/01/state").status, 404);
}

TEST(ItemState, IsShortAndAsksForPollsThatSpread) {
    sale::Posting posting;
    posting.starts_at_ms = 1'800'000'000'000;
    posting.ends_at_ms = 1'800'003'600'000;
    posting.available = posting.total = 100;
    const auto poll_at = [&](std::int64_t ms, std::uint64_t spread) {
        const std::string body = item_state_json(posting, false, {ms}, spread);
        EXPECT_LE(body.size(), 200U) << body;
        return boost::json::parse(body).at("next_poll_ms").as_int64();
    };
    EXPECT_GE(poll_at(1'799'900'000'000, 1), 50'000) << "long before the start";
    EXPECT_LE(poll_at(1'799'999'999'000, 1), 1'500) << "a second before it";
    EXPECT_GE(poll_at(1'800'003'600'000, 1), 60'000) << "after the end";
    std::set<std::int64_t> polls;
    for (std::uint64_t i = 0; i < 100; ++i) polls.insert(poll_at(1'800'000'000'000, i));
    EXPECT_GT(polls.size(), 50U);
    EXPECT_GE(*polls.begin(), 2'000);
    EXPECT_LT(*polls.rbegin(), 3'000);
}

TEST(Activities, ShowWhatIsWarmAndNothingElse) {
    Stand stand;
    const Reply list = stand.get("/v1/activities");
    EXPECT_EQ(list.status, 200);
    EXPECT_EQ(list.header("cache-control"),
              "public, max-age=1, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400");
    const auto data = list.json().at("data").as_array();
    ASSERT_EQ(data.size(), 1U);
    EXPECT_EQ(id_of(data[0]), "7");
    EXPECT_EQ(data[0].at("items").as_array().size(), 3U);
    EXPECT_EQ(list.body.find("secret"), std::string::npos);
    EXPECT_EQ(list.body.find("stock"), std::string::npos) << "exact stock would help scripts";
    EXPECT_EQ(stand.get("/v1/activities/7").text("name"), "双十一");
    EXPECT_EQ(stand.get("/v1/activities/8").status, 404);
    EXPECT_EQ(stand.get("/v1/activities/x").status, 404);
}

TEST(Activities, AreNotSentAgainToWhoHasThem) {
    Stand stand;
    const std::string etag = stand.get("/v1/activities").header("etag");
    ASSERT_FALSE(etag.empty());
    const Reply same = stand.get("/v1/activities", header("If-None-Match", "\"x\", W/" + etag));
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(stand.get("/v1/activities", header("If-None-Match", "\"x\"")).status, 200);
}

TEST(PublicPages, AreServedFromMemoryAndIgnoreNoise) {
    Stand stand;
    const Reply page = stand.get("/items/1");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.header("content-type").starts_with("text/html"));
    EXPECT_NE(page.header("cache-control").find("s-maxage="), std::string::npos);
    EXPECT_NE(page.header("cache-control").find("stale-while-revalidate="), std::string::npos);
    EXPECT_EQ(stand.get("/items/1?utm_source=x&y=z").body, page.body);
    EXPECT_EQ(stand.get("/items/1", stand.signed_in("ann")).body, page.body) << "viewer-free";
    EXPECT_EQ(stand.get("/items/1", header("If-None-Match", page.header("etag"))).status, 304);
    for (const char* path : {"/", "/orders", "/activities/7"})
        EXPECT_EQ(stand.get(path).status, 200) << path;
    const Reply missing = stand.get("/items/99");
    EXPECT_EQ(missing.status, 404);
    EXPECT_TRUE(missing.header("content-type").starts_with("text/html"));
}

TEST(PublicPages, LeadAPersonOnWhoMistypesAnAddress) {
    Stand stand;
    const Reply missing = stand.get("/items/99");
    for (const char* path : {"/nothing-here", "/item/1", "/v2", "/orders/", "//v1/time"}) {
        const Reply reply = stand.get(path);
        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_EQ(reply.body, missing.body) << path;
        EXPECT_EQ(reply.header("cache-control"), missing.header("cache-control")) << path;
    }
    for (const char* path : {"/v1", "/v1/", "/v1/nothing", "/v1/orders/1/2"}) {
        const Reply reply = stand.get(path);
        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_EQ(reply.text("code"), "not_found") << path;
    }
    EXPECT_EQ(stand.post("/nothing-here").text("code"), "not_found");
    EXPECT_EQ(stand.ask("OPTIONS", "/nothing-here", {}, {}).status, 404);
}

TEST(PublicPages, ThatAreMissingAreSentWholeToWhoHasThem) {
    Stand stand;
    for (const char* path : {"/nothing-here", "/items/99", "/images/none.svg", "/problems/none"}) {
        const Reply missing = stand.get(path);
        EXPECT_EQ(missing.status, 404) << path;
        EXPECT_EQ(missing.header("cache-control"), "no-store") << path;
        for (const std::string& tag : {std::string("*"), missing.header("etag")}) {
            const Reply again = stand.get(path, header("If-None-Match", tag));
            EXPECT_EQ(again.status, 404) << path << tag;
            EXPECT_TRUE(again.body == missing.body) << path << tag;
        }
    }
    EXPECT_EQ(stand.get("/problems/busy", header("If-None-Match", "*")).status, 304);
}

TEST(Description, IsServedWholeAndCacheable) {
    Stand stand;
    const Reply described = stand.get("/openapi.json");
    EXPECT_EQ(described.status, 200);
    EXPECT_EQ(described.header("content-type"), "application/json");
    EXPECT_EQ(described.header("cache-control"), "public, max-age=300");
    EXPECT_TRUE(described.json().contains("paths"));
    EXPECT_EQ(described.header("vary"), "Accept-Encoding");
    const Reply known =
        stand.get("/openapi.json", header("If-None-Match", described.header("etag")));
    EXPECT_EQ(known.status, 304);
    const Reply packed = stand.get("/openapi.json", header("Accept-Encoding", "gzip"));
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_NE(packed.header("etag"), described.header("etag"));
}

// ---- Accounts and sessions

TEST(Accounts, ACustomerSignsUpSignsInAndBuys) {
    Stand stand;
    const auto body = [](std::string_view name, std::string_view password) {
        return R"({"name":")" + std::string(name) + R"(","password":")" + std::string(password) +
               R"("})";
    };
    const Reply made = stand.post("/v1/accounts", {}, body("Ann", "correct horse battery"));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("name"), "ann");
    const Reply taken = stand.post("/v1/accounts", {}, body("ANN", "another password!"));
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.code(), "name_taken");

    const Reply wrong = stand.post("/v1/sessions", {}, body("ann", "wrong horse battery"));
    const Reply unknown = stand.post("/v1/sessions", {}, body("bob", "wrong horse battery"));
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(wrong.body, unknown.body) << "which names exist is nobody's business";

    const Reply session = stand.post("/v1/sessions", {}, body("Ann", "correct horse battery"));
    ASSERT_EQ(session.status, 201) << session.body;
    EXPECT_EQ(session.text("user_id"), made.text("user_id"));
    stand.start_sale();
    const std::string ann = header("Authorization", "Bearer " + session.text("token"));
    EXPECT_EQ(
        stand.post("/v1/items/1/orders", ann + header("Idempotency-Key", "k"), R"({"quantity":1})")
            .status,
        201);
    stand.clock.advance(stand.app->options.session_age);
    EXPECT_EQ(stand.get("/v1/orders", ann).status, 401) << "the session is over";
}

TEST(Accounts, ComplaintsNameTheField) {
    Stand stand;
    const Reply reply = stand.post("/v1/accounts", {}, R"({"name":"a b","password":"short"})");
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("\"/name\""), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("\"/password\""), std::string::npos) << reply.body;
    EXPECT_EQ(stand.post("/v1/accounts", {}, R"({"name":"ann"})").status, 400);
    EXPECT_EQ(stand.post("/v1/sessions", {}, R"({"name":"ann"})").status, 400);
    EXPECT_EQ(stand.post("/v1/sessions", {}, "{}").status, 400);
    EXPECT_EQ(stand.post("/v1/sessions").status, 400);
}

TEST(Accounts, CanBeSwitchedOff) {
    StandOptions options;
    options.api.accounts = false;
    Stand stand(options);
    const char* body = R"({"name":"ann","password":"correct horse battery"})";
    EXPECT_EQ(stand.post("/v1/accounts", {}, body).status, 404);
    EXPECT_EQ(stand.post("/v1/sessions", {}, body).status, 401);
}

TEST(Switches, StopAccountsSessionsAndPayments) {
    Stand stand;
    std::vector<guard::Switch> off;
    for (const char* name : {"accounts", "sessions", "payments"}) {
        guard::Switch one;
        one.name = name;
        one.on = false;
        off.push_back(one);
    }
    stand.gates.load({}, off);
    const char* body = R"({"name":"ann","password":"correct horse battery"})";
    const Reply replies[] = {stand.post("/v1/accounts", {}, body),
                             stand.post("/v1/sessions", {}, body),
                             stand.post("/v1/orders/1/payments", stand.signed_in("ann"))};
    for (const Reply& reply : replies) {
        EXPECT_EQ(reply.status, 503);
        EXPECT_EQ(reply.code(), "stopped");
        EXPECT_EQ(reply.text("title"), "This is switched off for the moment.");
        EXPECT_NE(reply.header("retry-after"), "");
    }
}

TEST(Accounts, CannotBeMadeWithoutEnd) {
    Stand stand;
    const auto make = [&](const std::string& name) {
        return stand.post("/v1/accounts", {},
                          R"({"name":")" + name + R"(","password":"correct horse battery"})");
    };
    EXPECT_EQ(make("ann").status, 201);
    // What is left of the address is used up without hashing so many passwords.
    for (int i = 1; i < 50; ++i)
        EXPECT_EQ(
            stand.logins
                .admit("x" + std::to_string(i), guard::counted_as("127.0.0.1"), stand.clock.now())
                .ms,
            0);
    const Reply refused = make("bob");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.code(), "too_fast");
    EXPECT_GT(std::stoi(refused.header("retry-after")), 0);
    stand.clock.advance(base::Duration{15 * 60'000});
    EXPECT_EQ(make("bob").status, 201);
    EXPECT_EQ(stand.post("/v1/sessions", {}, R"({"name":"ann","password":"correct horse battery"})")
                  .status,
              201);
}

TEST(Sessions, TokensThatAreNotTheShopsAreCountedAndFillNoLog) {
    Stand stand;
    testing::internal::CaptureStderr();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(stand.post("/v1/sessions", {}, R"({"jwt":"a.b.c"})").status, 401);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "anybody may send them";
    EXPECT_EQ(stand.traffic.counts().shop_tokens_refused, 3U);
}

TEST(Sessions, GuessingIsSlowedDown) {
    Stand stand;
    int tries = 0;
    Reply reply;
    do {
        reply = stand.post("/v1/sessions", {}, R"({"name":"ann","password":"guess number one"})");
    } while (reply.status == 401 && ++tries < 50);
    EXPECT_EQ(tries, 10);
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.code(), "too_fast");
    EXPECT_GT(std::stoi(reply.header("retry-after")), 0);
}

TEST(Sessions, TheShopVouchesForItsCustomers) {
    const std::string secret(32, 's');
    account::JwtOptions jwt_options;
    jwt_options.issuer = "shop";
    jwt_options.audience = "sluice";
    jwt_options.keys = {{"", "HS256", secret}};
    const auto verifier = account::JwtVerifier::open(jwt_options);
    ASSERT_TRUE(verifier) << verifier.error().what;
    Stand stand;
    const base::Instant now = stand.clock.now();
    const auto token = [&](std::string_view key, std::string_view audience) {
        return account::make_hs256(key, "shop", audience, "customer-5", now, now + base::kHour);
    };
    EXPECT_EQ(
        stand.post("/v1/sessions", header("Authorization", "Bearer " + token(secret, "sluice")))
            .status,
        401)
        << "no key is configured";
    stand.app->jwt = verifier->get();
    const Reply by_header =
        stand.post("/v1/sessions", header("Authorization", "Bearer " + token(secret, "sluice")));
    ASSERT_EQ(by_header.status, 201) << by_header.body;
    const Reply by_body =
        stand.post("/v1/sessions", {}, R"({"jwt":")" + token(secret, "sluice") + R"("})");
    EXPECT_EQ(by_body.status, 201);
    EXPECT_EQ(by_body.text("user_id"), base::to_text(base::user_of("shop", "customer-5")));
    EXPECT_EQ(
        stand.get("/v1/orders", header("Authorization", "Bearer " + by_body.text("token"))).status,
        200);
    for (const std::string& bad :
         {token(std::string(32, 'x'), "sluice"), token(secret, "else"), std::string("a.b.c")}) {
        EXPECT_EQ(stand.post("/v1/sessions", {}, R"({"jwt":")" + bad + R"("})").status, 401) << bad;
    }
}

// ---- Orders

TEST(Orders, AreListedNewestFirstPageByPage) {
    Stand stand;
    stand.start_sale();
    const std::string ids[] = {stand.buy("ann", "1").text("id"), stand.buy("ann", "2").text("id"),
                               stand.buy("ann", "3", Stand::kLastItem).text("id")};
    stand.buy("bob", "1");
    const std::string ann = stand.signed_in("ann");
    const Reply first = stand.get("/v1/orders?limit=2", ann);
    ASSERT_EQ(first.status, 200) << first.body;
    const auto data = first.json().at("data").as_array();
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(id_of(data[0]), ids[2]);
    EXPECT_EQ(id_of(data[1]), ids[1]);
    const Reply second = stand.get("/v1/orders?limit=2&cursor=" + first.text("next_cursor"), ann);
    ASSERT_EQ(second.json().at("data").as_array().size(), 1U);
    EXPECT_EQ(id_of(second.json().at("data").at(0)), ids[0]);
    EXPECT_FALSE(second.json().contains("next_cursor"));
    EXPECT_EQ(stand.get("/v1/orders", stand.signed_in("eve")).body, R"({"data":[]})");
    for (const char* query : {"limit=0", "limit=101", "limit=x", "cursor=x", "cursor=-1"})
        EXPECT_EQ(stand.get(std::string("/v1/orders?") + query, ann).status, 400) << query;
    EXPECT_EQ(stand.get("/v1/orders").status, 401);
}

TEST(Orders, AnotherUsersOrderIsNotThere) {
    Stand stand;
    stand.start_sale();
    const std::string id = stand.buy("ann", "1").text("id");
    const std::string bob = stand.signed_in("bob");
    EXPECT_EQ(stand.get("/v1/orders/" + id, bob).status, 404);
    EXPECT_EQ(stand.get("/v1/orders/" + id).status, 401);
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/cancel", bob).status, 404);
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/cancel").status, 401);
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/payments", bob).status, 404);
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/payments").status, 401);
    // A cursor is an id, too: another user's must not become a way into their list.
    EXPECT_EQ(stand.get("/v1/orders?cursor=" + id, bob).body, R"({"data":[]})");
}

TEST(Orders, ACancelledOneGivesItsUnitBackOnce) {
    Stand stand;
    stand.start_sale();
    const std::string ann = stand.signed_in("ann");
    const std::string id = stand.buy("ann", "1", Stand::kLastItem).text("id");
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/cancel", ann, R"({"why":1})").status, 400);
    const Reply cancelled = stand.post("/v1/orders/" + id + "/cancel", ann);
    EXPECT_EQ(cancelled.status, 200) << cancelled.body;
    EXPECT_EQ(cancelled.text("state"), "cancelled");
    EXPECT_EQ(cancelled.text("note"), "by_customer");
    EXPECT_EQ(stand.post("/v1/orders/" + id + "/cancel", ann, "{}").status, 200);
    EXPECT_EQ(stand.buy("bob", "1", Stand::kLastItem).status, 201);
    EXPECT_EQ(stand.buy("eve", "1", Stand::kLastItem).code(), "sold_out");
    EXPECT_EQ(stand.post("/v1/orders/x/cancel", ann).status, 404);
}

TEST(Orders, AreReadAfterTheLedgerFailedUnlessTheirChangeIsUncertain) {
    Stand stand;
    stand.start_sale();
    const std::string ann = stand.signed_in("ann");
    const std::string bob = stand.signed_in("bob");
    const std::string ids[] = {stand.buy("ann", "1").text("id"), stand.buy("bob", "1").text("id")};
    stand.ledger.fail_commit(1, adapter::MemoryLedger::Leaves::nothing);
    EXPECT_EQ(stand.post("/v1/orders/" + ids[0] + "/cancel", ann).code(), "read_only");
    EXPECT_EQ(stand.get("/v1/orders/" + ids[1], bob).text("state"), "pending");
    EXPECT_EQ(stand.get("/v1/orders", bob).status, 200);
    for (const std::string& path : {std::string("/v1/orders"), "/v1/orders/" + ids[0]}) {
        const Reply uncertain = stand.get(path, ann);
        EXPECT_EQ(uncertain.status, 503) << path;
        EXPECT_EQ(uncertain.code(), "read_only") << "not `in a moment`: only a restart settles it";
    }
}

TEST(Orders, AnExpiredOneCannotBeCancelledOrPaid) {
    Stand stand;
    stand.start_sale();
    const std::string ann = stand.signed_in("ann");
    const std::string path = "/v1/orders/" + stand.buy("ann", "1").text("id");
    stand.clock.advance(base::Duration{600'000});
    stand.expire_due();
    EXPECT_EQ(stand.post(path + "/cancel", ann).code(), "already_expired");
    EXPECT_EQ(stand.post(path + "/payments", ann).code(), "already_expired");
    EXPECT_EQ(stand.get(path, ann).text("state"), "expired");
}

// ---- Payments

class Payments : public testing::Test {
   protected:
    Payments() { stand.start_sale(); }

    std::string buy() { return stand.buy("ann", "key").text("id"); }
    std::string open(const std::string& order) {
        return stand.post("/v1/orders/" + order + "/payments", ann).text("payment_id");
    }
    Reply callback(const std::string& statement, std::string_view signature = "signed") {
        return stand.post("/v1/payments/callbacks/fake", header("X-Signature", signature),
                          statement);
    }
    std::string state_of(const std::string& order) {
        return stand.get("/v1/orders/" + order, ann).text("state");
    }

    Stand stand;
    std::string ann = stand.signed_in("ann");
};

TEST_F(Payments, ACallbackSettlesTheOrderOnceHoweverOftenItComes) {
    const std::string order = buy();
    const Reply opened = stand.post("/v1/orders/" + order + "/payments", ann);
    ASSERT_EQ(opened.status, 201) << opened.body;
    const std::string payment = opened.text("payment_id");
    EXPECT_EQ(opened.text("cashier_url"), "http://cashier.example/" + payment + "?amount=1999C");
    EXPECT_EQ(open(order), payment) << "asked again, the same payment";
    for (int i = 0; i < 3; ++i) {
        const Reply told = callback(payment + " succeeded 1999");
        EXPECT_EQ(told.status, 200) << told.body;
        EXPECT_EQ(told.text("result"), "ok");
    }
    EXPECT_EQ(state_of(order), "paid");
    EXPECT_EQ(stand.sale_.item(Stand::kOpenItem)->stock.sold(), 1);
    EXPECT_EQ(stand.post("/v1/orders/" + order + "/payments", ann).code(), "already_paid");
    EXPECT_EQ(stand.post("/v1/orders/" + order + "/cancel", ann).code(), "already_paid");
    EXPECT_EQ(callback(payment + " failed 0").status, 200) << "a late word changes nothing";
    EXPECT_EQ(state_of(order), "paid");
}

TEST_F(Payments, WhatIsNotTrueIsRefusedAndChangesNothing) {
    const std::string order = buy();
    const std::string payment = open(order);
    EXPECT_EQ(callback(payment + " succeeded 1999", "forged").status, 403);
    EXPECT_EQ(stand.traffic.counts().callbacks_refused, 1U);
    EXPECT_EQ(stand.post("/v1/payments/callbacks/fake", {}, payment + " succeeded 1999").status,
              403);
    const Reply lie = callback(payment + " succeeded 1");
    EXPECT_EQ(lie.status, 422);
    EXPECT_EQ(lie.code(), "amount_mismatch");
    EXPECT_EQ(callback("12345 succeeded 1999").status, 404);
    EXPECT_EQ(callback("gibberish").status, 400);
    EXPECT_EQ(
        stand.post("/v1/payments/callbacks/other", header("X-Signature", "signed"), "x").status,
        404);
    EXPECT_EQ(state_of(order), "pending");
}

TEST_F(Payments, OfRehearsalsAreWithTheSandboxAndOfRealOrdersNever) {
    constexpr base::ItemId kRehearsed{90};
    sale::OpenActivity event;
    event.activity = {.id = {9},
                      .rehearsal = 1,
                      .starts_at = stand.starts_at,
                      .ends_at = stand.starts_at + base::kHour};
    activity::ItemTerms terms = stand.sale_.item(Stand::kOpenItem)->terms;
    terms.id = kRehearsed;
    terms.activity = {9};
    terms.rehearsal = 1;
    event.items = {terms};
    ASSERT_EQ(stand.turnstile.pass_and_wait(event, {}).outcome, sale::Outcome::done);
    const std::string dry = stand.signed_in("~dry");
    const std::string rehearsed = stand.buy("~dry", "key", kRehearsed).text("id");
    const std::string payments = "/v1/orders/" + rehearsed + "/payments";
    EXPECT_EQ(stand.buy("ann", "other", kRehearsed).code(), "not_found");
    EXPECT_EQ(stand.buy("~dry", "other").code(), "rehearsal_only");

    EXPECT_EQ(stand.post(payments, dry).code(), "payment_unavailable") << "there is no sandbox";
    FakeProvider sandbox;
    sandbox.called = "sandbox";
    stand.app->providers.rehearsal = &sandbox;
    const std::string of_rehearsal = stand.post(payments, dry).text("payment_id");
    const std::string of_order = open(buy());
    const auto told = [&](const std::string& provider, const std::string& payment) {
        return stand.post("/v1/payments/callbacks/" + provider, header("X-Signature", "signed"),
                          payment + " succeeded 1999");
    };
    EXPECT_EQ(told("sandbox", of_order).status, 404);
    EXPECT_EQ(told("fake", of_rehearsal).status, 404);
    EXPECT_EQ(stand.sale_.item(Stand::kOpenItem)->stock.sold(), 0);
    EXPECT_EQ(stand.sale_.item(kRehearsed)->stock.sold(), 0);
    EXPECT_EQ(told("fake", of_order).status, 200);
    EXPECT_EQ(told("sandbox", of_rehearsal).status, 200);
    EXPECT_EQ(stand.sale_.item(Stand::kOpenItem)->stock.sold(), 1);
    EXPECT_EQ(stand.sale_.item(kRehearsed)->stock.sold(), 1);
    // The sandbox goes before the server does.
    stand.app->providers.rehearsal = nullptr;
}

TEST_F(Payments, ADeclinedOneLeavesTheOrderPayable) {
    const std::string order = buy();
    const std::string first = open(order);
    EXPECT_EQ(callback(first + " pending 0").status, 200);
    EXPECT_EQ(callback(first + " failed 0").status, 200);
    EXPECT_EQ(state_of(order), "pending");
    const std::string second = open(order);
    EXPECT_NE(second, first);
    EXPECT_EQ(callback(second + " succeeded 1999").status, 200);
    EXPECT_EQ(state_of(order), "paid");
}

TEST_F(Payments, ACashierThatDoesNotAnswerLeavesTheOrderPayable) {
    const std::string order = buy();
    stand.provider.answers = false;
    const Reply failed = stand.post("/v1/orders/" + order + "/payments", ann);
    EXPECT_EQ(failed.status, 503);
    EXPECT_EQ(failed.code(), "payment_unavailable");
    EXPECT_NE(failed.header("retry-after"), "");
    stand.provider.answers = true;
    EXPECT_EQ(callback(open(order) + " succeeded 1999").status, 200);
    EXPECT_EQ(state_of(order), "paid");
}

TEST_F(Payments, MoneyThatComesTooLateGoesBackAndStaysVisible) {
    const std::string order = stand.buy("ann", "key", Stand::kLastItem).text("id");
    const std::string payment = open(order);
    stand.clock.advance(base::Duration{600'000});
    stand.expire_due();
    ASSERT_EQ(stand.buy("bob", "key", Stand::kLastItem).status, 201) << "the unit is on sale again";
    EXPECT_EQ(callback(payment + " succeeded 1999").status, 200);
    const Reply shown = stand.get("/v1/orders/" + order, ann);
    EXPECT_EQ(shown.text("state"), "refunded");
    EXPECT_EQ(shown.text("note"), "paid_too_late");
    EXPECT_EQ(callback(payment + " refunded 1999").status, 200);
}

// ---- The table of routes

TEST(PublicRoutes, CountWhatTheyServe) {
    Stand stand;
    stand.get("/");
    stand.get("/v1/time");
    stand.get("/v1/time");
    const auto counts = stand.traffic.counts();
    EXPECT_EQ(counts.of(Area::pages), 1U);
    EXPECT_EQ(counts.of(Area::reads), 2U);
    EXPECT_EQ(counts.of(Area::purchases), 0U);
    EXPECT_EQ(counts.of(Outcome::accepted), 0U);
}

TEST(PublicRoutes, RefuseOtherMethodsAndUnknownPaths) {
    Stand stand;
    EXPECT_EQ(stand.post("/v1/time").status, 405);
    EXPECT_EQ(stand.get("/v1/items/1/orders").status, 405);
    EXPECT_EQ(stand.get("/nothing/here").status, 404);
    EXPECT_EQ(stand.get("/admin/v1/orders").status, 404) << "the console is not here";
}

}  // namespace
}  // namespace sluice::api
