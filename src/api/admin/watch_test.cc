// SPDX-License-Identifier: Apache-2.0
// What the person on call has: switches, risk lists, audit, live figures, health, metrics, the
// page.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/admin/difference.h"
#include "api/admin/handlers.h"
#include "api/admin/shop_test.h"
#include "api/arrivals.h"
#include "api/traffic.h"

namespace sluice::api::admin {
namespace {

using sale::Outcome;

TEST(Switches, PurchasesStopAtOnceAndGoOn) {
    Shop shop;
    shop.open();
    const std::string path = "/admin/v1/switches/purchases";
    EXPECT_EQ(shop.put(path, shop.seller, R"({"on":false})").status, 400);
    EXPECT_EQ(shop.put(path, shop.seller, R"({"on":false,"reason":"fire"})").status, 200);
    EXPECT_EQ(shop.buy("an", {1}).outcome, Outcome::stopped);
    EXPECT_EQ(shop.last_audit().action, "switch.off");
    EXPECT_EQ(shop.last_audit().reason, "fire");
    EXPECT_FALSE(shop.gates.on("purchases", shop.clock.now()));
    EXPECT_EQ(shop.put(path, shop.seller, R"({"on":true,"reason":"out"})").status, 200);
    EXPECT_EQ(shop.buy("an", {1}).outcome, Outcome::accepted);
}

TEST(Switches, PurchasesStopEvenIfTheStoreDoesNotAnswer) {
    Shop shop;
    shop.open();
    shop.guard_store.fails_to_set = true;
    EXPECT_EQ(
        shop.put("/admin/v1/switches/purchases", shop.seller, R"({"on":false,"reason":"fire"})")
            .status,
        503);
    EXPECT_EQ(shop.buy("an", {1}).outcome, Outcome::stopped);
}

TEST(Switches, OthersTurnThemselvesBackOn) {
    Shop shop;
    const std::string until = base::to_rfc3339(shop.clock.now() + base::kMinute);
    const std::string body = R"({"on":false,"reason":"attack","until":")" + until + R"("})";
    EXPECT_EQ(shop.put("/admin/v1/switches/accounts", shop.seller, body).status, 200);
    EXPECT_FALSE(shop.gates.on("accounts", shop.clock.now()));
    shop.clock.advance(base::kMinute);
    EXPECT_TRUE(shop.gates.on("accounts", shop.clock.now()));
    EXPECT_EQ(shop.put("/admin/v1/switches/accounts", shop.seller, body).status, 400);  // past
    EXPECT_EQ(shop.put("/admin/v1/switches/purchases", shop.seller, body).status, 400);
    EXPECT_EQ(shop.put("/admin/v1/switches/lights", shop.seller, body).status, 404);
    EXPECT_EQ(shop.get("/admin/v1/switches", shop.viewer).at("/switches").as_array().size(),
              guard::Gates::switch_names().size());
}

TEST(Risk, AnEntryBlocksAtOnceUntilItIsTaken) {
    Shop shop;
    const base::UserId user = base::user_of("test", "bot");
    const std::string body =
        R"({"kind":"user","reason":"bot","value":")" + base::to_text(user) + R"("})";
    const Answered added = shop.post("/admin/v1/risk-entries", shop.support, body);
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_FALSE(shop.gates.admit_risk(user, "127.0.0.1", shop.clock.now()));
    EXPECT_EQ(shop.post("/admin/v1/risk-entries", shop.support,
                        R"({"kind":"address","reason":"x","value":"not an address"})")
                  .status,
              400);
    const Answered both = shop.post("/admin/v1/risk-entries", shop.support,
                                    R"({"kind":"address","reason":"","value":"not an address"})");
    EXPECT_EQ(both.text("/errors/0/pointer"), "/reason") << "all of it at once";
    EXPECT_EQ(both.text("/errors/1/pointer"), "/value");
    const Answered lines =
        shop.post("/admin/v1/risk-entries", shop.support,
                  R"({"kind":"address","reason":"two\nlines","value":"192.0.2.7"})");
    EXPECT_EQ(lines.status, 201) << lines.body;
    const std::string path = "/admin/v1/risk-entries/" + added.text("/id");
    EXPECT_EQ(shop.ask(http::Method::delete_, path, &shop.support).status, 204);
    EXPECT_TRUE(shop.gates.admit_risk(user, "127.0.0.1", shop.clock.now()));
    EXPECT_NE(shop.last_audit().before.find(base::to_text(user)), std::string::npos);
    EXPECT_EQ(shop.ask(http::Method::delete_, path, &shop.support).status, 404);
}

TEST(Audit, IsReadInPartsAndVerified) {
    Shop shop;
    shop.warm();
    const Answered newest = shop.get("/admin/v1/audit?limit=1", shop.reviewer);
    EXPECT_EQ(newest.text("/entries/0/action"), "activity.warm");
    const Answered next =
        shop.get("/admin/v1/audit?limit=1&cursor=" + newest.text("/next_cursor"), shop.reviewer);
    EXPECT_EQ(next.text("/entries/0/action"), "activity.approve");
    EXPECT_EQ(next.text("/entries/0/who_name"), "reviewer");
    EXPECT_EQ(
        shop.get("/admin/v1/audit?subject=activity/1", shop.owner).at("/entries").as_array().size(),
        4U);
    EXPECT_TRUE(shop.get("/admin/v1/audit/verify", shop.owner).flag("/intact"));
    shop.accounts.audit_is_damaged = true;
    const Answered damaged = shop.get("/admin/v1/audit/verify", shop.owner);
    EXPECT_EQ(damaged.status, 200);
    EXPECT_FALSE(damaged.flag("/intact"));
    EXPECT_EQ(damaged.text("/problem"), "Entry 3 does not fit.");
}

TEST(Audit, IsFilteredByWhoActionAndTime) {
    Shop shop;
    const base::Instant drafted = shop.clock.now();
    shop.draft();
    shop.clock.advance(base::kSecond);
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    const auto count = [&](const std::string& query) {
        const Answered found = shop.get("/admin/v1/audit?subject=activity/1&" + query, shop.owner);
        EXPECT_EQ(found.status, 200) << found.body;
        return found.at("/entries").as_array().size();
    };
    EXPECT_EQ(count("who_name=reviewer"), 0U);
    EXPECT_EQ(count("action=activity."), 2U);
    EXPECT_EQ(count("action=activity.submit"), 1U);
    EXPECT_EQ(count("action=activity"), 0U);
    EXPECT_EQ(count("from=" + base::to_rfc3339(drafted + base::kSecond)), 1U);
    EXPECT_EQ(count("to=" + base::to_rfc3339(drafted)), 1U);
    const Answered reversed =
        shop.get("/admin/v1/audit?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", shop.owner);
    EXPECT_EQ(reversed.text("/reason"), "to_before_from") << reversed.body;
    for (const std::string& bad :
         {std::string("from=yesterday"), std::string("to=2026-13-01T00:00:00Z"),
          "action=" + std::string(201, 'a'), std::string("who_name=a%0Ab")})
        EXPECT_EQ(shop.get("/admin/v1/audit?" + bad, shop.owner).status, 400) << bad;
}

TEST(Live, ShowsTheItemsTheDoorsAndTheLedger) {
    Shop shop;
    shop.open();
    shop.buy("an", {2});
    shop.traffic.purchase(Outcome::accepted, 2'000'000);
    const Answered now = shop.get("/admin/v1/live/now", shop.viewer);
    EXPECT_EQ(now.text("/items/1/item_id"), "2");
    EXPECT_EQ(now.number("/items/1/sold"), 1);
    EXPECT_EQ(now.text("/items/1/phase"), "running");
    EXPECT_EQ(now.number("/purchases/accepted"), 1);
    EXPECT_GT(now.number("/ledger/batches"), 0);
    EXPECT_TRUE(now.body.find("\"turnstile\":{\"hold_us_p50\":") != std::string::npos) << now.body;
    EXPECT_FALSE(now.flag("/read_only"));
    EXPECT_EQ(
        shop.get("/admin/v1/live/now?activity_id=5", shop.viewer).at("/items").as_array().size(),
        0U);
    EXPECT_EQ(shop.get("/admin/v1/live/now?activity_id=x", shop.viewer).status, 400);
}

TEST(Live, StreamsOneEventASecondAndEndsSoThatTheSessionIsCheckedAgain) {
    Shop shop;
    shop.open();
    const Answered stream = shop.get("/admin/v1/live", shop.viewer);
    ASSERT_NE(stream.source, nullptr);
    EXPECT_NE(stream.headers.find("X-Accel-Buffering: no"), std::string::npos);
    std::string first;
    EXPECT_EQ(stream.source->next(first), http::Source::Next::wait);
    EXPECT_TRUE(first.starts_with(": connected\n\ndata: {")) << first;
    EXPECT_TRUE(first.ends_with("}\n\n"));
    EXPECT_EQ(stream.source->wait_ms(), 1000);
    int pieces = 1, keep_alives = 0;
    for (auto next = http::Source::Next::wait; next == http::Source::Next::wait; ++pieces) {
        std::string piece;
        next = stream.source->next(piece);
        if (piece.find(": keep-alive") != std::string::npos) ++keep_alives;
        ASSERT_LT(pieces, 10'000);
    }
    EXPECT_EQ(keep_alives, pieces / 15);
}

/// Opens activity `id` with `items` items; who is first is running, the others wait.
void open_activity(Shop& shop, std::uint32_t id, std::uint32_t items, bool runs) {
    sale::OpenActivity open;
    open.activity.id = {id};
    open.activity.starts_at =
        runs ? shop.clock.now() - base::kMinute : shop.clock.now() + base::kHour;
    open.activity.ends_at = shop.clock.now() + base::kHour + base::kHour;
    for (std::uint32_t i = 0; i < items; ++i) {
        activity::ItemTerms item;
        item.id = {id * 100 + i};
        item.activity = {id};
        item.sku = {id * 100 + i};
        item.limit_per_user = 5;
        item.unit_price = 199'900;
        item.currency = *base::parse_currency("CNY");
        item.total = 100'000;
        open.items.push_back(item);
    }
    ASSERT_EQ(shop.turnstile.pass_and_wait(open, {}).outcome, Outcome::done);
}

boost::json::object data_in(std::string_view piece) {
    const std::size_t at = piece.find("data: ") + 6;
    return boost::json::parse(piece.substr(at, piece.find("\n\n", at) - at)).as_object();
}

/// As web/console/src/merge.ts does it.
void merge(boost::json::object& known, const boost::json::object& changed) {
    for (const auto& [name, value] : changed) {
        boost::json::value& old = known[name];
        if (old.is_object() && value.is_object()) {
            merge(old.as_object(), value.as_object());
        } else if (old.is_array() && value.is_array()) {
            for (const boost::json::value& row : value.as_array())
                for (boost::json::value& one : old.as_array())
                    if (one.as_object().begin()->value() == row.as_object().begin()->value())
                        merge(one.as_object(), row.as_object());
        } else {
            old = value;
        }
    }
}

TEST(Live, AScreenTakesAtMostTwoKilobytesASecondAlsoWithAHundredActivities) {
    constexpr std::size_t kBytesASecond = 2048;  // experience.md
    constexpr std::uint32_t kSeconds = 120;
    Shop shop;
    Arrivals arrivals{1};
    shop.app->arrivals = &arrivals;
    for (std::uint32_t id = 1; id <= 100; ++id) {
        open_activity(shop, id, 2, id > 97);
        if (id <= 97) continue;
        ASSERT_TRUE(arrivals.follow({id}, shop.clock.now() - base::kMinute, shop.clock.now()));
    }
    const Answered stream = shop.get("/admin/v1/live", shop.viewer);
    ASSERT_NE(stream.source, nullptr);
    std::string piece;
    stream.source->next(piece);
    boost::json::object told = data_in(piece);
    EXPECT_EQ(told.at("activities").as_array().size(), 50U);
    std::size_t bytes = 0;
    for (std::uint32_t second = 0; second < kSeconds; ++second) {
        for (std::uint32_t n = 0; n < 20; ++n) {  // somebody buys of each, and many are refused
            const std::uint32_t id = 98 + n % 3;
            const std::string name = std::to_string(second * 20 + n);
            shop.buy(name, {id * 100 + n % 2});
            sale::Posting posting;
            posting.activity = id;
            const Arrival arrival = arrivals.arrive(0, posting, "203.0.113.7",
                                                    base::user_of("test", name), shop.clock.now());
            arrivals.count(0, arrival, n % 2 == 0 ? Outcome::accepted : Outcome::sold_out);
            for (const auto outcome : {Outcome::accepted, Outcome::sold_out, Outcome::paused,
                                       Outcome::not_started, Outcome::limit_reached})
                shop.traffic.purchase(outcome, 1'000'000 + n * 77'777);
            for (const Area area : {Area::pages, Area::reads, Area::purchases, Area::orders})
                shop.traffic.count(area);
        }
        shop.clock.advance(base::kSecond);
        piece.clear();
        stream.source->next(piece);
        bytes += piece.size();
        EXPECT_NE(piece.find("event: change\n"), std::string::npos);
        merge(told, data_in(piece));
    }
    EXPECT_LE(bytes / kSeconds, kBytesASecond);
    const boost::json::value now =
        boost::json::parse(shop.get("/admin/v1/live/now", shop.viewer).body);
    for (const char* part : {"now_ms", "activities", "items", "purchases", "refused_by_gate"})
        EXPECT_EQ(told.at(part), now.at(part)) << part;
    EXPECT_EQ(told.at("requests").at("purchases"), now.at("requests").at("purchases"));

    open_activity(shop, 101, 1, true);  // other rows: all of it is told again
    piece.clear();
    stream.source->next(piece);
    EXPECT_EQ(piece.find("event: change"), std::string::npos);
    EXPECT_EQ(data_in(piece).at("activities").at(0).at("activity_id"), "101");
}

TEST(Live, ADifferenceHasWhatChangedAndNothingElse) {
    const auto changed = [](const char* before, const char* after) -> std::string {
        const auto found = difference(boost::json::parse(before).as_object(),
                                      boost::json::parse(after).as_object());
        return found ? boost::json::serialize(*found) : "all";
    };
    EXPECT_EQ(changed(R"({"a":1,"b":{"c":2,"d":3}})", R"({"a":1,"b":{"c":2,"d":4},"e":5})"),
              R"({"b":{"d":4},"e":5})");
    EXPECT_EQ(changed(R"({"a":1})", R"({"a":1})"), "{}");
    EXPECT_EQ(changed(R"({"l":[{"id":1,"n":2},{"id":2,"n":2}]})",
                      R"({"l":[{"id":1,"n":2},{"id":2,"n":3}]})"),
              R"({"l":[{"id":2,"n":3}]})");
    EXPECT_EQ(changed(R"({"a":1,"b":2})", R"({"a":1})"), "all") << "a member is gone";
    EXPECT_EQ(changed(R"({"b":{"c":1}})", R"({"b":{}})"), "all");
    EXPECT_EQ(changed(R"({"l":[{"id":1}]})", R"({"l":[{"id":2}]})"), "all") << "another row";
    EXPECT_EQ(changed(R"({"l":[{"id":1}]})", R"({"l":[{"id":1},{"id":2}]})"), "all");
    EXPECT_EQ(changed(R"({"l":[1,2]})", R"({"l":[1,3]})"), "all") << "no rows";
}

TEST(Health, SaysWhyItIsNotReady) {
    Shop shop;
    const auto status = [&](const char* path) {
        return shop.ask(http::Method::get, path, nullptr).status;
    };
    EXPECT_EQ(status("/readyz"), 200);
    EXPECT_EQ(status("/startupz"), 200);
    std::string why = "starting";
    shop.app->not_ready = [&] { return why; };
    EXPECT_EQ(status("/readyz"), 503);
    EXPECT_EQ(status("/startupz"), 503);
    EXPECT_EQ(status("/livez"), 200);
    why = "draining";
    EXPECT_EQ(status("/startupz"), 200);
    EXPECT_EQ(shop.ask(http::Method::get, "/readyz", nullptr).text("/reasons/0"), "draining");
    why = "";
    EXPECT_EQ(status("/readyz"), 200);
    EXPECT_FALSE(shop.ask(http::Method::get, "/version", nullptr).text("/version").empty());
}

TEST(Health, AFailedLedgerIsNotReadyButAlive) {
    Shop shop;
    shop.open();
    shop.ledger.fail_commit(1, adapter::MemoryLedger::Leaves::nothing);
    EXPECT_EQ(shop.buy("an", {1}).outcome, Outcome::read_only);
    const Answered ready = shop.ask(http::Method::get, "/readyz", nullptr);
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.headers.find("Retry-After: "), std::string::npos);
    EXPECT_TRUE(ready.text("/reasons/0").starts_with("read_only")) << ready.body;
    EXPECT_EQ(shop.ask(http::Method::get, "/livez", nullptr).status, 200);
    EXPECT_EQ(shop.get("/admin/v1/live/now", shop.viewer).flag("/read_only"), true);
    EXPECT_EQ(shop.step("pause", shop.seller, R"({"reason":"disk"})").text("/code"), "read_only");
}

TEST(MetricsPage, CountsOutcomesUnitsAndTheResidual) {
    Shop shop;
    shop.open();
    shop.buy("an", {1}, 2);
    shop.traffic.purchase(Outcome::sold_out, 1000);
    shop.app->server_counts = [] {
        return std::vector<std::pair<std::string, http::Server::Counts>>{
            {"public", {.accepted = 7}}};
    };
    const base::Heartbeat door("public door 0");
    base::Watchdog dog(1000);
    dog.watch(door);
    shop.app->watchdog = &dog;
    const std::string page = shop.ask(http::Method::get, "/metrics", nullptr).body;
    for (const char* line :
         {"sluice_turnstile_hold_seconds_bucket{by=\"event\",le=\"1e-06\"} ",
          "sluice_turnstile_hold_part_seconds{by=\"look\",part=\"0.99\"} ",
          "sluice_turnstile_wait_seconds_count ", "sluice_ledger_commit_seconds_count 2",
          "sluice_ledger_batch_records_sum 5", "sluice_thread_stalled{thread=\"public door 0\"} 0",
          "sluice_thread_stalls_total 0", "sluice_purchases_total{outcome=\"sold_out\"} 1",
          "sluice_item_units{item=\"1\",state=\"reserved\"} 2",
          "sluice_item_residual{item=\"1\"} 0", "sluice_residual_sum 0", "sluice_read_only 0",
          "sluice_http_connections_total{server=\"public\"} 7"})
        EXPECT_NE(page.find(line), std::string::npos) << line << " in\n" << page;
}

TEST(ConsolePage, IsTheSameAtEveryPageAndAllowsOnlyFilesOfItsOwn) {
    Shop shop;
    const std::string body = shop.ask(http::Method::get, "/admin", nullptr).body;
    EXPECT_NE(body.find("<script type=\"module\""), std::string::npos);
    for (const char* path : {"/admin/setup", "/admin/activities/7", "/admin/activities/7/edit"}) {
        const Answered page = shop.ask(http::Method::get, path, nullptr);
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_EQ(page.body, body) << path;
        EXPECT_NE(page.headers.find("script-src 'self';"), std::string::npos);
        EXPECT_NE(page.headers.find("Cache-Control: no-store"), std::string::npos);
        EXPECT_EQ(page.headers.find("unsafe"), std::string::npos);
    }
}

TEST(ConsolePage, LeavesUnknownAddressesOfTheApiAlone) {
    Shop shop;
    for (const char* path : {"/admin/v1", "/admin/v1/nothing", "/admin/v1/nothing/7",
                             "/admin/assets", "/admin/assets/none.js", "/admin/a/b/c/d"})
        EXPECT_EQ(shop.ask(http::Method::get, path, nullptr).status, 404) << path;
}

TEST(ConsolePage, ItsFilesAreKeptForEverAndCompressedForWhoTakesThat) {
    Shop shop;
    const std::string page = shop.ask(http::Method::get, "/admin", nullptr).body;
    const std::size_t at = page.find("/admin/assets/index-");
    ASSERT_NE(at, std::string::npos);
    const std::string path = page.substr(at, page.find('"', at) - at);
    const Answered plain = shop.ask(http::Method::get, path, nullptr);
    EXPECT_EQ(plain.status, 200);
    EXPECT_NE(plain.headers.find("max-age=31536000, immutable"), std::string::npos);
    EXPECT_EQ(plain.headers.find("Content-Encoding"), std::string::npos);
    const auto ask = [&](const char* encodings) {
        return shop.ask(http::Method::get, path, nullptr, "",
                        {.if_match = {}, .accept_encoding = encodings});
    };
    for (const char* yes : {"gzip", "br, gzip", "gzip;q=0.5, br", "GZIP", "x-gzip", "br, *"}) {
        const Answered packed = ask(yes);
        EXPECT_NE(packed.headers.find("Content-Encoding: gzip"), std::string::npos) << yes;
        EXPECT_LT(packed.body.size(), plain.body.size()) << yes;
        EXPECT_NE(packed.headers.find("-gzip\"\r\n"), std::string::npos)
            << "other bytes, other ETag";
    }
    for (const char* no : {"", "br", "gzip;q=0", "gzip; q=0.0", "xgzip", "gzip;q=0, *"})
        EXPECT_EQ(ask(no).body, plain.body) << no;
    const std::size_t tag = plain.headers.find("ETag: ") + 6;
    const std::string etag = plain.headers.substr(tag, plain.headers.find('\r', tag) - tag);
    const Answered known =
        shop.ask(http::Method::get, path, nullptr, "", {.if_match = {}, .if_none_match = etag});
    EXPECT_EQ(known.status, 304);
    EXPECT_EQ(known.body, "");
}

}  // namespace
}  // namespace sluice::api::admin
