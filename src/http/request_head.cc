// SPDX-License-Identifier: Apache-2.0
#include "http/request_head.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "http/head.h"

namespace sluice::http {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// What a target may be made of as far as the grammar goes; check_target is stricter.
bool is_visible(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7f;
}

/// What a value may be made of: all but control characters, of which a tab is none.
bool is_text(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || u == '\t';
}

std::string_view text_between(const char* first, const char* last) {
    return {first, static_cast<std::size_t>(last - first)};
}

/// The first byte from `at` on that is not text. Eight at a time, because most of a header is text;
/// one by one where a word of eight has a control character, or may have one.
const char* skip_text(const char* at, const char* end) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        const std::uint64_t below_space = (word - kEach * 0x20) & ~word;
        const std::uint64_t other = word ^ (kEach * 0x7f);  // a byte of it is 0 for a delete
        const std::uint64_t is_delete = (other - kEach) & ~other;
        if (((below_space | is_delete) & (kEach * 0x80)) != 0) break;
    }
    while (is_text(*at)) ++at;
    return at;
}

Method method_of(std::string_view word) {
    for (const Method method : {Method::post, Method::get, Method::head, Method::put, Method::patch,
                                Method::delete_, Method::options})
        if (word == to_text(method)) return method;
    return Method::other;
}

bool is_other_version(std::string_view rest) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return rest.size() >= 10 && rest.starts_with("HTTP/") && is_digit(rest[5]) && rest[6] == '.' &&
           is_digit(rest[7]) && rest.substr(8, 2) == "\r\n";
}

/// What becomes of a header that somebody asks for.
enum class Use : unsigned char {
    once,   ///< kept; a second one is a fault
    first,  ///< the first one is kept
    host,
    content_length,
    transfer_encoding,
    expect,
    connection,
    forwarded
};
struct Known {
    std::string_view name;
    Use use;
    Header header = Header::count_;  ///< where it is kept
};

/// By length, so that a name is compared only with the few that are as long.
constexpr std::array kKnown{
    Known{"Host", Use::host},
    Known{"Accept", Use::first, Header::accept},
    Known{"Cookie", Use::once, Header::cookie},
    Known{"Origin", Use::first, Header::origin},
    Known{"Expect", Use::expect},
    Known{"If-Match", Use::first, Header::if_match},
    Known{"Connection", Use::connection},
    Known{"User-Agent", Use::first, Header::user_agent},
    Known{"X-Signature", Use::once, Header::x_signature},
    Known{"Content-Type", Use::once, Header::content_type},
    Known{"X-CSRF-Token", Use::once, Header::x_csrf_token},
    Known{"X-Request-Id", Use::first, Header::x_request_id},
    Known{"Authorization", Use::once, Header::authorization},
    Known{"If-None-Match", Use::first, Header::if_none_match},
    Known{"Last-Event-ID", Use::first, Header::last_event_id},
    Known{"Content-Length", Use::content_length},
    Known{"Idempotency-Key", Use::once, Header::idempotency_key},
    Known{"X-Forwarded-For", Use::forwarded},
    Known{"Accept-Encoding", Use::first, Header::accept_encoding},
    Known{"Accept-Language", Use::first, Header::accept_language},
    Known{"Proxy-Connection", Use::connection},
    Known{"Transfer-Encoding", Use::transfer_encoding},
};
static_assert(std::ranges::is_sorted(kKnown, {}, [](const Known& k) { return k.name.size(); }));

constexpr std::size_t kNameMax = kKnown.back().name.size();

/// Where the names of a length begin; those of the next length are behind them.
constexpr auto kBeginOfSize = [] {
    std::array<unsigned char, kNameMax + 2> begin{};
    for (std::size_t size = 0; size < begin.size(); ++size)
        begin[size] = static_cast<unsigned char>(
            std::ranges::count_if(kKnown, [&](const Known& k) { return k.name.size() < size; }));
    return begin;
}();

const Known* find_known(std::string_view name) {
    if (name.size() > kNameMax) return nullptr;
    for (std::size_t i = kBeginOfSize[name.size()]; i < kBeginOfSize[name.size() + 1]; ++i)
        if (same_word(kKnown[i].name, name)) return &kKnown[i];
    return nullptr;
}

