// SPDX-License-Identifier: Apache-2.0
// RequestHead: the grammar of a request line and of header lines (RFC 9112, sections 2 to 5), and
// what is kept of them. It says what is well-formed; what a well-formed header may not say is
// refused by whoever reads on (parser.cc).
// Written by hand because every request pays for it, also the refused ones: Boost.Beast's parser
// takes four times as long. Beast is the judge all the same: tests and fuzz/request_fuzz.cc compare
// with it (docs/decisions/0014).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "http/request.h"

namespace sluice::http {

/// How many X-Forwarded-For lines are read: each proxy may add its own.
inline constexpr std::size_t kForwardedMax = 4;

/// What is learnt from the header of a request; every view points into its bytes.
struct Head {
    Request request;
    std::array<std::string_view, kForwardedMax> forwarded{};
    std::string_view host;
    std::string_view target_host;  ///< of a target in absolute form; goes before the header
    std::string_view expect;
    std::string_view transfer_encoding;
    std::string_view content_length;
    unsigned hosts = 0, expects = 0, transfer_encodings = 0, content_lengths = 0, forwardeds = 0;
    bool repeated = false;  ///< a header that must not repeat
    bool http_11 = true;
    bool says_close = false;       ///< in a Connection header
    bool says_keep_alive = false;  ///< likewise
    bool keep_alive = true;        ///< what the two mean for this version
};

enum class HeadFault : unsigned char {
    none,
    malformed,
    version  ///< well-formed, but neither HTTP/1.1 nor HTTP/1.0
};

/// Reads `bytes`, a header up to and with its empty line, into a new `head`.
[[nodiscard]] HeadFault read_head(std::string_view bytes, Head& head);

}  // namespace sluice::http
