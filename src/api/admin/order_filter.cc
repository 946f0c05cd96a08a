// SPDX-License-Identifier: Apache-2.0
#include "api/admin/order_filter.h"

#include <algorithm>
#include <array>
#include <string>

#include "api/sessions.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kSearchMax = 200;  // bytes of ?q

using order::OrderState;
constexpr std::array kStates = {OrderState::pending, OrderState::paid, OrderState::cancelled,
                                OrderState::expired, OrderState::refunded};

bool is_of(const sale::Sale& sale, const order::Order& order, base::ActivityId activity) {
    const sale::OpenedItem* item = sale.item(order.item);
    return item != nullptr && item->terms.activity == activity;
}

/// A name is of a built-in account or as the shop names its customer, whichever has orders. Names
/// are kept nowhere, only their hashes (docs/decisions/0004-users-are-hashes.md).
void resolve(const App& app, const std::string& text, OrderFilter& filter) {
    const auto order = base::parse_id<base::OrderId>(text);
    const std::array users = {base::user_of(kBuiltInIssuer, to_lower(text)),
                              base::user_of(app.options.shop_issuer, text)};
    app.turnstile.look([&](const sale::Sale& sale) {
        if (order && sale.orders().find(*order) != nullptr) {
            filter.order = *order;
            return;
        }
        filter.user = users[0];
        if (!app.options.shop_issuer.empty() && sale.orders().latest_of(users[0]) == nullptr)
            filter.user = users[1];
    });
}

}  // namespace

bool OrderFilter::admits(const sale::Sale& sale, const order::Order& one) const {
    return (!order || one.id == order) && (!item || one.item == item) &&
           (!user || one.user == user) && (!state || one.state == *state) &&
           (!activity || is_of(sale, one, activity));
}

base::Result<OrderFilter> order_filter_in(const App& app, const http::Request& request) {
    OrderFilter filter;
    if (const auto text = request.query_value("activity_id"); text && !text->empty()) {
        const auto id = base::parse_id<base::ActivityId>(*text);
        if (!id)
            return base::failure(base::ErrorCode::invalid,
                                 "?activity_id must be an activity's id.");
        filter.activity = *id;
    }
    if (const auto text = request.query_value("item_id"); text && !text->empty()) {
        const auto id = base::parse_id<base::ItemId>(*text);
        if (!id) return base::failure(base::ErrorCode::invalid, "?item_id must be an item's id.");
        filter.item = *id;
    }
    if (const auto text = request.query_value("user_id"); text && !text->empty()) {
        const auto key = base::parse_key128(*text);
        if (!key)
            return base::failure(base::ErrorCode::invalid,
                                 "?user_id must be 32 hexadecimal digits.");
        filter.user.key = *key;
    }
    if (const auto text = request.query_value("state"); text && !text->empty()) {
        const auto state =
            std::ranges::find(kStates, *text, [](OrderState each) { return order::to_text(each); });
        if (state == kStates.end())
            return base::failure(base::ErrorCode::invalid,
                                 "?state must be pending, paid, cancelled, expired or refunded.");
        filter.state = *state;
    }
    if (const auto text = request.query_value("q"); text && !text->empty()) {
        if (text->size() > kSearchMax || !base::is_clean_text(*text))
            return base::failure(base::ErrorCode::invalid, base::say("search_malformed"));
        if (filter.user)
            return base::failure(base::ErrorCode::invalid,
                                 "Ask with ?q or with ?user_id, not with both.");
        resolve(app, *text, filter);
    }
    return filter;
}

}  // namespace sluice::api::admin
