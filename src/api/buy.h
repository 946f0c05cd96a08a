// SPDX-License-Identifier: Apache-2.0
// Buy: 抢购 as the door sees it: the cheap gates (guard/gates.h), then JSON → sale::Buy →
// turnstile. Threads: inline on a door; never waits.   Not here: whether there is a unit
// (sale/buy.cc).
#pragma once

#include <cstdint>
#include <optional>

#include "api/app.h"
#include "base/id.h"
#include "http/exchange.h"
#include "http/request.h"

namespace sluice::api {

/// Which of the two addresses was called.
enum class Entrance : std::uint8_t {
    item,   ///< POST /v1/items/{id}/orders, for items whose entry is open
    ticket  ///< POST /v1/tickets/{ticket}/orders, the hidden address; the ticket carries the item
};

void buy(App& app, Entrance entrance, const http::Request& request, http::Exchange& exchange);

/// The key of the purchase that this request makes or repeats: of `user` and its Idempotency-Key.
/// Nothing if the header is missing or malformed.
[[nodiscard]] std::optional<base::Key128> purchase_key_of(const http::Request& request,
                                                          base::UserId user);

}  // namespace sluice::api