/// `value` of a Connection header: words and commas. False if it is something else.
bool keep_connection(Head& head, std::string_view value) {
    while (!value.empty()) {
        const auto end = std::min(value.find(','), value.size());
        std::string_view word = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        while (!word.empty() && is_blank(word.front())) word.remove_prefix(1);
        while (!word.empty() && is_blank(word.back())) word.remove_suffix(1);
        if (!std::ranges::all_of(word, is_token)) return false;
        head.says_close |= same_word(word, "close");
        head.says_keep_alive |= same_word(word, "keep-alive");
    }
    return true;
}

/// Notes one header line. False if its value is malformed.
bool keep(Head& head, std::string_view name, std::string_view value) {
    const Known* known = find_known(name);
    if (known == nullptr) return true;
    switch (known->use) {
        case Use::once:
        case Use::first: {
            std::string_view& place = head.request.headers[static_cast<std::size_t>(known->header)];
            if (place.data() == nullptr)
                place = value;
            else if (known->use == Use::once)
                head.repeated = true;
            return true;
        }
        case Use::host:
            head.host = value;
            ++head.hosts;
            return true;
        case Use::content_length:
            head.content_length = value;
            ++head.content_lengths;
            return true;
        case Use::transfer_encoding:
            head.transfer_encoding = value;
            ++head.transfer_encodings;
            return true;
        case Use::expect:
            head.expect = value;
            ++head.expects;
            return true;
        case Use::connection: return keep_connection(head, value);
        case Use::forwarded:
            if (head.forwardeds < kForwardedMax) head.forwarded[head.forwardeds] = value;
            ++head.forwardeds;
            return true;
    }
    return false;
}

/// Reads `method SP target SP version CRLF` and moves `at` behind it.
HeadFault read_request_line(const char*& at, const char* end, Head& head) {
    const char* const method = at;
    while (is_token(*at)) ++at;
    if (at == method || *at != ' ') return HeadFault::malformed;
    head.request.method = method_of(text_between(method, at));
    const char* const target = ++at;
    while (is_visible(*at)) ++at;
    if (at == target || *at != ' ') return HeadFault::malformed;
    head.request.target = text_between(target, at);
    const std::string_view rest = text_between(++at, end);
    head.http_11 = rest.starts_with("HTTP/1.1\r\n");
    if (!head.http_11 && !rest.starts_with("HTTP/1.0\r\n"))
        return is_other_version(rest) ? HeadFault::version : HeadFault::malformed;
    at += 10;
    return HeadFault::none;
}

/// Reads `name ":" value CRLF`, blanks around the value left out, and moves `at` behind it.
HeadFault read_field(const char*& at, const char* end, Head& head) {
    const char* const name = at;
    while (is_token(*at)) ++at;
    if (at == name || *at != ':') return HeadFault::malformed;
    const std::string_view name_text = text_between(name, at);
    ++at;
    while (is_blank(*at)) ++at;
    const char* const value = at;
    at = skip_text(at, end);
    if (*at != '\r' || at[1] != '\n') return HeadFault::malformed;
    const char* value_end = at;
    while (value_end != value && is_blank(value_end[-1])) --value_end;
    at += 2;
    return keep(head, name_text, text_between(value, value_end)) ? HeadFault::none
                                                                 : HeadFault::malformed;
}

}  // namespace

HeadFault read_head(std::string_view bytes, Head& head) {
    // No loop above goes past a line feed, so none goes past the last one; and a carriage return
    // has a byte behind it.
    CHECK(bytes.ends_with("\r\n"));
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    HeadFault fault = read_request_line(at, end, head);
    while (fault == HeadFault::none && end - at > 2) fault = read_field(at, end, head);
    if (fault != HeadFault::none) return fault;
    if (text_between(at, end) != "\r\n") return HeadFault::malformed;
    head.keep_alive = head.http_11 ? !head.says_close : head.says_keep_alive;
    return HeadFault::none;
}

}  // namespace sluice::http
