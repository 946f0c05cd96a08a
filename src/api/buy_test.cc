// SPDX-License-Identifier: Apache-2.0
#include "api/buy.h"

#include <gtest/gtest.h>

#include "api/fakes_test.h"

namespace sluice::api {
namespace {

using sale::Outcome;

constexpr std::string_view kOneUnit = R"({"quantity":1})";

TEST(Buy, AcceptedPurchaseIsAnOrderThatCanBeRead) {
    Stand stand;
    stand.start_sale();
    const Reply bought = stand.buy("ann", "k1", Stand::kOpenItem, R"({"quantity":2})");
    ASSERT_EQ(bought.status, 201) << bought.body;
    EXPECT_EQ(bought.text("state"), "pending");
    EXPECT_EQ(bought.text("title"), "Item \"1\"");
    EXPECT_EQ(bought.json().at("total"), boost::json::parse(R"({"amount":3998,"currency":"CNY"})"));
    EXPECT_EQ(bought.header("location"), "/v1/orders/" + bought.text("id"));
    EXPECT_EQ(bought.header("cache-control"), "no-store");
    EXPECT_EQ(bought.header("idempotency-replayed"), "");
    const Reply read = stand.get(bought.header("location"), stand.signed_in("ann"));
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body, bought.body);
    EXPECT_EQ(stand.traffic.counts().of(Outcome::accepted), 1U);
    EXPECT_EQ(stand.traffic.accepted().count(), 1U);
    EXPECT_GT(stand.traffic.accepted().max_ns(), 0);
}

TEST(Buy, TheSameKeyGivesTheSameOrderAndAnotherBodyIsRefused) {
    Stand stand;
    stand.start_sale();
    const Reply first = stand.buy("ann", "k1");
    const Reply again = stand.buy("ann", "k1");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    const Reply other = stand.buy("ann", "k1", Stand::kOpenItem, R"({"quantity":2})");
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.code(), "duplicate_key_mismatch");
    const Reply stranger = stand.buy("bob", "k1");
    EXPECT_EQ(stranger.status, 201) << "a key belongs to its user";
    EXPECT_NE(stranger.text("id"), first.text("id"));
}

TEST(Buy, WinnerWhoRetriesAfterTheStockIsGoneGetsTheOrderAgain) {
    Stand stand;
    stand.start_sale();
    const Reply won = stand.buy("ann", "k1", Stand::kLastItem);
    ASSERT_EQ(won.status, 201);
    const Reply again = stand.buy("ann", "k1", Stand::kLastItem);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.text("id"), won.text("id"));
    const Reply late = stand.buy("bob", "k1", Stand::kLastItem);
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(late.code(), "sold_out");
    EXPECT_EQ(stand.gates.refusals(guard::Gate::sold_out), 1U);
    stand.clock.advance(base::kHour);
    stand.expire_due();
    EXPECT_EQ(stand.buy("ann", "k1", Stand::kLastItem).text("id"), won.text("id"));
    EXPECT_EQ(stand.buy("ann", "k2", Stand::kLastItem).code(), "ended");
}

TEST(Buy, EachGateHasItsRefusal) {
    Stand stand;
    EXPECT_EQ(stand.buy("ann", "k1").code(), "not_started");
    EXPECT_EQ(stand.gates.refusals(guard::Gate::window), 1U);
    stand.start_sale();
    EXPECT_EQ(stand.buy("ann", "k1", {99}).status, 404);
    EXPECT_EQ(stand.post("/v1/items/x/orders", stand.signed_in("ann"), kOneUnit).status, 404);

    const Reply stranger =
        stand.post("/v1/items/1/orders", header("Idempotency-Key", "k1"), kOneUnit);
    EXPECT_EQ(stranger.status, 401);
    EXPECT_EQ(stranger.code(), "unauthorized");
    EXPECT_EQ(stranger.header("www-authenticate"), "Bearer");
    const Reply forged = stand.post(
        "/v1/items/1/orders",
        header("Authorization", "Bearer " + std::string(64, 'A')) + header("Idempotency-Key", "k"),
        kOneUnit);
    EXPECT_EQ(forged.status, 401);
    EXPECT_EQ(stand.gates.refusals(guard::Gate::token), 2U);

    guard::RiskEntry blocked;
    blocked.id = 1;
    blocked.value = base::to_text(stand.user("mallory"));
    stand.gates.load({blocked}, {});
    const Reply refused = stand.buy("mallory", "k1");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "blocked");
    EXPECT_EQ(stand.buy("ann", "k1").status, 201);
    EXPECT_EQ(stand.buy("ann", "k2").status, 201);
    EXPECT_EQ(stand.buy("ann", "k3").code(), "limit_reached");

    stand.turnstile.stop_purchases(true);
    const Reply stopped = stand.buy("bob", "k1");
    EXPECT_EQ(stopped.status, 503);
    EXPECT_EQ(stopped.code(), "stopped");
    EXPECT_NE(stopped.header("retry-after"), "");
    EXPECT_EQ(stand.traffic.counts().of(Outcome::stopped), 1U);
    EXPECT_EQ(stand.traffic.counts().of(Outcome::limit_reached), 1U);
}

