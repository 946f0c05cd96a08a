// SPDX-License-Identifier: Apache-2.0
// Feeds bytes to the request parser, whole and cut at arbitrary places. What must hold: the outcome
// does not depend on the cuts; what is accepted has one framing, a Host if it is HTTP/1.1, a clean
// target, and a body no longer than its route takes; every view lies within the request; and
// Boost.Beast's parser finds the same in its header.
// Input: the first 8 bytes choose the cuts, the rest is what the client sends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "http/beast_head_test.h"
#include "http/exchange.h"
#include "http/parser.h"

namespace {

using namespace sluice;
using http::Parser;

constexpr std::size_t kHeaderMax = 1024;
constexpr std::size_t kSeedBytes = 8;

http::Route route(http::Method method, const char* pattern, std::size_t body_max) {
    http::Route r;
    r.method = method;
    r.pattern = pattern;
    r.body_max = body_max;
    r.desk_handler = [](const http::Request&) { return http::no_content(); };
    return r;
}

const http::Router& router() {
    static const http::Router kRouter = [] {
        std::vector<http::Route> routes;
        routes.push_back(route(http::Method::get, "/", 0));
        routes.push_back(route(http::Method::get, "/a/{id}", 0));
        routes.push_back(route(http::Method::post, "/a/{id}/b", 40));
        routes.push_back(route(http::Method::post, "/b", 20'000));
        return http::Router{std::move(routes)};
    }();
    return kRouter;
}

/// The header is whole in the buffer, around the target.
void compare_with_beast(Parser& parser) {
    const http::Request& request = parser.request();
    const char* const first = request.target.data() - http::to_text(request.method).size() - 1;
    const char* last = request.target.data();
    while (std::string_view(last, 4) != "\r\n\r\n") ++last;
    const http::BeastHead judge({first, static_cast<std::size_t>(last + 4 - first)});
    CHECK(judge.accepts());
    CHECK(judge.method() == http::to_text(request.method) && judge.target() == request.target);
    CHECK(judge.http_11() == parser.http_11());
    // The body of a request that nobody takes is not read, so its connection is not kept.
    CHECK(judge.keep_alive() == parser.keep_alive() || parser.match().route == nullptr);
    const auto keys = judge.values("Idempotency-Key");
    CHECK(request.header(http::Header::idempotency_key) == (keys.empty() ? "" : keys.front()));
    const bool has_length = !judge.values("Content-Length").empty();
    const bool has_coding = !judge.values("Transfer-Encoding").empty();
    CHECK(has_length == (parser.framing() == http::Framing::length));
    CHECK(has_coding == (parser.framing() == http::Framing::chunked));
}

void check_accepted(Parser& parser) {
    const http::Request& request = parser.request();
    const http::Route* matched = parser.match().route;
    if (parser.http_11()) CHECK(!parser.host().empty());
    CHECK(request.target.size() <= http::kTargetMax);
    CHECK(request.path.starts_with('/') ||
          (request.path == "*" && request.method == http::Method::options));
    CHECK(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; }));
    CHECK(request.body.size() <= (matched ? matched->body_max : 0));
    CHECK(parser.framing() != http::Framing::none || request.body.empty());
    CHECK(parser.framing() != http::Framing::chunked || parser.http_11());
    CHECK(request.method != http::Method::other);
    CHECK(parser.is_head() == (request.method == http::Method::head));
    compare_with_beast(parser);
}

void append(std::string& out, std::string_view text) {
    out.append(std::to_string(text.size())).append(":").append(text);
}

void describe(std::string& out, Parser& parser) {
    const http::Request& request = parser.request();
    append(out, http::to_text(request.method));
    append(out, request.target);
    append(out, parser.host());
    append(out, request.path);
    append(out, request.query);
    append(out, request.body);
    for (const auto header : request.headers) append(out, header);
    for (const auto param : request.params) append(out, param);
    for (const auto forwarded : parser.forwarded()) append(out, forwarded);
    append(out, std::to_string(parser.match().status) + (parser.keep_alive() ? " keep" : " close"));
}

/// Everything that came of `bytes`, when cut as `seed` says; 0: as large as the room allows.
std::string outcome(std::string_view bytes, std::uint64_t seed) {
    static http::BufferPool pool{kHeaderMax + 8192};
    Parser parser{router(), pool, kHeaderMax};
    std::string out;
    for (;;) {
        switch (parser.advance()) {
            case Parser::Step::need_more: {
                if (bytes.empty()) return out + "...";
                const auto room = parser.room();
                CHECK(!room.empty());
                std::size_t count = std::min(room.size(), bytes.size());
                if (seed != 0) {
                    seed = base::mix64(seed) | 1;
                    const std::size_t most = (seed >> 60) == 0 ? 2000 : 1 + ((seed >> 56) & 15) * 3;
                    count = std::min<std::size_t>(count, 1 + (seed >> 8) % most);
                }
                std::memcpy(room.data(), bytes.data(), count);
                bytes.remove_prefix(count);
                parser.received(count);
                break;
            }
            case Parser::Step::ready:
                check_accepted(parser);
                describe(out, parser);
                if (!parser.keep_alive()) return out;
                parser.next();
                break;
            case Parser::Step::refused:
                CHECK(parser.refusal().status >= 400 && parser.refusal().status <= 505);
                CHECK(!parser.keep_alive());
                return out + std::to_string(parser.refusal().status) +
                       (parser.is_head() ? " head" : "");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < kSeedBytes) return 0;
    std::uint64_t seed = 0;
    std::memcpy(&seed, data, kSeedBytes);
    const std::string_view bytes{reinterpret_cast<const char*>(data) + kSeedBytes,
                                 size - kSeedBytes};
    const std::string whole = outcome(bytes, 0);
    CHECK(outcome(bytes, seed | 1) == whole);
    return 0;
}
