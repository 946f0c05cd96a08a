// SPDX-License-Identifier: Apache-2.0
// Head: the status line and the headers of an answer, but for Date and Connection, which the door
// and the connection add.
#pragma once

#include <string>
#include <string_view>

#include "http/response.h"

namespace sluice::http {

/// "Not Found" for 404; "Status" for a number that has no name here.
[[nodiscard]] std::string_view reason_text(int status);
/// True for the statuses that never have a body (204, 304).
[[nodiscard]] bool is_bodyless(int status);
/// True for what names of methods and headers are made of.
[[nodiscard]] bool is_token(char c);
/// Compares ASCII text without regard to case.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

/// How the receiver finds the end of the body.
enum class BodyFraming : unsigned char { length, chunked, until_close };
/// Appends the status line and all headers of `response` but Date and Connection.
void append_head(std::string& out, const Response& response, BodyFraming framing);

}  // namespace sluice::http
