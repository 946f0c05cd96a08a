// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

namespace sluice::base {

namespace {

constexpr std::string_view kBase64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 255;
constexpr std::uint32_t kDigitMax = 63;

constexpr std::array<std::uint8_t, 256> kBase64urlDigits = [] {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (std::size_t i = 0; i < kBase64url.size(); ++i)
        digits[static_cast<unsigned char>(kBase64url[i])] = static_cast<std::uint8_t>(i);
    return digits;
}();

/// How many bytes `size` characters stand for; a remainder of one character stands for nothing.
constexpr std::size_t decoded_size(std::size_t size) {
    return size / 4 * 3 + (size % 4 == 0 ? 0 : size % 4 - 1);
}

/// Writes decoded_size(text.size()) bytes to `out`. False if `text` is not canonical.
bool decode_base64url(std::string_view text, unsigned char* out) noexcept {
    if (text.size() % 4 == 1) return false;
    const auto digit_of = [](char c) { return kBase64urlDigits[static_cast<unsigned char>(c)]; };
    // Whole groups first, four characters for three bytes: every request brings a token.
    for (; text.size() >= 4; text.remove_prefix(4)) {
        const std::uint32_t a = digit_of(text[0]);
        const std::uint32_t b = digit_of(text[1]);
        const std::uint32_t c = digit_of(text[2]);
        const std::uint32_t d = digit_of(text[3]);
        if (((a | b | c | d) & ~kDigitMax) != 0) return false;
        const std::uint32_t group = (a << 18) | (b << 12) | (c << 6) | d;
        *out++ = static_cast<unsigned char>(group >> 16);
        *out++ = static_cast<unsigned char>((group >> 8) & 0xff);
        *out++ = static_cast<unsigned char>(group & 0xff);
    }
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const std::uint8_t digit = digit_of(c);
        if (digit == kNoDigit) return false;
        bits = (bits << 6) | digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *out++ = static_cast<unsigned char>((bits >> held) & 0xff);
        }
    }
    // Bits behind the last byte must be zero, else two texts would stand for the same bytes.
    return (bits & ((1U << held) - 1)) == 0;
}

/// A code point and how many bytes it takes; size 0 where the bytes are not well-formed UTF-8.
struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;
};

/// Reads the code point at the front of `text`, which is not empty. Overlong forms, surrogates and
/// values above U+10FFFF are not well-formed.
CodePoint front_of(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    if (first < 0xc2 || first > 0xf4) return {};
    const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (text.size() < size) return {};
    char32_t value = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = (value << 6) | (byte(i) & 0x3fU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (overlong || surrogate || value > 0x10ffff) return {};
    return {value, size};
}

constexpr bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

/// Characters that reorder what stands around them: a name with one can pose as another name.
constexpr bool is_bidi_control(char32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/// White space, and what has no width by itself. The joiners among it stand inside emoji and words.
constexpr bool is_invisible(char32_t c) {
    return c <= 0x20 || c == 0xa0 || c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f ||
           c == 0x1160 || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200f) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || (c >= 0x205f && c <= 0x2064) ||
           c == 0x2800 || c == 0x3000 || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) ||
           c == 0xfeff || c == 0xffa0;
}

/// Line and paragraph separators end a line for some readers of logs and for old JavaScript.
constexpr bool must_be_escaped(char32_t c) {
    return is_control(c) || is_bidi_control(c) || c == 0x2028 || c == 0x2029;
}

void append_unicode_escape(std::string& out, char32_t c) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(c >> shift) & 15];
}

void append_json_escape(std::string& out, char32_t c) {
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: append_unicode_escape(out, c);
    }
}

}  // namespace

std::string to_base64url(std::span<const unsigned char> bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const unsigned char byte : bytes) {
        bits = (bits << 8) | byte;
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += kBase64url[(bits >> held) & 63];
        }
    }
    if (held > 0) text += kBase64url[(bits << (6 - held)) & 63];
    return text;
}

std::optional<std::string> parse_base64url(std::string_view text) {
    std::string bytes(decoded_size(text.size()), '\0');
    if (!decode_base64url(text, reinterpret_cast<unsigned char*>(bytes.data())))
        return std::nullopt;
    return bytes;
}

bool parse_base64url(std::string_view text, std::span<unsigned char> out) noexcept {
    return decoded_size(text.size()) == out.size() && decode_base64url(text, out.data());
}

void append_json_string(std::string& out, std::string_view text) {
    const auto is_plain = [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; };
    out += '"';
    while (!text.empty()) {
        // Nearly all text is plain from here to its end.
        const auto plain =
            static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const CodePoint next = front_of(text);
        if (next.size == 0) {
            out += "\xef\xbf\xbd";  // U+FFFD, once for each byte that is not UTF-8
            text.remove_prefix(1);
            continue;
        }
        if (next.value == '"' || next.value == '\\' || must_be_escaped(next.value)) {
            append_json_escape(out, next.value);
        } else {
            out += text.substr(0, next.size);
        }
        text.remove_prefix(next.size);
    }
    out += '"';
}

std::string to_html(std::string_view text) {
    std::string html;
    html.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += c;
        }
    }
    return html;
}

std::string to_csv_field(std::string_view text) {
    // A tab or carriage return in front hides a formula from a look at the first character.
    const bool formula =
        !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    const bool quoted = text.find_first_of(",;\"\r\n\t") != std::string_view::npos ||
                        (!text.empty() && (text.front() == ' ' || text.back() == ' '));
    std::string field;
    field.reserve(text.size() + 3);
    if (quoted) field += '"';
    if (formula) field += '\'';
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    if (quoted) field += '"';
    return field;
}

bool is_clean_text(std::string_view text, bool lines) {
    while (!text.empty()) {
        const CodePoint next = front_of(text);
        if (next.size == 0) return false;
        const bool layout = lines && (next.value == '\n' || next.value == '\t');
        if (!layout && must_be_escaped(next.value)) return false;
        text.remove_prefix(next.size);
    }
    return true;
}

bool turns_around(std::string_view text) {
    while (!text.empty()) {
        const CodePoint next = front_of(text);
        if (is_bidi_control(next.value)) return true;
        text.remove_prefix(std::max<std::size_t>(next.size, 1));
    }
    return false;
}

bool is_blank(std::string_view text) {
    while (!text.empty()) {
        const CodePoint next = front_of(text);
        if (next.size == 0 || !is_invisible(next.value)) return false;
        text.remove_prefix(next.size);
    }
    return true;
}

std::string_view first_code_points(std::string_view text, std::size_t most) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
        if (begins && count++ == most) return text.substr(0, at);
    }
    return text;
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // One row of the table: row[j] is the distance between what was read of `a` and j bytes of `b`.
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace sluice::base
