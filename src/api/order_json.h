// SPDX-License-Identifier: Apache-2.0
// Order JSON: how a customer sees an order. Without the user and the idempotency key: the order is
// shown to its owner only, who has both.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/app.h"
#include "base/id.h"
#include "base/money.h"
#include "order/order.h"

namespace sluice::api {

/// What an order does not carry itself, because it follows from its item.
struct ItemFacts {
    base::Currency currency;
    std::string_view
        title;  ///< valid until the handler returns; "" if its page is not published yet
};

/// The facts of an item, as door number `door` knows them. Called on that door.
[[nodiscard]] ItemFacts facts_of(const App& app, std::uint32_t door, base::ItemId item);
/// The currency alone, from the sale. Any thread.
[[nodiscard]] base::Currency currency_of(const App& app, base::ItemId item);

/// `{"id":"…","item_id":"…","title":…,"quantity":1,"unit_price":{…},"total":{…},"state":"pending",
/// "created_at":…,"pay_until":…,"changed_at":…,"note":…}`; pay_until and note only if there is one.
void append_order_json(std::string& out, const order::Order& order, const ItemFacts& facts);
[[nodiscard]] std::string order_json(const order::Order& order, const ItemFacts& facts);

}  // namespace sluice::api
