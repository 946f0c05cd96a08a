// SPDX-License-Identifier: Apache-2.0
#include "order/orders.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace sluice::order {
namespace {

base::UserId user(std::uint64_t number) { return {.key = {number, number}}; }
base::Key128 key(std::uint64_t number) { return {number << 32, number}; }

Order order(std::uint64_t id, std::uint64_t of_user, std::uint64_t with_key,
            std::uint64_t ticket = 0) {
    Order order;
    order.id = {id};
    order.user = user(of_user);
    order.key = key(with_key);
    order.ticket = ticket;
    return order;
}

std::vector<std::uint64_t> orders_of(const Orders& orders, base::UserId of_user) {
    std::vector<std::uint64_t> ids;
    for (const Order* at = orders.latest_of(of_user); at != nullptr; at = orders.before(*at))
        ids.push_back(at->id.value);
    return ids;
}

TEST(Orders, AreFoundByIdAndByKey) {
    Orders orders(3);
    orders.add(order(10, 1, 100));
    orders.add(order(20, 2, 200));
    EXPECT_EQ(orders.find({10})->key, key(100));
    EXPECT_EQ(orders.find({20})->key, key(200));
    EXPECT_EQ(orders.by_key(key(100))->id.value, 10U);
    EXPECT_EQ(orders.by_key(key(200))->id.value, 20U);
    for (const std::uint64_t id : {0U, 9U, 11U, 15U, 21U}) EXPECT_EQ(orders.find({id}), nullptr);
    EXPECT_EQ(orders.by_key(key(300)), nullptr);
}

TEST(Orders, NoKeyAndNoUserFindNothing) {
    Orders orders(2);
    EXPECT_EQ(orders.by_key({}), nullptr);
    EXPECT_EQ(orders.latest_of({}), nullptr);
    orders.add(order(10, 1, 100));
    EXPECT_EQ(orders.by_key({}), nullptr);
    EXPECT_EQ(orders.latest_of({}), nullptr);
}

TEST(Orders, OfAUserComeNewestFirst) {
    Orders orders(9);
    std::uint64_t id = 0;
    for (const std::uint64_t of_user : {1U, 2U, 1U, 1U, 2U, 3U}) {
        ++id;
        orders.add(order(id, of_user, id));
    }
    EXPECT_EQ(orders_of(orders, user(1)), (std::vector<std::uint64_t>{4, 3, 1}));
    EXPECT_EQ(orders_of(orders, user(2)), (std::vector<std::uint64_t>{5, 2}));
    EXPECT_EQ(orders_of(orders, user(3)), (std::vector<std::uint64_t>{6}));
    EXPECT_EQ(orders_of(orders, user(4)), (std::vector<std::uint64_t>{}));
}

TEST(Orders, RememberTheNonceOfATicket) {
    Orders orders(2);
    orders.add(order(1, 1, 1, 77));
    orders.add(order(2, 1, 2));  // without a ticket
    EXPECT_TRUE(orders.ticket_used(77));
    EXPECT_FALSE(orders.ticket_used(78));
    EXPECT_FALSE(orders.ticket_used(0));
}

TEST(Orders, AChangeIsSeenByWhoeverFindsTheOrder) {
    Orders orders(2);
    orders.add(order(1, 1, 1));
    orders.add(order(2, 1, 2));
    orders.at({1}).state = OrderState::paid;
    EXPECT_EQ(orders.find({1})->state, OrderState::paid);
    EXPECT_EQ(orders.by_key(key(1))->state, OrderState::paid);
    EXPECT_EQ(orders.find({2})->state, OrderState::pending);
}

TEST(Orders, AreNeverMovedWhileMoreAreAdded) {
    Orders orders(1000);
    const Order* first = &orders.add(order(1, 1, 1));
    for (std::uint64_t id = 2; id <= 1000; ++id) {
        EXPECT_FALSE(orders.full());
        orders.add(order(id, id % 7 + 1, id + 5000));
    }
    EXPECT_TRUE(orders.full());
    EXPECT_EQ(orders.find({1}), first);
}

TEST(Orders, AgreeWithMaps) {
    using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t>;
    EXPECT_TRUE(rc::check([](const std::vector<Step>& steps) {
        Orders orders(steps.size());
        std::map<std::uint64_t, Order> by_id;
        std::map<base::Key128, std::uint64_t> by_key;
        std::map<std::uint64_t, std::vector<std::uint64_t>> by_user;  // newest first
        std::set<std::uint64_t> tickets;
        std::uint64_t id = 1;
        for (const auto& [gap, of_user, with_key, ticket] : steps) {
            const base::Key128 k = key(with_key + 1U);
            RC_ASSERT((orders.by_key(k) != nullptr) == by_key.contains(k));
            if (by_key.contains(k)) continue;
            id += gap + 1U;
            const Order added = order(id, of_user % 4 + 1U, with_key + 1U, ticket % 16);
            orders.add(added);
            by_id[id] = added;
            by_key[k] = id;
            auto& mine = by_user[of_user % 4 + 1U];
            mine.insert(mine.begin(), id);
            if (ticket % 16 != 0) tickets.insert(ticket % 16);
        }
        for (std::uint64_t one = 0; one <= id + 1; ++one) {
            const Order* found = orders.find({one});
            RC_ASSERT((found != nullptr) == by_id.contains(one));
            if (found != nullptr) RC_ASSERT(found->key == by_id[one].key);
        }
        for (const auto& [k, of] : by_key) RC_ASSERT(orders.by_key(k)->id.value == of);
        for (std::uint64_t of_user = 1; of_user <= 4; ++of_user)
            RC_ASSERT(orders_of(orders, user(of_user)) == by_user[of_user]);
        for (std::uint64_t ticket = 0; ticket < 16; ++ticket)
            RC_ASSERT(orders.ticket_used(ticket) == tickets.contains(ticket));
        RC_ASSERT(orders.all().size() == by_id.size());
        auto expected = by_id.begin();
        for (const Order& one : orders.all()) {
            RC_ASSERT(one.id.value == expected->first);
            ++expected;
        }
    }));
}

TEST(OrdersDeathTest, IdsThatDoNotAscendStopTheProgram) {
    Orders orders(3);
    orders.add(order(10, 1, 1));
    EXPECT_DEATH(orders.add(order(10, 1, 2)), "CHECK.*id < order.id");
    EXPECT_DEATH(orders.add(order(9, 1, 2)), "CHECK.*id < order.id");
}

TEST(OrdersDeathTest, OneMoreThanTheCapacityStopsTheProgram) {
    Orders orders(1);
    orders.add(order(10, 1, 1));
    EXPECT_DEATH(orders.add(order(11, 1, 2)), "CHECK.*!full");
}

TEST(OrdersDeathTest, ChangingAnOrderThatIsNotThereStopsTheProgram) {
    Orders orders(1);
    EXPECT_DEATH((void)orders.at({7}), "CHECK.*order != nullptr");
}

TEST(Order, StatesAndNotesHaveTheirOwnWords) {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(OrderState::refunded); ++i)
        words.insert(to_text(static_cast<OrderState>(i)));
    EXPECT_EQ(words,
              (std::set<std::string_view>{"pending", "paid", "cancelled", "expired", "refunded"}));
    words.clear();
    for (int i = 0; i <= static_cast<int>(OrderNote::sold_out_at_payment); ++i)
        words.insert(to_text(static_cast<OrderNote>(i)));
    EXPECT_EQ(words, (std::set<std::string_view>{"none", "by_customer", "by_operator",
                                                 "paid_too_late", "sold_out_at_payment"}));
}

}  // namespace
}  // namespace sluice::order