TEST(Buy, OfSeveralGatesTheCheapestRefuses) {
    StandOptions options;
    options.gates.user_rate = {0.001, 1};
    Stand stand(options);
    guard::RiskEntry blocked;
    blocked.id = 1;
    blocked.value = base::to_text(stand.user("mallory"));
    stand.gates.load({blocked}, {});
    const std::string mallory = stand.signed_in("mallory");
    constexpr std::string_view kAddress = "/v1/items/1/orders";
    // Each attempt has a broken body and no key, and is refused before they are looked at.
    EXPECT_EQ(stand.post(kAddress, "", "{").code(), "not_started") << "the window, then the token";
    stand.start_sale();
    ASSERT_EQ(stand.buy("bob", "k1", Stand::kLastItem).status, 201);
    EXPECT_EQ(stand.post("/v1/items/3/orders", "", "{").code(), "sold_out") << "then the token";
    EXPECT_EQ(stand.post(kAddress, "", "{").code(), "unauthorized") << "the token, then the rest";
    EXPECT_EQ(stand.post(kAddress, mallory, "{").code(), "blocked") << "the lists, then the body";
    EXPECT_EQ(stand.post(kAddress, mallory, "{").code(), "too_fast") << "the rate, then the lists";
    EXPECT_EQ(stand.buy("ann", "").code(), "invalid") << "the key, then limit and stock";
}

TEST(Buy, TooManyAttemptsOfOneUserAreTooFast) {
    StandOptions options;
    options.gates.user_rate = {0.001, 3};
    Stand stand(options);
    stand.start_sale();
    for (int i = 0; i < 3; ++i) EXPECT_NE(stand.buy("ann", "k1").status, 429) << i;
    const Reply fast = stand.buy("ann", "k1");
    EXPECT_EQ(fast.status, 429);
    EXPECT_EQ(fast.code(), "too_fast");
    EXPECT_NE(fast.header("retry-after"), "");
    EXPECT_EQ(stand.buy("bob", "k1").status, 201);
    EXPECT_EQ(stand.gates.refusals(guard::Gate::user_rate), 1U);
}

TEST(Buy, MorePurchasesThanTheMachineBearsAreBusy) {
    StandOptions options;
    options.gates.purchase_rate = {0.001, 2};
    Stand stand(options);
    // What is refused before the sale does not count.
    EXPECT_EQ(stand.buy("ann", "k1").code(), "not_started");
    stand.start_sale();
    EXPECT_EQ(stand.buy("ann", "").code(), "invalid");
    const Reply won = stand.buy("ann", "k1", Stand::kLastItem);
    ASSERT_EQ(won.status, 201);
    EXPECT_EQ(stand.buy("bob", "k1", Stand::kLastItem).code(), "sold_out");
    EXPECT_EQ(stand.buy("bob", "k1").status, 201);

    const Reply busy = stand.buy("eve", "k1");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.code(), "busy");
    EXPECT_NE(busy.header("retry-after"), "");
    EXPECT_EQ(stand.gates.refusals(guard::Gate::purchase_rate), 1U);
    EXPECT_EQ(stand.traffic.counts().of(Outcome::busy), 1U);
    EXPECT_EQ(stand.buy("bob", "k2").code(), "busy") << "an order gives no right to another";

    // A winner who retries has the order already: nobody is too busy to say so.
    for (int i = 0; i < 3; ++i) {
        const Reply again = stand.buy("ann", "k1", Stand::kLastItem);
        EXPECT_EQ(again.status, 201) << again.body;
        EXPECT_EQ(again.text("id"), won.text("id"));
    }
    stand.clock.advance(base::Duration{1'000'000});
    EXPECT_EQ(stand.buy("eve", "k1").status, 201) << "the refusal bound the key to nothing";
}

