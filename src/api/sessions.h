// SPDX-License-Identifier: Apache-2.0
// Sessions: what accounts and sessions share.
#pragma once

#include <string>
#include <string_view>

namespace sluice::api {

/// Who vouches for the built-in accounts (base::user_of).
inline constexpr std::string_view kBuiltInIssuer = "sluice";

/// Names of accounts are kept in lower case (ASCII), so that nobody poses as somebody else.
[[nodiscard]] std::string to_lower(std::string text);

}  // namespace sluice::api
