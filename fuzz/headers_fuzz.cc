// SPDX-License-Identifier: Apache-2.0
// Headers: what handlers read of a request behind the parser, as strangers wrote it: cookies, the
// query, Authorization, If-None-Match, If-Match, Accept-Encoding, and the network of an address.
// What is found lies within what came, at a place where it may be; what was put in is found again
// whatever stands around it; what a client refuses is never chosen. The first byte picks the
// reader.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/admin/answers.h"
#include "api/arrivals.h"
#include "api/auth.h"
#include "api/compress.h"
#include "api/pages.h"
#include "base/check.h"
#include "http/proxies.h"
#include "http/request.h"

namespace {

using namespace sluice;
using http::Header;

http::Request with(Header header, std::string_view value) {
    http::Request request;
    request.headers[static_cast<std::size_t>(header)] = value;
    return request;
}

bool lies_within(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> in_order;
    return part.empty() || (in_order(whole.data(), part.data()) &&
                            in_order(part.data() + part.size(), whole.data() + whole.size()));
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (auto end = text.find(at); end != text.npos; end = text.find(at)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string encoded(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789aBcDeF";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (text[i] == ' ') {
            out += '+';
        } else if (i % 2 == 0 && std::string_view("%&+=").find(text[i]) == std::string_view::npos) {
            out += text[i];
        } else {
            (out += '%') += kDigits[byte / 16];
            out += kDigits[byte % 16];
        }
    }
    return out;
}

void read_cookies(std::string_view text) {
    for (const std::string_view name : {"sluice", "__Host-sluice"}) {
        const http::Request request = with(Header::cookie, text);
        const std::string_view value = request.cookie(name);
        CHECK(lies_within(value, text) && value.find(';') == value.npos);
        if (value.empty()) continue;
        // Its own name stands before it, and is not the end of another one.
        std::string_view before(text.data(), static_cast<std::size_t>(value.data() - text.data()));
        if (before.ends_with('"')) before.remove_suffix(1);
        CHECK(before.ends_with('='));
        const auto start = before.rfind(';') + 1;  // 0 if there is none
        CHECK(before.substr(before.find_first_not_of(' ', start)) == std::string(name) + '=');
    }
    if (text.find(';') != text.npos) return;
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    const std::string_view bare = quoted ? text.substr(1, text.size() - 2) : text;
    const std::string line =
        "xsluice=1; sluicex=2;sluice;  sluice=" + std::string(text) + "; sluice=3";
    CHECK(with(Header::cookie, line).cookie("sluice") == bare);
}

void read_query(std::string_view text) {
    http::Request request;
    request.query = text;
    for (const char* name : {"", "q", "limit", "a b"})
        if (const auto value = request.query_value(name)) CHECK(value->size() <= text.size());
    for (const bool form : {false, true}) {
        const auto decoded = http::percent_decode(text, form);
        if (!decoded) continue;
        const auto escapes = static_cast<std::size_t>(std::ranges::count(text, '%'));
        CHECK(decoded->size() + 2 * escapes == text.size());
        CHECK(http::percent_decode(encoded(*decoded), true) == decoded);
    }
    const std::size_t half = text.size() / 2;
    const std::string_view key = text.substr(0, half);
    const std::string_view value = text.substr(half);
    if (key == "other") return;
    const std::string query =
        "%&other=1&" + encoded(key) + '=' + encoded(value) + '&' + encoded(key) + "=2";
    request.query = query;
    // An empty pair, as before the first `&` here, has an empty name.
    if (!key.empty()) CHECK(request.query_value(key) == value);
}

void read_bearer(std::string_view text) {
    const std::string_view token = api::bearer(with(Header::authorization, text));
    CHECK(lies_within(token, text) && !token.starts_with(' '));
    if (!token.empty()) CHECK(lower(text.substr(0, 7)) == "bearer ");
    const std::string line = "BeArEr " + std::string(text);
    const auto first = std::min(text.find_first_not_of(' '), text.size());
    CHECK(api::bearer(with(Header::authorization, line)) == text.substr(first));
}

void read_if_none_match(std::string_view text) {
    static constexpr std::string_view kTag = "\"0123456789abcdef-gzip\"";
    if (api::names_etag(text, kTag)) CHECK(text == "*" || text.find(kTag) != text.npos);
    for (const std::string_view mark : {"", "W/", " \t"}) {
        std::string list(text);
        list.append(",").append(mark).append(kTag).append(" ,").append(text);
        CHECK(api::names_etag(list, kTag));
    }
}

void read_if_match(std::string_view text) {
    const auto version = api::admin::version_in(with(Header::if_match, text));
    if (!version) return;
    const std::string number = std::to_string(*version);
    CHECK(text == number || text == '"' + number + '"');
}

void read_part(std::string_view text) {
    http::Request request;
    request.query = text;
    if (const auto part = api::admin::part_of(request))
        CHECK(part->limit >= 1 && part->limit <= 200 && part->before <= INT64_MAX);
}

/// `q=0`, `q=0.`, `q=0.0` … `q=0.000`, as RFC 9110 section 12.4.2 writes it.
bool is_zero_weight(std::string_view parameter) {
    const std::string q = lower(trimmed(parameter));
    static constexpr std::array<std::string_view, 5> kZeros{"q=0", "q=0.", "q=0.0", "q=0.00",
                                                            "q=0.000"};
    return std::ranges::find(kZeros, q) != kZeros.end();
}

struct Said {
    bool named = false;
    bool admitted = false;  ///< at least once not with a weight of zero
};

Said said_of(std::string_view text, std::vector<std::string_view> names) {
    Said said;
    for (const std::string_view one : split(text, ',')) {
        const auto semicolon = std::min(one.find(';'), one.size());
        const std::string name = lower(trimmed(one.substr(0, semicolon)));
        if (std::ranges::find(names, name) == names.end()) continue;
        said.named = true;
        said.admitted |= semicolon == one.size() || !is_zero_weight(one.substr(semicolon + 1));
    }
    return said;
}

void read_accept_encoding(std::string_view text) {
    const Said rest = said_of(text, {"*"});
    const auto may = [&](const Said& said) { return said.named ? said.admitted : rest.admitted; };
    const Said brotli = said_of(text, {"br"});
    const Said gzip = said_of(text, {"gzip", "x-gzip"});
    const api::Coding coding = api::coding_for(text);
    if (coding == api::Coding::brotli) CHECK(may(brotli));
    if (coding == api::Coding::gzip) CHECK(may(gzip));
    if (api::takes_gzip(text)) CHECK(may(gzip));
    CHECK((coding == api::Coding::gzip) <= api::takes_gzip(text));
    const std::string line(text);
    CHECK(api::coding_for(line + ",BR") == api::Coding::brotli);
    CHECK(api::coding_for(line + ", br;q=0, gzip ;q=0.0") == api::Coding::plain);
    CHECK(api::takes_gzip(line + ",\tx-GZip ; q=0.001"));
}

void read_network(std::string_view text) {
    const std::uint64_t network = api::network_of(text);
    CHECK(!api::network_text(network).empty());
    http::AddressBytes bytes{};
    if (!http::parse_address(text, bytes)) return;
    const std::string written = http::to_text(bytes);
    const bool is_v6 = written.find(':') != written.npos;
    if (is_v6 && written.find('.') != written.npos) return;  // counted by the IPv4 address in it
    std::uint64_t front = 0;  // 56 bits of an IPv6 address, 24 of an IPv4 address
    for (std::size_t i = is_v6 ? 0 : 12; i < (is_v6 ? 7U : 15U); ++i) front = front << 8 | bytes[i];
    const std::uint64_t kind = std::uint64_t{1} << (is_v6 ? 62 : 63);
    CHECK(api::network_of(written) == (kind | front));
    // An IPv6 address may also be written with an IPv4 address in it, and the other way round.
    if ((text.find('.') == text.npos) == is_v6) CHECK(network == (kind | front));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 8) {
        case 0: read_cookies(text); break;
        case 1: read_query(text); break;
        case 2: read_bearer(text); break;
        case 3: read_if_none_match(text); break;
        case 4: read_if_match(text); break;
        case 5: read_part(text); break;
        case 6: read_accept_encoding(text); break;
        default: read_network(text); break;
    }
    return 0;
}