TEST(Buy, BadInputIsNamedAndBuysNothing) {
    Stand stand;
    stand.start_sale();
    const struct {
        const char* body;
        const char* says;
    } rows[] = {
        {"", "empty"},
        {"quantity=1", "not JSON"},
        {"[1]", "object"},
        {"{}", "/quantity"},
        {R"({"quantity":0})", "from 1 to 1000"},
        {R"({"quantity":-1})", "from 1 to 1000"},
        {R"({"quantity":1001})", "from 1 to 1000"},
        {R"({"quantity":99999999999999999999})", "from 1 to 1000"},
        {R"({"quantity":1.5})", "whole number"},
        {R"({"quantity":"1"})", "whole number"},
        {R"({"quantity":null})", "/quantity"},
        {R"({"quantity":1,"user":"ann"})", "/user"},
        {R"({"quantity":2,"quantity":1})", "/quantity twice"},
        {R"({"quantity":1,"quantit\u0079":1})", "/quantity twice"},
    };
    for (const auto& row : rows) {
        const Reply reply = stand.buy("ann", "k1", Stand::kOpenItem, row.body);
        EXPECT_EQ(reply.status, 400) << row.body;
        EXPECT_EQ(reply.code(), "invalid") << row.body;
        EXPECT_NE(reply.body.find(row.says), std::string::npos) << row.body << ": " << reply.body;
    }
    const Reply long_body = stand.buy("ann", "k1", Stand::kOpenItem, std::string(2000, ' '));
    EXPECT_EQ(long_body.status, 413);
    EXPECT_EQ(stand.sale_.orders().all().size(), 0U);
}

TEST(Buy, EveryPurchaseNeedsAKey) {
    Stand stand;
    stand.start_sale();
    const Reply missing = stand.post("/v1/items/1/orders", stand.signed_in("ann"), kOneUnit);
    EXPECT_EQ(missing.status, 400);
    EXPECT_NE(missing.body.find("header Idempotency-Key"), std::string::npos);
    EXPECT_EQ(stand.buy("ann", std::string(65, 'k')).status, 400);
    EXPECT_EQ(stand.buy("ann", "two words").status, 400);
    EXPECT_EQ(stand.buy("ann", std::string(64, 'k')).status, 201);
}

TEST(Buy, TheOpenAddressOfATicketItemIsNotThere) {
    Stand stand;
    stand.start_sale();
    const Reply reply = stand.buy("ann", "k1", Stand::kTicketItem);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.code(), "ticket_required");
}

TEST(Buy, ATicketOpensTheHiddenAddressOnce) {
    Stand stand;
    const std::string ann = stand.signed_in("ann");
    EXPECT_EQ(stand.post("/v1/items/2/tickets", ann).code(), "not_started");
    stand.start_sale();
    EXPECT_EQ(stand.post("/v1/items/2/tickets").status, 401);
    EXPECT_EQ(stand.post("/v1/items/1/tickets", ann).status, 404);
    EXPECT_EQ(stand.post("/v1/items/2/tickets", ann, R"({"answer":1})").status, 400);
    EXPECT_EQ(stand.post("/v1/items/2/challenge", ann).status, 404);
    const Reply ticket = stand.post("/v1/items/2/tickets", ann, "{}");
    ASSERT_EQ(ticket.status, 201) << ticket.body;
    const std::string buy_url = ticket.text("buy_url");
    ASSERT_TRUE(buy_url.starts_with("/v1/tickets/"));

    const auto key = header("Idempotency-Key", "k1");
    EXPECT_EQ(stand.post(buy_url, stand.signed_in("bob") + key, kOneUnit).code(), "ticket_invalid")
        << "bound to its user";
    EXPECT_EQ(stand.post(buy_url, key, kOneUnit).status, 401);
    const Reply bought = stand.post(buy_url, ann + key, kOneUnit);
    EXPECT_EQ(bought.status, 201) << bought.body;
    EXPECT_EQ(bought.text("item_id"), "2");
    EXPECT_EQ(stand.post(buy_url, ann + header("Idempotency-Key", "k2"), kOneUnit).code(),
              "ticket_invalid")
        << "single use";
    EXPECT_EQ(stand.post("/v1/tickets/xyz/orders", ann + key, kOneUnit).status, 403);
}

