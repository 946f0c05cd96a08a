// SPDX-License-Identifier: Apache-2.0
#include "http/parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "http/exchange.h"

namespace sluice::http {
namespace {

constexpr std::size_t kHeaderMax = 8192;

Route route(Method method, std::string pattern, std::size_t body_max) {
    Route r;
    r.method = method;
    r.pattern = std::move(pattern);
    r.body_max = body_max;
    r.desk_handler = [](const Request&) { return no_content(); };
    return r;
}

Router shop() {
    std::vector<Route> routes;
    routes.push_back(route(Method::get, "/", 0));
    routes.push_back(route(Method::get, "/a/{id}", 0));
    routes.push_back(route(Method::post, "/buy", 100));
    routes.push_back(route(Method::post, "/large", 100'000));
    routes.push_back(route(Method::post, "/form", 100));
    routes.back().content_types = {"application/x-www-form-urlencoded", "text/csv"};
    return Router{std::move(routes)};
}

/// What came of `bytes`, cut into pieces of `step`: one line per request, "…" if more is awaited.
std::string outcome(const Router& router, std::string_view bytes, std::size_t step) {
    BufferPool pool{kHeaderMax + 8192};
    Parser parser{router, pool, kHeaderMax};
    std::string out;
    std::size_t given = 0;
    for (;;) {
        switch (parser.advance()) {
            case Parser::Step::need_more: {
                if (given == bytes.size())
                    return out + (parser.phase() == Parser::Phase::empty ? "" : "...");
                const auto room = parser.room();
                const std::size_t count = std::min({step, room.size(), bytes.size() - given});
                std::memcpy(room.data(), bytes.data() + given, count);
                given += count;
                parser.received(count);
                break;
            }
            case Parser::Step::ready: {
                const Request& request = parser.request();
                const bool routed = parser.match().route != nullptr;
                out += routed ? "200" : std::to_string(parser.match().status);
                out += " " + std::string{to_text(request.method)} + " " + std::string{request.path};
                if (!request.body.empty()) out += " " + std::string{request.body};
                if (!parser.keep_alive()) return out + " close";
                out += ";";
                parser.next();
                break;
            }
            case Parser::Step::refused: return out + std::to_string(parser.refusal().status);
        }
    }
}

std::string post(std::string_view headers, std::string_view body, std::string_view path = "/buy") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + std::string{headers} +
           "\r\n" + std::string{body};
}

std::string get(std::string_view target, std::string_view headers = "Host: a\r\n") {
    return "GET " + std::string{target} + " HTTP/1.1\r\n" + std::string{headers} + "\r\n";
}

std::vector<std::pair<std::string, std::string>> table() {
    using namespace std::string_literals;
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    return {
        // Good requests.
        {get("/"), "200 GET /;"},
        {get("/?x=%zz"), "200 GET /;"},
        {"\r\n" + get("/"), "200 GET /;"},
        {get("/") + get("/a/1") + get("/"), "200 GET /;200 GET /a/1;200 GET /;"},
        {get("/") + post("Content-Length: 2\r\n", "{}") + get("/a/1"),
         "200 GET /;200 POST /buy {};200 GET /a/1;"},
        {post(chunked, "2\r\n{}\r\n0\r\n\r\n") + get("/"), "200 POST /buy {};200 GET /;"},
        {post(chunked, "1;a=\"b\"\r\n{\r\n01\r\n}\r\n0\r\nX: y\r\n\r\n"), "200 POST /buy {};"},
        {post("transfer-encoding: CHUNKED\r\n", "0\r\n\r\n"), "200 POST /buy;"},
        {post("Content-Length: 0\r\n", ""), "200 POST /buy;"},
        {post("", ""), "200 POST /buy;"},
        {post("Content-Length: 100\r\n", std::string(100, 'x')),
         "200 POST /buy " + std::string(100, 'x') + ";"},
        {post("Content-Length: 50000\r\n", std::string(50000, 'x'), "/large") + get("/"),
         "200 POST /large " + std::string(50000, 'x') + ";200 GET /;"},
        {post(chunked, "c350\r\n" + std::string(50000, 'x') + "\r\n0\r\n\r\n", "/large") + get("/"),
         "200 POST /large " + std::string(50000, 'x') + ";200 GET /;"},
        {get("/", "Host: a\r\nX: " + std::string(6000, 'x') + "\r\n") + get("/"),
         "200 GET /;200 GET /;"},
        {get("/", "Host: a\r\nConnection: close\r\n"), "200 GET / close"},
        {"GET / HTTP/1.0\r\n\r\n", "200 GET / close"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200 GET /;"},
        {get("/", "Host: [::1]:8080\r\n"), "200 GET /;"},
        {get("/", "Host: a:80\r\nX: \x80\xff\r\n"), "200 GET /;"},
        {get("/", "Host: a\r\nAccept: a\r\nAccept: b\r\n"), "200 GET /;"},
        {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "200 HEAD /;"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "204 OPTIONS *;"},
        {"POST /buy HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Type: Application/JSON ; "
         "charset=utf-8\r\n\r\n{}",
         "200 POST /buy {};"},
        {"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Type: text/csv\r\n\r\nx",
         "200 POST /form x;"},
        {post("Expect: 100-Continue\r\nContent-Length: 2\r\n", "{}"), "200 POST /buy {};"},
        // Answered without a route.
        {get("/none"), "404 GET /none;"},
        {get("/buy"), "405 GET /buy;"},
        {"OPTIONS /buy HTTP/1.1\r\nHost: a\r\n\r\n", "204 OPTIONS /buy;"},
        {post("Content-Length: 2\r\n", "{}", "/none"), "404 POST /none close"},
        {post(chunked, "", "/none"), "404 POST /none close"},
        // Not complete.
        {"GET / HTTP/1.1\r\nHost: a\r\n", "..."},
        {"\r", "..."},
        {post("Content-Length: 3\r\n", "{}"), "..."},
        {post(chunked, "2\r\n{}\r\n0\r\n"), "..."},
        // Line endings, folding, and what is no HTTP at all.
        {"GET / HTTP/1.1\nHost: a\n\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400"},
        {"\r\n\r\nGET / HTTP/1.1\r\n", "400"},
        {"\r\rGET", "400"},
        {"\x16\x03\x01\x02", "400"},
        {" GET / HTTP/1.1\r\n", "400"},
        {"GET\r\n\r\n", "400"},
        {"GET /\r\n\r\n", "400"},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400"},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        // Versions and methods.
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
        {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505"},
        {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", "505"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
        {"GET / HTTP/11\r\nHost: a\r\n\r\n", "400"},
        {"GET / http/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET / HTTP/1.1x\r\nHost: a\r\n\r\n", "400"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
        {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
        {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
        {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
        // Targets.
        {get("http://b/"), "200 GET /;"},
        {get("HTTPS://b:443/a/1?q"), "200 GET /a/1;"},
        {get("http://b"), "200 GET /;"},
        {get("http://[::1]:80?q"), "200 GET /;"},
        {"GET http://b/a/1 HTTP/1.0\r\n\r\n", "200 GET /a/1 close"},
        {"OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", "204 OPTIONS *;"},
        {"OPTIONS http://b/buy HTTP/1.1\r\nHost: a\r\n\r\n", "204 OPTIONS /buy;"},
        {get("http://b/", ""), "400"},
        {get("http://b/", "Host: a\r\nHost: b\r\n"), "400"},
        {get("http://b/", "Host: a b\r\n"), "400"},
        {get("http:///"), "400"},
        {get("http://"), "400"},
        {get("http:/"), "400"},
        {get("http:a"), "400"},
        {get("://b/"), "400"},
        {get("ftp://b/"), "400"},
        {get("http://u@b/"), "400"},
        {get("http://b:x/"), "400"},
        {get("http://b%00/"), "400"},
        {get("http://b*"), "400"},
        {get("/http://b/"), "404 GET /http://b/;"},
        {get("http://b//a/1"), "404 GET //a/1;"},
        {get("a"), "400"},
        {get("*"), "400"},
        {get("/\x80"), "400"},
        {get("/\xc3\xa9"), "400"},
        {get("/\x01"), "400"},
        {get("/\x7f"), "400"},
        {get("/a\tb"), "400"},
        {get("/#x"), "400"},
        {get("/<x>"), "400"},
        {get("/a\\b"), "400"},
        {get("/a/%"), "400"},
        {get("/a/%4"), "400"},
        {get("/a/%zz"), "400"},
        {get("/a/%2f"), "400"},
        {get("/a/%2F"), "400"},
        {get("/a/%5c"), "400"},
        {get("/a/%00"), "400"},
        {get("/a/%0a"), "400"},
        {get("/a/%41"), "200 GET /a/%41;"},
        {get("/" + std::string(2047, 'x')), "404 GET /" + std::string(2047, 'x') + ";"},
        {get("/" + std::string(2048, 'x')), "414"},
        {get("/?" + std::string(7000, 'x')), "414"},
        {"GET /" + std::string(9000, 'x'), "414"},
        // Sizes.
        {get("/", "Host: a\r\nX: " + std::string(9000, 'x') + "\r\n"), "431"},
        {"GET / HTTP/1.1\r\nX: " + std::string(9000, 'x'), "431"},
        {post("Content-Length: 101\r\n", ""), "413"},
        {post("Content-Length: 999999999999999\r\n", ""), "413"},
        {post(chunked, "65\r\n"), "413"},
        {post(chunked, "64\r\n" + std::string(100, 'x') + "\r\n1\r\n"), "413"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "413"},
        {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "413"},
        {"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "413"},
        // Host.
        {get("/", ""), "400"},
        {get("/", "Host: a\r\nHost: a\r\n"), "400"},
        {get("/", "Host: a\r\nhost: b\r\n"), "400"},
        {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400"},
        {get("/", "Host:\r\n"), "400"},
        {get("/", "Host: a b\r\n"), "400"},
        {get("/", "Host: a/b\r\n"), "400"},
        {get("/", "Host: u@a\r\n"), "400"},
        {get("/", "Host: a:b\r\n"), "400"},
        {get("/", "Host: a:123456\r\n"), "400"},
        {get("/", "Host: :80\r\n"), "400"},
        {get("/", "Host: [::1\r\n"), "400"},
        {get("/", "Host: [x]\r\n"), "400"},
        {get("/", "Host: a, b\r\n"), "400"},
        {get("/", "Host: " + std::string(256, 'a') + "\r\n"), "400"},
        // Header lines.
        {get("/", "Host : a\r\n"), "400"},
        {get("/", "Host: a\r\nX y: b\r\n"), "400"},
        {get("/", "Host: a\r\nX\r\n"), "400"},
        {get("/", "Host: a\r\n: b\r\n"), "400"},
        {get("/", "Host: a\r\nX: a\x01\r\n"), "400"},
        {get("/", "Host: a\r\nX: a\x7f\r\n"), "400"},
        {get("/", "Host: a\r\nX: a\0b\r\n"s), "400"},
        {get("/", "Host: a\r\nX\x80: b\r\n"), "400"},
        {get("/", "Host: a\r\nAuthorization: x\r\nauthorization: y\r\n"), "400"},
        {get("/", "Host: a\r\nCookie: x\r\nCookie: y\r\n"), "400"},
        {get("/", "Host: a\r\nCookie:\r\nCookie:\r\n"), "400"},
        {get("/", "Host: a\r\nIdempotency-Key: x\r\nidempotency-key: x\r\n"), "400"},
        {post("Content-Type: application/json\r\n", ""), "400"},
        {get("/", "Host: a\r\n" + "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\n"s +
                      "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\n" +
                      "X-Forwarded-For: 1.2.3.4\r\n"),
         "400"},
        // Framing.
        {post("Transfer-Encoding: xchunked\r\n", ""), "400"},
        {post("Transfer-Encoding: identity\r\n", ""), "400"},
        {post("Transfer-Encoding: chunked, identity\r\n", ""), "400"},
        {post("Transfer-Encoding: gzip, chunked\r\n", ""), "501"},
        {post("Transfer-Encoding: gzip,\tCHUNKED\r\n", ""), "501"},
        {post("Transfer-Encoding: identity , chunked\r\n", ""), "400"},
        {post("Transfer-Encoding: , chunked\r\n", ""), "400"},
        {post("Transfer-Encoding: chunked,\r\n", ""), "400"},
        {post("Transfer-Encoding: chunked, chunked\r\n", ""), "400"},
        {post("Transfer-Encoding: chunked;q=1\r\n", ""), "400"},
        {post("Transfer-Encoding: \"chunked\"\r\n", ""), "400"},
        {post("Transfer-Encoding:\r\n", ""), "400"},
        {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""), "400"},
        {post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", ""), "400"},
        {post("Content-Length: 2\r\n" + chunked, "{}"), "400"},
        {post(chunked + "Content-Length: 2\r\n", "{}"), "400"},
        {"POST /buy HTTP/1.0\r\nContent-Type: application/json\r\n" + chunked + "\r\n0\r\n\r\n",
         "400"},
        {post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), "400"},
        {post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), "400"},
        {post("Content-Length: 2, 2\r\n", "{}"), "400"},
        {post("Content-Length: -2\r\n", "{}"), "400"},
        {post("Content-Length: +2\r\n", "{}"), "400"},
        {post("Content-Length: 0x2\r\n", "{}"), "400"},
        {post("Content-Length: 2 2\r\n", "{}"), "400"},
        {post("Content-Length:\r\n", "{}"), "400"},
        {post("Content-Length: 18446744073709551618\r\n", "{}"), "400"},
        // Chunks.
        {post(chunked, "x"), "400"},
        {post(chunked, "\r\n"), "400"},
        {post(chunked, "-1\r\n"), "400"},
        {post(chunked, "0x1\r\n"), "400"},
        {post(chunked, " 1\r\n"), "400"},
        {post(chunked, "1 \r\n"), "400"},
        {post(chunked, "1\n"), "400"},
        {post(chunked, "1\r\r"), "400"},
        {post(chunked, "1\r\nab"), "400"},
        {post(chunked, "1\r\na\n"), "400"},
        {post(chunked, "1\r\na\r\r"), "400"},
        {post(chunked, "000000001"), "400"},
        {post(chunked, "fffffffff"), "400"},
        {post(chunked, "1;a\nb"), "400"},
        {post(chunked, "1;" + std::string(5000, 'a')), "400"},
        {post(chunked, "0\r\nX: y\n"), "400"},
        {post(chunked, "2 \t;a\r\n{}\r\n0 ;b\r\n\r\n"), "200 POST /buy {};"},
        {post(chunked, "2 2\r\n"), "400"},
        {post(chunked, "2\t\r\n"), "400"},
        {post(chunked, "2" + std::string(5000, ' ')), "400"},
        {post(chunked, "0\r\n x\r\n"), "400"},
        {post(chunked, "0\r\n" + get("/")), "400"},
        {post(chunked, "0\r\nX\r\n\r\n"), "400"},
        {post(chunked, "0\r\n: y\r\n\r\n"), "400"},
        {post(chunked, "0\r\nX : y\r\n\r\n"), "400"},
        {post(chunked, "0\r\nX:\r\nY: \t:\r\n\r\n"), "200 POST /buy;"},
        {post(chunked, "0\r\n\rx"), "400"},
        {post(chunked, "0\r\nX: " + std::string(5000, 'y')), "400"},
        // Types and expectations.
        {"POST /buy HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "415"},
        {"POST /buy HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}",
         "415"},
        {"POST /buy HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Type: "
         "application/jsonx\r\n\r\n{}",
         "415"},
        {post("Content-Length: 2\r\n", "{}", "/form"), "415"},
        {post("Expect: 200-ok\r\nContent-Length: 2\r\n", "{}"), "417"},
        {post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n", "{}"),
         "417"},
        // A bad request behind a good one.
        {get("/") + "x\n", "200 GET /;400"},
        {post("Content-Length: 2\r\n", "{}x") + "\n", "200 POST /buy {};400"},
    };
}

TEST(Parser, AnswersEveryKindOfRequestAsTheTableSays) {
    const Router router = shop();
    for (const auto& [bytes, expected] : table())
        EXPECT_EQ(outcome(router, bytes, bytes.size()), expected) << bytes.substr(0, 200);
}

TEST(Parser, FindsTheSameHoweverTheBytesAreCut) {
    const Router router = shop();
    for (const auto& [bytes, expected] : table()) {
        const std::string whole = outcome(router, bytes, bytes.size());
        for (const std::size_t step : {1, 2, 3, 7, 61, 509, 4095, 4096})
            EXPECT_EQ(outcome(router, bytes, step), whole) << step << ": " << bytes.substr(0, 200);
    }
}

TEST(Parser, AsksForTheBodyOnlyOfThoseWhoWait) {
    const Router router = shop();
    BufferPool pool{kHeaderMax + 8192};
    const auto wants = [&](std::string_view bytes) {
        Parser parser{router, pool, kHeaderMax};
        std::memcpy(parser.room().data(), bytes.data(), bytes.size());
        parser.received(bytes.size());
        EXPECT_EQ(parser.advance(), Parser::Step::need_more);
        return parser.take_continue();
    };
    EXPECT_TRUE(wants(post("Expect: 100-continue\r\nContent-Length: 2\r\n", "")));
    EXPECT_FALSE(wants(post("Expect: 100-continue\r\nContent-Length: 2\r\n", "{")));
    EXPECT_FALSE(wants(post("Content-Length: 2\r\n", "")));
    EXPECT_FALSE(
        wants("POST /buy HTTP/1.0\r\nContent-Type: application/json\r\nExpect: "
              "100-continue\r\nContent-Length: 2\r\n\r\n"));
}

TEST(Parser, PrefersTheHostOfTheTarget) {
    const Router router = shop();
    BufferPool pool{kHeaderMax + 8192};
    for (const auto& [bytes, host] : std::vector<std::pair<std::string, std::string>>{
             {get("/"), "a"}, {get("http://b:80/"), "b:80"}, {get("/?http://b/"), "a"}}) {
        Parser parser{router, pool, kHeaderMax};
        std::memcpy(parser.room().data(), bytes.data(), bytes.size());
        parser.received(bytes.size());
        ASSERT_EQ(parser.advance(), Parser::Step::ready);
        EXPECT_EQ(parser.host(), host) << bytes;
    }
}

TEST(Parser, KeepsTheHeadersThatHandlersAskFor) {
    const Router router = shop();
    BufferPool pool{kHeaderMax + 8192};
    Parser parser{router, pool, kHeaderMax};
    const std::string bytes =
        get("/a/7?q=1",
            "Host: a\r\nAuthorization: Bearer t\r\nCookie: c=1\r\nidempotency-KEY: k\r\n"
            "If-None-Match: \"e\"\r\nX-Csrf-Token: x\r\nx-signature: s\r\nX-Request-ID: "
            "r\r\nLast-Event-Id: 9\r\n"
            "Origin: o\r\nUser-Agent:   u  \r\nX-Forwarded-For: 1.2.3.4\r\n");
    std::memcpy(parser.room().data(), bytes.data(), bytes.size());
    parser.received(bytes.size());
    ASSERT_EQ(parser.advance(), Parser::Step::ready);
    const Request& request = parser.request();
    EXPECT_EQ(request.target, "/a/7?q=1");
    EXPECT_EQ(request.query, "q=1");
    EXPECT_EQ(request.params[0], "7");
    EXPECT_EQ(request.header(Header::authorization), "Bearer t");
    EXPECT_EQ(request.header(Header::cookie), "c=1");
    EXPECT_EQ(request.header(Header::idempotency_key), "k");
    EXPECT_EQ(request.header(Header::if_none_match), "\"e\"");
    EXPECT_EQ(request.header(Header::x_csrf_token), "x");
    EXPECT_EQ(request.header(Header::x_signature), "s");
    EXPECT_EQ(request.header(Header::x_request_id), "r");
    EXPECT_EQ(request.header(Header::last_event_id), "9");
    EXPECT_EQ(request.header(Header::origin), "o");
    EXPECT_EQ(request.header(Header::user_agent), "u");
    EXPECT_EQ(request.header(Header::accept), "");
    ASSERT_EQ(parser.forwarded().size(), 1U);
    EXPECT_EQ(parser.forwarded()[0], "1.2.3.4");
}

}  // namespace
}  // namespace sluice::http
