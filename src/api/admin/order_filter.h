// SPDX-License-Identifier: Apache-2.0
// Order filter: which orders a list or an export is about. Both read the same query, so that a
// file has what the screen showed.   Threads: desks; `admits` under the turnstile's lock, without
// memory.
#pragma once

#include <optional>

#include "api/app.h"
#include "base/id.h"
#include "base/result.h"
#include "http/request.h"
#include "order/order.h"
#include "sale/sale.h"

namespace sluice::api::admin {

/// What is empty admits every order.
struct OrderFilter {
    base::OrderId order;
    base::ActivityId activity;
    base::ItemId item;
    base::UserId user;
    std::optional<order::OrderState> state;

    [[nodiscard]] bool admits(const sale::Sale& sale, const order::Order& one) const;
};

/// `?q=&activity_id=&item_id=&user_id=&state=`; an error says which of them is wrong. `q` is an
/// order's id; if there is no such order, the name of a customer.
[[nodiscard]] base::Result<OrderFilter> order_filter_in(const App& app,
                                                        const http::Request& request);

}  // namespace sluice::api::admin
