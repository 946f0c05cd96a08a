// SPDX-License-Identifier: Apache-2.0
// Sessions: what accounts and sessions share.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "http/response.h"

namespace sluice::api {

/// Who vouches for the built-in accounts (base::user_of).
inline constexpr std::string_view kBuiltInIssuer = "sluice";

/// Names of accounts are kept in lower case (ASCII), so that nobody poses as somebody else.
[[nodiscard]] std::string to_lower(std::string text);

/// 429: the guard against guessing wants a wait.
[[nodiscard]] http::Response too_fast(std::string_view detail, base::Duration wait);

}  // namespace sluice::api
