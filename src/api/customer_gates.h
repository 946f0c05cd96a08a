// SPDX-License-Identifier: Apache-2.0
// Customer gates: the gates that ask who a request is from, in the order of guard/gates.h: token,
// address rate, user rate, risk lists. The same before a ticket and before a purchase.
// Threads: doors; nothing waits.
#pragma once

#include <optional>

#include "api/app.h"
#include "base/id.h"
#include "base/time.h"
#include "guard/gates.h"
#include "http/request.h"
#include "http/response.h"

namespace sluice::api {

/// The gate that refuses, which has counted it, and its prepared answer.
struct CustomerRefusal {
    guard::Gate gate;
    const http::Prepared& answer;
};

/// Nothing lets the request pass. `user`: see customer_of.
[[nodiscard]] std::optional<CustomerRefusal> customer_refusal(
    App& app, const http::Request& request, const std::optional<base::UserId>& user,
    base::Instant now);

}  // namespace sluice::api
