// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "api/admin/shop_test.h"

namespace sluice::api::admin {
namespace {

using sale::Outcome;

std::string path_of(const order::Order& order, std::string_view step = "") {
    return "/admin/v1/orders/" + base::to_text(order.id) + std::string(step);
}

TEST(Orders, AreListedNewestFirstInParts) {
    Shop shop;
    shop.open();
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(
            base::to_text(shop.buy("user" + std::to_string(i), {i % 2 == 0 ? 1U : 2U}).order.id));
    std::vector<std::string> seen;
    std::string cursor;
    for (int parts = 0; parts < 10; ++parts) {
        const Answered part = shop.get("/admin/v1/orders?limit=2&cursor=" + cursor, shop.support);
        ASSERT_EQ(part.status, 200) << part.body;
        const boost::json::value rows = part.at("/orders");
        for (const auto& row : rows.as_array()) seen.emplace_back(row.at("id").as_string());
        cursor = part.text("/next_cursor");
        if (cursor.empty()) break;
    }
    std::ranges::reverse(seen);
    EXPECT_EQ(seen, ids);
    EXPECT_EQ(shop.get("/admin/v1/orders?item_id=2", shop.support).at("/orders").as_array().size(),
              2U);
    EXPECT_EQ(shop.get("/admin/v1/orders?state=paid", shop.support).at("/orders").as_array().size(),
              0U);
    for (const char* bad :
         {"item_id=x", "state=lost", "user_id=an", "limit=0", "limit=100000", "cursor=-1"})
        EXPECT_EQ(shop.get("/admin/v1/orders?" + std::string(bad), shop.support).status, 400)
            << bad;
    EXPECT_EQ(
        shop.get("/admin/v1/orders?activity_id=1", shop.support).at("/orders").as_array().size(),
        5U);
    EXPECT_EQ(
        shop.get("/admin/v1/orders?activity_id=2", shop.support).at("/orders").as_array().size(),
        0U);
    EXPECT_EQ(shop.get("/admin/v1/orders?activity_id=x", shop.support).status, 400);
}

TEST(Orders, ShowTheCustomerOnlyToWhoMaySee) {
    Shop shop;
    shop.open();
    const order::Order order = shop.buy("an", {1}).order;
    shop.buy("bo", {1});
    const std::string user = base::to_text(base::user_of("test", "an"));
    EXPECT_EQ(shop.get(path_of(order), shop.support).text("/order/user_id"), user);
    for (const Badge* who : {&shop.viewer, &shop.reviewer}) {
        EXPECT_EQ(shop.get(path_of(order), *who).text("/order/user_id"), "masked");
        EXPECT_EQ(shop.get("/admin/v1/orders", *who).body.find(user), std::string::npos);
        EXPECT_EQ(shop.get("/admin/v1/orders?user_id=" + user, *who).status, 403);
    }
    const Answered mine = shop.get("/admin/v1/orders?user_id=" + user, shop.support);
    ASSERT_EQ(mine.at("/orders").as_array().size(), 1U);
    EXPECT_EQ(mine.text("/orders/0/id"), base::to_text(order.id));
    EXPECT_EQ(shop.get("/admin/v1/orders/77", shop.support).status, 404);
}

TEST(Orders, AreCancelledRefundedAndMarkedAsPaidWithAReason) {
    Shop shop;
    shop.open();
    const order::Order cancelled = shop.buy("an", {1}).order;
    const order::Order refunded = shop.buy("bo", {1}).order;
    const order::Order marked = shop.buy("cy", {1}, 2).order;
    EXPECT_EQ(shop.post(path_of(cancelled, "/cancel"), shop.support).status, 400);
    const Answered done =
        shop.post(path_of(cancelled, "/cancel"), shop.support, R"({"reason":"asked to"})");
    EXPECT_EQ(done.text("/order/state"), "cancelled");
    EXPECT_EQ(shop.last_audit().action, "order.cancel");
    EXPECT_EQ(shop.last_audit().subject, "order/" + base::to_text(cancelled.id));

    const std::string refund = R"({"reason":"broken","returns_units":false})";
    EXPECT_EQ(shop.post(path_of(refunded, "/refund"), shop.support, refund).text("/code"),
              "not_paid");
    shop.pay(refunded);
    const Answered back = shop.post(path_of(refunded, "/refund"), shop.support, refund);
    EXPECT_EQ(back.text("/order/state"), "refunded");
    EXPECT_EQ(back.text("/payments/0/state"), "refund_due");
    EXPECT_NE(back.body.find("order.refund"), std::string::npos);  // in its timeline
    EXPECT_NE(back.body.find("payment_opened"), std::string::npos);

    const Answered paid = shop.post(path_of(marked, "/mark-paid"), shop.support,
                                    R"({"reason":"paid in the shop","quantity":1})");
    EXPECT_EQ(paid.text("/order/state"), "paid");
    EXPECT_EQ(paid.number("/order/quantity"), 1);
    const Answered item = shop.get("/admin/v1/items/1", shop.viewer);
    EXPECT_EQ(item.number("/sold"), 2);  // one kept by the refund, one marked
    EXPECT_EQ(item.number("/available"), 8);
    EXPECT_EQ(shop.post(path_of(cancelled, "/mark-paid"), shop.support, R"({"reason":"x"})").status,
              409);
}

TEST(Orders, AreFoundByIdOrByTheNameOfACustomer) {
    Shop shop;
    shop.open();
    const auto built_in = base::user_of("sluice", "an");
    const auto of_shop = base::user_of("shop.example", "An");
    const auto buy_as = [&](base::UserId user, const char* key) {
        return shop.turnstile
            .pass_and_wait(sale::Buy{.user = user,
                                     .key = sale::purchase_key(user, key),
                                     .item = {1},
                                     .quantity = 1,
                                     .ticket = 0})
            .order;
    };
    const order::Order first = buy_as(built_in, "1");
    const order::Order second = buy_as(of_shop, "2");
    const auto found = [&](const std::string& query, const Badge& who) {
        const Answered answer = shop.get("/admin/v1/orders?q=" + query, who);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer.at("/orders").as_array().size() == 1 ? answer.text("/orders/0/id")
                                                           : std::string("not one");
    };
    EXPECT_EQ(found(base::to_text(first.id), shop.viewer), base::to_text(first.id));
    EXPECT_EQ(found(base::to_text(first.id) + "&item_id=2", shop.viewer), "not one");
    EXPECT_EQ(found("AN", shop.support), base::to_text(first.id));  // accounts are in lower case
    EXPECT_EQ(found("bo", shop.support), "not one");
    shop.app->options.shop_issuer = "shop.example";
    EXPECT_EQ(found("an", shop.support), base::to_text(first.id));
    shop.turnstile.look(
        [&](const sale::Sale& sale) { EXPECT_NE(sale.orders().latest_of(of_shop), nullptr); });
    EXPECT_EQ(found(base::to_text(second.id), shop.support), base::to_text(second.id));
    for (const char* bad : {"q=a%0Ab", "q=an&user_id=00000000000000000000000000000001"})
        EXPECT_EQ(shop.get("/admin/v1/orders?" + std::string(bad), shop.support).status, 400);
    EXPECT_EQ(shop.get("/admin/v1/orders?q=" + std::string(201, 'a'), shop.support).status, 400);
    EXPECT_EQ(shop.get("/admin/v1/orders?q=an", shop.viewer).status, 403);
    EXPECT_EQ(shop.get("/admin/v1/orders?q=77", shop.viewer).status, 403);  // so it is a name
}

TEST(Timeline, HasEveryRecordOfTheOrderAndWhoDidIt) {
    Shop shop;
    shop.open();
    const order::Order order = shop.buy("an", {1}).order;
    shop.buy("bo", {1});
    shop.clock.advance(base::kSecond);
    shop.pay(order);
    shop.clock.advance(base::kSecond);
    ASSERT_EQ(shop.post(path_of(order, "/refund"), shop.support, R"({"reason":"broken"})").status,
              200);
    const Answered answer = shop.get(path_of(order, "/timeline"), shop.viewer);
    ASSERT_EQ(answer.status, 200) << answer.body;
    std::string events;
    std::int64_t last_seq = 0;
    const boost::json::value list = answer.at("/events");
    for (const auto& event : list.as_array()) {
        events += std::string(event.at("event").as_string()) + "/" +
                  std::string(event.at("actor").as_string()) + " ";
        EXPECT_GT(event.at("seq").as_int64(), last_seq);
        last_seq = event.at("seq").as_int64();
    }
    EXPECT_EQ(events,
              "order_created/customer payment_opened/customer order_paid/provider "
              "order_refunded/operator refund_due/system ")
        << answer.body;
    EXPECT_EQ(answer.number("/events/0/quantity"), 1);
    EXPECT_EQ(answer.number("/events/1/money/amount"), 1999);
    EXPECT_EQ(answer.text("/events/3/actor_name"), "support");
    EXPECT_EQ(answer.text("/events/3/reason"), "broken");
    EXPECT_EQ(shop.get("/admin/v1/orders/77/timeline", shop.viewer).status, 404);
}

TEST(Timeline, SaysThatUnitsGoBackOnlyIfTheOrderHeldThem) {
    Shop shop;
    shop.open();
    const auto ends = [&](const order::Order& order) {
        std::string told;
        const Answered answer = shop.get(path_of(order, "/timeline"), shop.viewer);
        const boost::json::value list = answer.at("/events");
        for (const auto& event : list.as_array())
            if (const auto* back = event.as_object().if_contains("returns_units"))
                told += std::string(event.at("event").as_string()) + (back->as_bool() ? "+" : "-");
        return told;
    };
    const order::Order cancelled = shop.buy("an", {3}).order;
    const order::Order refunded = shop.buy("bo", {3}).order;
    shop.pay(refunded);
    const std::string reason = R"({"reason":"broken"})";
    ASSERT_EQ(shop.post(path_of(cancelled, "/cancel"), shop.support, reason).status, 200);
    ASSERT_EQ(shop.post(path_of(refunded, "/refund"), shop.support, reason).status, 200);
    EXPECT_EQ(ends(cancelled), "") << "it waited for its payment to take a unit";
    EXPECT_EQ(ends(refunded), "order_refunded+");
}

std::string read_all(Answered& answer) {
    std::string all;
    for (int pieces = 0; pieces < 1000; ++pieces) {
        std::string piece;
        const auto next = answer.source->next(piece);
        all += piece;
        if (next == http::Source::Next::end) return all;
    }
    ADD_FAILURE() << "the export does not end";
    return all;
}

TEST(Export, HasWhatTheListWasFilteredBy) {
    Shop shop;
    shop.open();
    const std::string first = base::to_text(shop.buy("an", {1}).order.id);
    const std::string pending = base::to_text(shop.buy("an", {2}).order.id);
    const std::string other = base::to_text(shop.buy("bo", {1}).order.id);
    shop.pay(shop.buy("cy", {1}).order);
    const auto exported = [&](const std::string& query) {
        Answered answer = shop.get("/admin/v1/orders/export?" + query, shop.support);
        EXPECT_EQ(answer.status, 200) << query;
        return read_all(answer);
    };
    const std::string user = base::to_text(base::user_of("test", "an"));
    const std::string own = exported("user_id=" + user + "&state=pending");
    EXPECT_NE(own.find(first), std::string::npos);
    EXPECT_NE(own.find(pending), std::string::npos);
    EXPECT_EQ(own.find(other), std::string::npos);
    EXPECT_NE(shop.last_audit().after.find(user), std::string::npos);
    const std::string settled = exported("activity_id=1&state=paid");
    EXPECT_EQ(settled.find(pending), std::string::npos);
    EXPECT_EQ(std::ranges::count(settled, '\n'), 2);
    EXPECT_EQ(std::ranges::count(exported("activity_id=2"), '\n'), 1);
    EXPECT_EQ(shop.get("/admin/v1/orders/export?state=lost", shop.support).status, 400);
}

TEST(Export, HasEveryOrderOfTheItemAndIsAudited) {
    Shop shop;
    shop.open();
    const order::Order first = shop.buy("an", {1}).order;
    shop.buy("an", {2});
    const order::Order second = shop.buy("bo", {1}, 2).order;
    shop.pay(second);
    Answered answer = shop.get("/admin/v1/orders/export?item_id=1", shop.support);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(shop.last_audit().action, "orders.export");
    EXPECT_EQ(shop.last_audit().subject, "item/1");
    shop.buy("late", {1});  // after the start of the export
    const std::string csv = read_all(answer);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
    EXPECT_TRUE(csv.starts_with("order_id,item_id,user_id,quantity,unit_price,amount,currency,"));
    const std::string line = base::to_text(first.id) + ",1," +
                             base::to_text(base::user_of("test", "an")) +
                             ",1,1999,1999,CNY,pending,";
    EXPECT_NE(csv.find("\r\n" + line), std::string::npos) << csv;
    EXPECT_NE(csv.find(",2,1999,3998,CNY,paid,"), std::string::npos) << csv;
    EXPECT_EQ(shop.get("/admin/v1/orders/export?item_id=9", shop.support).status, 404);
}

TEST(Export, GoesOnWhereASliceEnded) {
    Shop shop;
    shop.add_product(1);
    ASSERT_EQ(shop.post("/admin/v1/activities", shop.seller,
                        shop.activity_json(shop.item_json(1, "reserve", 2000, 0)))
                  .status,
              201);
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    ASSERT_EQ(shop.step("approve", shop.reviewer).status, 200);
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    shop.clock.advance(base::kMinute);
    for (int i = 0; i < 1203; ++i) ASSERT_EQ(shop.buy("an", {1}).outcome, Outcome::accepted);
    Answered answer = shop.get("/admin/v1/orders/export", shop.support);
    const std::string csv = read_all(answer);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 1204);
    EXPECT_EQ(shop.get("/admin/v1/reconcile", shop.viewer).number("/orders_read"), 1203);
}

TEST(Reconcile, FindsNothingWrongAfterASmallSaleOfEveryPolicy) {
    Shop shop;
    shop.open();
    for (std::uint32_t item = 1; item <= 3; ++item) {
        const order::Order paid = shop.buy("paid", {item}, 2).order;
        shop.pay(paid);
        const order::Order kept = shop.buy("kept", {item}).order;
        shop.pay(kept);
        const order::Order returned = shop.buy("returned", {item}).order;
        shop.pay(returned);
        shop.buy("pending", {item}, 2);
        const order::Order gone = shop.buy("gone", {item}).order;
        EXPECT_EQ(shop.buy("paid", {item}).outcome, Outcome::limit_reached);
        const std::string reason = R"({"reason":"test")";
        ASSERT_EQ(shop.post(path_of(gone, "/cancel"), shop.support, reason + "}").status, 200);
        ASSERT_EQ(
            shop.post(path_of(kept, "/refund"), shop.support, reason + R"(,"returns_units":false})")
                .status,
            200);
        ASSERT_EQ(shop.post(path_of(returned, "/refund"), shop.support, reason + "}").status, 200);
    }
    const Answered now = shop.get("/admin/v1/reconcile", shop.viewer);
    ASSERT_EQ(now.status, 200) << now.body;
    EXPECT_TRUE(now.flag("/balanced")) << now.body;
    EXPECT_EQ(now.number("/items/0/recomputed/reserved"), 2);
    EXPECT_EQ(now.number("/items/0/recomputed/sold"), 3);
    EXPECT_EQ(now.number("/items/1/recomputed/sold"), 5);       // on_order: pending ones are sold
    EXPECT_EQ(now.number("/items/2/recomputed/available"), 7);  // on_payment: pending hold nothing
    EXPECT_EQ(now.number("/items/0/orders/paid"), 1);
    EXPECT_EQ(now.number("/items/0/orders/refunded"), 2);
    EXPECT_EQ(now.number("/items/0/oversold"), 0);
    EXPECT_EQ(now.number("/items/0/limit_violations"), 0);
    EXPECT_EQ(now.number("/items/0/money/collected/amount"), 2 * 1999);
    EXPECT_EQ(now.number("/items/0/money/refund_due/amount"), 2 * 1999);

    shop.clock.advance(base::Duration{11 * base::kMinute.ms});
    // Any event brings the deadlines that are due before it.
    EXPECT_EQ(shop.turnstile.pass_and_wait(sale::Cancel{{1}, {}}).outcome, Outcome::not_found);
    const Answered later = shop.get("/admin/v1/reconcile?item_id=1", shop.viewer);
    EXPECT_TRUE(later.flag("/balanced")) << later.body;
    EXPECT_EQ(later.number("/items/0/orders/expired"), 1);
    EXPECT_EQ(later.number("/items/0/recomputed/reserved"), 0);
    EXPECT_EQ(later.at("/items").as_array().size(), 1U);
    EXPECT_EQ(shop.get("/admin/v1/reconcile?item_id=8", shop.viewer).status, 404);
}

TEST(Reconcile, NamesAStockChangeThatNobodyApproved) {
    Shop shop;
    shop.open();
    ASSERT_EQ(shop.turnstile.pass_and_wait(sale::ChangeStock{{1}, 3, {1, 1}}, {}).outcome,
              Outcome::done);
    const Answered now = shop.get("/admin/v1/reconcile?activity_id=1", shop.viewer);
    EXPECT_FALSE(now.flag("/balanced"));
    EXPECT_FALSE(now.flag("/items/0/balanced"));
    EXPECT_TRUE(now.flag("/items/1/balanced"));
    EXPECT_EQ(now.text("/items/0/findings/0/code"), "total_differs");
}

}  // namespace
}  // namespace sluice::api::admin
