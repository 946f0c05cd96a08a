// SPDX-License-Identifier: Apache-2.0
// Text: the encodings that headers, tokens and answers need, and UTF-8 checks for what people type.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::base {

/// Base64url without padding (RFC 4648 section 5).
[[nodiscard]] std::string to_base64url(std::span<const unsigned char> bytes);
/// Exact inverse; padding, white space and non-canonical endings are refused.
[[nodiscard]] std::optional<std::string> parse_base64url(std::string_view text);

/// The same without allocation: true if `text` stands for exactly `out.size()` bytes.
[[nodiscard]] bool parse_base64url(std::string_view text, std::span<unsigned char> out) noexcept;

/// Appends `text` as a JSON string with its quotes. Always valid UTF-8 on one line: control
/// characters are escaped, bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// Appends the decimal digits of `number`.
template <std::integral Number>
void append_number(std::string& out, Number number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}
/// `text` with & < > " ' replaced, for HTML text and quoted attributes.
[[nodiscard]] std::string to_html(std::string_view text);
/// One field of a CSV file: quoted when needed, and a leading = + - @ is defused with an
/// apostrophe.
[[nodiscard]] std::string to_csv_field(std::string_view text);

/// True if `text` is well-formed UTF-8 without control characters (line feed and tab are allowed if
/// `lines`). Those that reverse the direction of writing or separate lines count as such.
[[nodiscard]] bool is_clean_text(std::string_view text, bool lines = false);
/// True if `text` has a character that reverses the direction of writing around it, and that nobody
/// sees.
[[nodiscard]] bool turns_around(std::string_view text);
/// True if nothing of well-formed `text` can be seen: it is empty, or all of it is white space, a
/// mark of direction or a character without width.
[[nodiscard]] bool is_blank(std::string_view text);
/// The number of code points of well-formed UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text);
/// The beginning of well-formed UTF-8, at most so many code points.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t most);

/// Levenshtein distance, for "did you mean".
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace sluice::base
