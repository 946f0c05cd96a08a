// SPDX-License-Identifier: Apache-2.0
#include "sale/sale.h"

namespace sluice::sale {

// PATH expire 2/4 Closes the orders whose deadline has passed; their units go back on sale. Next:
// adapter/sqlite/ledger.cc
std::size_t Sale::expire_due(base::Instant now, Records& out) {
    std::size_t expired = 0;
    // The bound covers the deadlines of resolved orders, too: dropping one costs as much.
    for (std::size_t looked = 0; looked < options_.expiries_per_pass; ++looked) {
        const auto deadline = deadlines_.due(now);
        if (!deadline || !out.has_room(1)) break;
        const order::Order& order = *orders_.find(deadline->order);
        if (order.state == order::OrderState::pending) {
            happen(OrderClosed{.order = order.id,
                               .state = order::OrderState::expired,
                               .note = order::OrderNote::none,
                               .returns_units = 1},
                   now, out);
            ++expired;
        }
        deadlines_.pop();
    }
    return expired;
}

}  // namespace sluice::sale