TEST(Buy, AnExpiredTicketBuysNothingButShowsTheOrderThatItMade) {
    Stand stand;
    stand.start_sale();
    const std::string ann = stand.signed_in("ann");
    const std::string used = stand.post("/v1/items/2/tickets", ann).text("buy_url");
    const std::string unused_url = stand.post("/v1/items/2/tickets", ann).text("buy_url");
    const auto key = header("Idempotency-Key", "k1");
    const Reply bought = stand.post(used, ann + key, kOneUnit);
    ASSERT_EQ(bought.status, 201);
    stand.clock.advance(stand.app->options.ticket_age);
    EXPECT_EQ(stand.post(used, ann + key, kOneUnit).text("id"), bought.text("id"));
    const Reply late = stand.post(unused_url, ann + header("Idempotency-Key", "k2"), kOneUnit);
    EXPECT_EQ(late.status, 403);
    EXPECT_EQ(late.code(), "ticket_invalid");
}

TEST(Buy, AFailedLedgerIsToldAndNothingIsSold) {
    Stand stand;
    stand.start_sale();
    stand.ledger.fail_commit(1, adapter::MemoryLedger::Leaves::nothing);
    const Reply failed = stand.buy("ann", "k1");
    EXPECT_EQ(failed.status, 503);
    EXPECT_EQ(failed.code(), "read_only");
    EXPECT_EQ(stand.buy("bob", "k1").status, 503);
    EXPECT_EQ(stand.get("/v1/time").status, 200) << "reads go on";
}

TEST(Buy, PastTheMostThatMayWaitItIsBusyAtOnce) {
    StandOptions options;
    options.api.sale_answers_max = 0;
    Stand stand(options);
    stand.start_sale();
    const Reply busy = stand.buy("ann", "k1");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.code(), "busy");
    EXPECT_EQ(stand.sale_.orders().all().size(), 0U);
}

TEST(Buy, PlacesAreUsedAgain) {
    StandOptions options;
    options.api.sale_answers_max = 1;
    Stand stand(options);
    stand.start_sale();
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(stand.buy("user" + std::to_string(i), "k").status, 201) << i;
}

TEST(Buy, ManyConnectionsGetExactlyTheUnitsThatThereAre) {
    Stand stand;
    stand.start_sale();
    constexpr int kBuyers = 40;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < kBuyers; ++i) {
        clients.push_back(std::make_unique<Client>(stand.server->port()));
        clients.back()->send("POST /v1/items/1/orders HTTP/1.1\r\nHost: shop.example\r\n" +
                             stand.signed_in("user" + std::to_string(i)) +
                             header("Idempotency-Key", "k") + header("Content-Length", "14") +
                             header("Content-Type", "application/json") + "\r\n" +
                             std::string(kOneUnit));
    }
    int accepted = 0, sold_out = 0;
    for (const auto& client : clients) {
        const Reply reply = client->receive();
        accepted += reply.status == 201 ? 1 : 0;
        sold_out += reply.status == 409 && reply.code() == "sold_out" ? 1 : 0;
    }
    EXPECT_EQ(accepted, 10);
    EXPECT_EQ(sold_out, kBuyers - 10);
    EXPECT_EQ(stand.ledger.records().size(), 4U + 10U);
}

}  // namespace
}  // namespace sluice::api
