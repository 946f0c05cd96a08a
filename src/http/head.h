// SPDX-License-Identifier: Apache-2.0
// Head: the status line and the headers of an answer, but for Date and Connection, which the door
// and the connection add.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "http/response.h"

namespace sluice::http {

/// "Not Found" for 404; "Status" for a number that has no name here.
[[nodiscard]] std::string_view reason_text(int status);
/// True for the statuses that never have a body (204, 304).
[[nodiscard]] bool is_bodyless(int status);
/// Which bytes names of methods and headers are made of.
inline constexpr std::array<bool, 256> kTokenBytes = [] {
    std::array<bool, 256> is{};
    for (const char c : std::string_view{"0123456789!#$%&'*+-.^_`|~"})
        is[static_cast<unsigned char>(c)] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) is[c] = is[c - 'a' + 'A'] = true;
    return is;
}();
[[nodiscard]] inline bool is_token(char c) { return kTokenBytes[static_cast<unsigned char>(c)]; }
/// Compares ASCII text without regard to case.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

/// How the receiver finds the end of the body.
enum class BodyFraming : unsigned char { length, chunked, until_close };
/// Appends the status line and all headers of `response` but Date and Connection.
void append_head(std::string& out, const Response& response, BodyFraming framing);

}  // namespace sluice::http
