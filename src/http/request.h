// SPDX-License-Identifier: Apache-2.0
// Request: one parsed HTTP request. Every view points into the connection's own buffer and stays
// valid until the answer to this request has been sent, also while a desk works on it: the
// connection reads nothing more and is not reused before that. Already checked when a handler sees
// it: sizes, Host, framing, target bytes, percent-encoding of the path.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Method : unsigned char { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view to_text(Method method);

/// The headers that handlers ask for; the parser keeps these by number so that a look-up costs
/// nothing.
enum class Header : unsigned char {
    authorization,
    content_type,
    cookie,
    idempotency_key,
    if_none_match,
    if_match,
    accept,
    accept_language,
    accept_encoding,
    user_agent,
    x_csrf_token,
    x_request_id,
    origin,
    last_event_id,
    x_signature,  ///< of a payment provider, over the exact bytes of its callback
    count_        ///< how many there are; not a header
};

struct Request {
    Method method = Method::other;
    std::string_view target;  ///< as it came, perhaps with scheme and host
    std::string_view
        path;  ///< without the query; still percent-encoded (our paths need no encoding)
    std::string_view query;  ///< behind the first '?', still encoded
    std::string_view body;
    /// The client's address as text: the peer, or what a trusted proxy says.
    std::string_view address;
    /// The values of the `{name}` segments of the matched route, in order.
    std::array<std::string_view, 4> params{};
    std::array<std::string_view, static_cast<std::size_t>(Header::count_)> headers{};
    std::int64_t received_ns = 0;  ///< monotonic clock, for latency

    /// "" if the header is absent. Repeated headers that must not repeat were refused before.
    [[nodiscard]] std::string_view header(Header name) const {
        return headers[static_cast<std::size_t>(name)];
    }
    /// The decoded value of one query parameter; nothing if absent or badly encoded.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
    /// The value of one cookie; "" if absent.
    [[nodiscard]] std::string_view cookie(std::string_view name) const;
};

/// Percent-decodes one component; '+' becomes a space only if `form`. Nothing on a bad escape.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool form);

}  // namespace sluice::http
