// SPDX-License-Identifier: Apache-2.0
// Second factor: what a code is good for. It opens the red routes of one session for five minutes,
// and it completes the sign-in of an operator who has enabled it.   Threads: desks.
// Order: how often one may guess is asked before a code is looked at, and a code is good once.
#pragma once

#include <optional>
#include <string_view>

#include "api/admin/access.h"

namespace sluice::api::admin {

/// Why this session may not use a red route now; nothing if it may. The only place that decides it.
[[nodiscard]] std::optional<http::Response> red_refusal(const ApiOptions& options,
                                                        const Caller& caller, base::Instant now);

/// True if `typed` is a code of `who` that was not used before; from then on it is used. A recovery
/// code leaves an audit entry. Ask the login guard first.
[[nodiscard]] base::Result<bool> prove(App& app, const http::Request& request,
                                       const account::Operator& who, std::string_view typed);

/// `totp_invalid`: 401 at the sign-in, 422 inside a session, which goes on.
[[nodiscard]] http::Response totp_invalid(int status);
/// The rule of the field `code`: what is longer is no code.
inline constexpr std::size_t kCodeMax = account::kCodeTypedMax;

}  // namespace sluice::api::admin
