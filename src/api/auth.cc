// SPDX-License-Identifier: Apache-2.0
#include "api/auth.h"

#include <algorithm>

namespace sluice::api {

std::string_view bearer(const http::Request& request) noexcept {
    static constexpr std::string_view kScheme = "bearer ";  // its case does not matter (RFC 9110)
    std::string_view value = request.header(http::Header::authorization);
    if (value.size() <= kScheme.size()) return {};
    const auto to_lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    if (!std::ranges::equal(value.substr(0, kScheme.size()), kScheme, {}, to_lower)) return {};
    value.remove_prefix(kScheme.size());
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return value;
}

std::optional<base::UserId> customer_of(const App& app, const http::Request& request,
                                        base::Instant now) noexcept {
    const std::string_view token = bearer(request);
    if (token.empty()) return std::nullopt;
    return app.tokens.verify(token, now);
}

bool is_hidden(const sale::Posting& posting, const std::optional<base::UserId>& user) noexcept {
    return posting.rehearsal && !(user && base::is_rehearsal(*user));
}

}  // namespace sluice::api
