// SPDX-License-Identifier: Apache-2.0
// Compress: the compressed forms of what is published, made once; and which of them a client takes.
// Threads: any; pure.   Fails: never; a library that does not do it gives "".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::api {

enum class Coding : std::uint8_t { plain, gzip, brotli };

/// "" if that is not smaller.
[[nodiscard]] std::string compress(std::string_view bytes, Coding coding);

/// The best coding that `accept_encoding` (RFC 9110 section 12.5.3) allows, brotli before gzip;
/// plain also where it is refused, for there is nothing else to send. Never allocates.
[[nodiscard]] Coding coding_for(std::string_view accept_encoding) noexcept;
/// The same for what has no brotli form.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding) noexcept;

/// As in Content-Encoding; "" for plain.
[[nodiscard]] std::string_view to_text(Coding coding) noexcept;
/// What the file of this form has behind its name in the publish folder; "" for plain.
[[nodiscard]] std::string_view file_ending(Coding coding) noexcept;

}  // namespace sluice::api
