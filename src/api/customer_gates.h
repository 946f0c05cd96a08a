// SPDX-License-Identifier: Apache-2.0
// Customer gates: the gates that ask who a request is from, in the order of guard/gates.h: token,
// address rate, user rate, risk lists. The same before a ticket and before a purchase, and for the
// crowd of the demo.   Threads: doors; nothing waits.
#pragma once

#include <optional>
#include <string_view>

#include "api/app.h"
#include "api/attempt.h"
#include "base/id.h"
#include "base/time.h"
#include "guard/gates.h"
#include "http/request.h"
#include "http/response.h"

namespace sluice::api {

/// The first of these gates that refuses, which has counted it; nothing lets who it is pass.
/// `user`: see customer_of.
[[nodiscard]] std::optional<guard::Gate> refusing_gate(App& app, std::string_view address,
                                                       const std::optional<base::UserId>& user,
                                                       base::Instant now);
/// What an attempt to buy ends as at that gate.
[[nodiscard]] TurnedAway turned_away_by(guard::Gate gate);

/// The gate that refuses, which has counted it, and its prepared answer.
struct CustomerRefusal {
    guard::Gate gate;
    const http::Prepared& answer;
};

/// The same for a request.
[[nodiscard]] std::optional<CustomerRefusal> customer_refusal(
    App& app, const http::Request& request, const std::optional<base::UserId>& user,
    base::Instant now);

}  // namespace sluice::api
