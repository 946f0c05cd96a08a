// SPDX-License-Identifier: Apache-2.0
// Auth: who sends a request to the public listener. `Authorization: Bearer <session token>`; no
// cookie, so another site cannot make a browser buy.   Threads: any; nothing is looked up.
#pragma once

#include <optional>
#include <string_view>

#include "api/app.h"
#include "base/id.h"
#include "base/time.h"
#include "http/request.h"
#include "sale/board.h"

namespace sluice::api {

/// What follows `Bearer ` in the Authorization header; "" if there is no such thing.
[[nodiscard]] std::string_view bearer(const http::Request& request) noexcept;
/// The customer, or nothing: no token, or not one that is good now.
[[nodiscard]] std::optional<base::UserId> customer_of(const App& app, const http::Request& request,
                                                      base::Instant now) noexcept;

/// True if what is posted does not exist for this customer, or for nobody in particular: a
/// rehearsal, and no rehearsal session.
[[nodiscard]] bool is_hidden(const sale::Posting& posting,
                             const std::optional<base::UserId>& user) noexcept;

}  // namespace sluice::api
