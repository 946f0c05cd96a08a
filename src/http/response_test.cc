// SPDX-License-Identifier: Apache-2.0
#include "http/response.h"
#include "base/sentences.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "http/problem.h"
#include "http/proxies.h"
#include "http/request.h"

namespace sluice::http {
namespace {

TEST(Response, ForbidsStoringUnlessTheHandlerDecides) {
    Response response = json(200, "{}");
    EXPECT_NE(prepare(response).head.find("\r\nCache-Control: no-store\r\n"), std::string::npos);
    response.add_header("cache-control", "max-age=3");
    const std::string head = prepare(response).head;
    EXPECT_EQ(head.find("no-store"), std::string::npos);
    EXPECT_NE(head.find("cache-control: max-age=3\r\n"), std::string::npos);
}

TEST(Response, HasNoBodyAndNoLengthFor204And304) {
    for (const int status : {204, 304}) {
        const Prepared prepared = prepare(json(status, "{}"));
        EXPECT_EQ(prepared.body, "");
        EXPECT_EQ(prepared.head.find("\nContent-"), std::string::npos) << prepared.head;
    }
}

TEST(ResponseDeathTest, RefusesALineBreakInAHeader) {
    Response response;
    EXPECT_DEATH(response.add_header("Location", "/a\r\nSet-Cookie: b"), "line|npos");
}

TEST(Problem, IsJsonWithCodeAndRetry) {
    Problem p;
    p.status = 429;
    p.code = "too_fast";
    p.title = "Slow \"down\"\n";
    p.retry_after_s = 2;
    p.errors = {{"/quantity", base::say("out_of_range", 1, 5)},
                {"line 3", base::say("json_key_missing", "\\ \"x\""), 3, 7}};
    p.reason = base::say("own_work");
    const Response response = problem(p);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_NE(response.headers.find("Retry-After: 2\r\n"), std::string::npos);
    boost::system::error_code error;
    const auto value = boost::json::parse(response.body, error);
    ASSERT_FALSE(error) << response.body;
    const auto& object = value.as_object();
    EXPECT_EQ(object.at("type").as_string(), "/problems/too_fast");
    EXPECT_EQ(object.at("title").as_string(), "Slow \"down\"\n");
    EXPECT_EQ(object.at("status").as_int64(), 429);
    EXPECT_EQ(object.at("code").as_string(), "too_fast");
    EXPECT_EQ(object.at("retry_after_ms").as_int64(), 2000);
    EXPECT_EQ(object.at("reason").as_string(), "own_work");
    EXPECT_EQ(object.at("detail").as_string(), std::string_view(p.reason.text()));
    EXPECT_FALSE(object.contains("values"));
    EXPECT_EQ(boost::json::serialize(object.at("errors")),
              R"([{"pointer":"/quantity","detail":"must be a whole number from 1 to 5.",)"
              R"("code":"out_of_range","values":{"least":1,"most":5}},)"
              R"({"pointer":"line 3","line":3,"column":7,"detail":"\"\\ \"x\"\" is missing.",)"
              R"("code":"json_key_missing","values":{"key":"\\ \"x\""}}])");
}

TEST(Problem, SaysNothingThatIsNotThere) {
    const auto value = boost::json::parse(problem({}).body);
    EXPECT_FALSE(value.as_object().contains("detail"));
    EXPECT_FALSE(value.as_object().contains("reason"));
    EXPECT_FALSE(value.as_object().contains("errors"));
}

TEST(Problem, SpreadsTheWaitOfBusy) {
    bool differs = false;
    const std::string first = busy().body;
    for (int i = 0; i < 50; ++i) differs = differs || busy().body != first;
    EXPECT_TRUE(differs);
    EXPECT_NE(first.find("\"retry_after_ms\":"), std::string::npos);
}

TEST(Request, DecodesQueryAndCookies) {
    Request request;
    request.query = "a=1&b=x%20y+z&%63=3&bad=%zz&flag&empty=";
    EXPECT_EQ(request.query_value("a"), "1");
    EXPECT_EQ(request.query_value("b"), "x y z");
    EXPECT_EQ(request.query_value("c"), "3");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_EQ(request.query_value("empty"), "");
    EXPECT_EQ(request.query_value("bad"), std::nullopt);
    EXPECT_EQ(request.query_value("missing"), std::nullopt);
    request.headers[static_cast<std::size_t>(Header::cookie)] = "a=1; session=abc=; q=\"v\"";
    EXPECT_EQ(request.cookie("session"), "abc=");
    EXPECT_EQ(request.cookie("q"), "v");
    EXPECT_EQ(request.cookie("sess"), "");
}

TEST(Request, DecodesPercentEscapes) {
    EXPECT_EQ(percent_decode("a%2Fb+c", false), "a/b+c");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
    EXPECT_EQ(percent_decode("%4", false), std::nullopt);
    EXPECT_EQ(percent_decode("%", false), std::nullopt);
    EXPECT_EQ(percent_decode("%g0", false), std::nullopt);
}

TEST(Proxies, BelieveOnlyTrustedPeersAndTheRightmostStranger) {
    const auto proxies = Proxies::parse({"10.0.0.0/8", "fd00::/8", "192.0.2.7"});
    ASSERT_TRUE(proxies);
    const struct {
        const char* peer;
        std::vector<std::string_view> forwarded;
        const char* client;
    } kTable[] = {
        {"203.0.113.5", {"1.2.3.4"}, "203.0.113.5"},  // a stranger may say what it likes
        {"10.1.1.1", {}, "10.1.1.1"},
        {"10.1.1.1", {"1.2.3.4"}, "1.2.3.4"},
        {"10.1.1.1", {"9.9.9.9, 1.2.3.4"}, "1.2.3.4"},
        {"10.1.1.1", {"9.9.9.9,1.2.3.4 , 10.2.2.2"}, "1.2.3.4"},
        {"10.1.1.1", {"9.9.9.9", "1.2.3.4, 192.0.2.7"}, "1.2.3.4"},
        {"10.1.1.1", {"1.2.3.4", "10.9.9.9"}, "1.2.3.4"},
        {"10.1.1.1", {"1.2.3.4, unknown"}, "10.1.1.1"},
        {"10.1.1.1", {"1.2.3.4, unknown, 10.3.3.3"}, "10.3.3.3"},
        {"10.1.1.1", {""}, "10.1.1.1"},
        {"10.1.1.1", {"10.2.2.2"}, "10.2.2.2"},
        {"fd00::1", {"2001:db8::9"}, "2001:db8::9"},
        {"192.0.2.8", {"1.2.3.4"}, "192.0.2.8"},
    };
    for (const auto& row : kTable)
        EXPECT_EQ(proxies->client(row.peer, row.forwarded), row.client) << row.peer;
}

TEST(Proxies, RefuseWhatIsNoNetwork) {
    for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "host",
                             "10.0.0.0/8x", "1.2.3.4/-1"}) {
        const auto proxies = Proxies::parse({text});
        ASSERT_FALSE(proxies) << text;
        EXPECT_NE(proxies.error().what.find("10.0.0.0/8"), std::string::npos);
    }
}

}  // namespace
}  // namespace sluice::http
