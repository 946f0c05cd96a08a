// SPDX-License-Identifier: Apache-2.0
#include "api/order_json.h"

#include <fmt/format.h>

#include <functional>
#include <iterator>

#include "api/pages.h"
#include "base/text.h"
#include "base/time.h"
#include "sale/turnstile.h"

namespace sluice::api {

ItemFacts facts_of(const App& app, std::uint32_t door, base::ItemId item) {
    if (const activity::Item* published = app.pages.item(door, item))
        return {published->price.currency, published->title};
    // Warmed a moment ago: the sale has it, the pages are on their way.
    return {currency_of(app, item), {}};
}

base::Currency currency_of(const App& app, base::ItemId item) {
    base::Currency currency;
    const auto copy = [&](const sale::Sale& sale) {
        if (const sale::OpenedItem* opened = sale.item(item)) currency = opened->terms.currency;
    };
    app.turnstile.look(std::cref(copy));
    return currency;
}

void append_order_json(std::string& out, const order::Order& order, const ItemFacts& facts) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, R"({{"id":"{}","item_id":"{}","title":)", order.id.value, order.item.value);
    base::append_json_string(out, facts.title);
    const std::int64_t total = order.unit_price * static_cast<std::int64_t>(order.quantity);
    fmt::format_to(to, R"(,"quantity":{},"unit_price":{},"total":{},"state":"{}")", order.quantity,
                   base::to_json(base::Money{order.unit_price, facts.currency}),
                   base::to_json(base::Money{total, facts.currency}), to_text(order.state));
    fmt::format_to(to, R"(,"created_at":"{}","changed_at":"{}")",
                   base::to_rfc3339(order.created_at), base::to_rfc3339(order.changed_at));
    if (order.pay_until)
        fmt::format_to(to, R"(,"pay_until":"{}")", base::to_rfc3339(order.pay_until));
    if (order.note != order::OrderNote::none)
        fmt::format_to(to, R"(,"note":"{}")", to_text(order.note));
    out += '}';
}

std::string order_json(const order::Order& order, const ItemFacts& facts) {
    std::string out;
    out.reserve(400);
    append_order_json(out, order, facts);
    return out;
}

}  // namespace sluice::api
