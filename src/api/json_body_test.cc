// SPDX-License-Identifier: Apache-2.0
#include "api/json_body.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>

#include "base/sentences.h"

namespace sluice::api {
namespace {

std::string told(const JsonBody& body) {
    std::string text;
    for (const auto& error : body.complaints())
        text += error.pointer + ": " + error.what.text() + "\n";
    return text;
}

TEST(JsonBody, ReadsEveryKindOfValue) {
    const JsonBody body(R"({"name":"红色","count":7,"on":true,"at":"2026-11-21T12:10:00+08:00",
        "price":{"amount":199900,"currency":"CNY"},"id":"12","policy":"on_order",
        "items":[{"sku":"1"},{"sku":"2"}],"inner":{"x":-3},"none":null})");
    const JsonReader root = body.root();
    EXPECT_EQ(root.text("name"), "红色");
    EXPECT_EQ(root.number("count", 1, 9), 7);
    EXPECT_TRUE(root.flag("on"));
    EXPECT_EQ(base::to_rfc3339(root.instant("at")), "2026-11-21T04:10:00.000Z");
    EXPECT_EQ(root.money("price").amount, 199900);
    EXPECT_EQ(root.id<base::ItemId>("id").value, 12U);
    EXPECT_EQ(root.choice("policy", {"reserve", "on_order"}), 1U);
    const auto items = root.objects("items", 5);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].id<base::SkuId>("sku").value, 1U);
    EXPECT_EQ(items[1].id<base::SkuId>("sku").value, 2U);
    EXPECT_EQ(root.object("inner").number("x", -5, 5), -3);
    EXPECT_FALSE(root.maybe_text("none"));
    EXPECT_FALSE(body.refusal()) << told(body);
}

TEST(JsonBody, ComplainsAboutManyUnknownKeysBriefly) {
    std::string text = "{";
    for (int i = 0; i < 3000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
    text.back() = '}';
    const JsonBody body(text);
    EXPECT_EQ(body.complaints().size(), 50U) << "the answer must not dwarf the request";
    EXPECT_TRUE(body.refusal());
}

TEST(JsonBody, NamesEverythingThatIsWrongAtOnce) {
    const JsonBody body(R"({"name":5,"count":0,"id":7,"price":{"amount":-1,"currency":"yuan"},
        "items":[1],"quantitty":1})");
    const JsonReader root = body.root();
    (void)root.text("name");
    (void)root.number("count", 1, 9);
    (void)root.number("quantity", 1, 9);
    (void)root.id<base::ItemId>("id");
    (void)root.money("price");
    (void)root.objects("items", 5);
    EXPECT_EQ(told(body),
              "/name: must be a text.\n"
              "/count: must be a whole number from 1 to 9.\n"
              "/quantity: is required.\n"
              "/id: must be an id: a string of digits, such as \"7\".\n"
              "/price/amount: must be a whole number from 0 to 10000000000000.\n"
              "/price/currency: must be three capital letters of ISO 4217, such as \"CNY\".\n"
              "/items/0: must be an object.\n"
              "/quantitty: is not known here; did you mean \"quantity\"?\n");
    ASSERT_TRUE(body.refusal());
    EXPECT_EQ(body.refusal()->status, 400);
}

TEST(JsonBody, RefusesWhatIsNoObject) {
    const struct {
        std::string text;
        std::string says;
    } rows[] = {
        {"", "empty"},
        {"[]", "must be a JSON object"},
        {"7", "must be a JSON object"},
        {"{\"a\":1", "not JSON"},
        {"{\"a\":1} x", "not JSON"},
        {"{a:1}", "not JSON"},
        {"\xff\xfe", "not JSON"},
        {"{\"a\":\"\xff\"}", "not JSON"},
        {"{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}", "nested deeper"},
    };
    for (const auto& row : rows) {
        const JsonBody body(row.text);
        EXPECT_EQ(body.root().maybe_number("a", 0, 9), std::nullopt);
        EXPECT_NE(told(body).find(row.says), std::string::npos) << row.text << ": " << told(body);
        EXPECT_EQ(body.complaints().size(), 1U) << "one reason is enough: " << told(body);
    }
}

TEST(JsonBody, RefusesAKeyThatStandsTwiceWithoutReadingEither) {
    const JsonBody body(R"({"name":"a","price":{"amount":1,"amount":2},"colour":"red"})");
    const JsonReader root = body.root();
    EXPECT_EQ(root.text("name"), "");
    EXPECT_EQ(root.money("price").amount, 0);
    EXPECT_EQ(told(body),
              ": The body has /price/amount twice; each key of an object may stand there once.\n");
    const auto refusal = body.refusal({{"/name", base::say("required")}});
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 400);
    EXPECT_NE(refusal->body.find(R"("code":"invalid")"), std::string::npos) << refusal->body;
    EXPECT_NE(refusal->body.find(R"("reason":"body_key_twice")"), std::string::npos)
        << refusal->body;
}

TEST(JsonBody, EmptyBodyIsAnEmptyObjectWhereThatIsAllowed) {
    const JsonBody body("", JsonBody::Empty::allowed);
    EXPECT_FALSE(body.root().has("a"));
    EXPECT_FALSE(body.refusal());
}

TEST(JsonBody, NumbersAreWholeAndInRange) {
    for (const char* text : {"0", "-1", "1001", "1.5", "1.0", "1e2", "\"1\"", "true", "null", "[1]",
                             "99999999999999999999", "9223372036854775807"}) {
        const JsonBody body(std::string("{\"quantity\":") + text + "}");
        (void)body.root().number("quantity", 1, 1000);
        EXPECT_TRUE(body.refusal()) << text;
    }
    const JsonBody body(R"({"quantity":1000})");
    EXPECT_EQ(body.root().number("quantity", 1, 1000), 1000);
    EXPECT_FALSE(body.refusal());
}

TEST(JsonBody, TextsAreCleanAndCountedInCharacters) {
    const JsonBody body(
        R"({"a":"限购限购","b":"x\u0000y","c":"two\nlines","d":"two\nlines","e":""})");
    const JsonReader root = body.root();
    EXPECT_EQ(root.text("a", {1, 4, false}), "限购限购");
    EXPECT_EQ(root.text("b"), "");
    EXPECT_EQ(root.text("c"), "");
    EXPECT_EQ(root.text("d", {1, 20, true}), "two\nlines");
    EXPECT_EQ(root.text("e"), "");
    const auto complaints = body.complaints();
    ASSERT_EQ(complaints.size(), 3U) << told(body);
    EXPECT_EQ(complaints[2].what.text(), "must not be empty.");
    EXPECT_EQ(complaints[2].what.code(), "empty");
}

TEST(JsonBody, PointersEscapeWhatTheirSyntaxUses) {
    const JsonBody body(R"({"a/b~c":1})");
    EXPECT_NE(told(body).find("/a~1b~0c: "), std::string::npos) << told(body);
}

TEST(JsonBody, ReadsTheSoleNumberOfAPlainBody) {
    for (const std::string_view text :
         {R"({"quantity":7})", R"({"quantity": 7})", " { \"quantity\" :\t7\r\n } \n"})
        EXPECT_EQ(sole_number(text, "quantity"), 7) << text;
    EXPECT_EQ(sole_number(R"({"quantity":0})", "quantity"), 0);
    EXPECT_EQ(sole_number(R"({"quantity":999999999})", "quantity"), 999'999'999);
    for (const std::string_view text : {"",
                                        "{",
                                        "{}",
                                        "7",
                                        R"({"quantity"})",
                                        R"({"quantity":})",
                                        R"({"quantity":07})",
                                        R"({"quantity":-7})",
                                        R"({"quantity":7.0})",
                                        R"({"quantity":7e0})",
                                        R"({"quantity":"7"})",
                                        R"({"quantity":7)",
                                        R"({"quantity":7}x)",
                                        R"({"quantity":7,})",
                                        R"({"quantity":7 7})",
                                        R"({"quantity":1000000000})",
                                        R"({"quantity":7,"a":1})",
                                        R"({"quantitty":7})",
                                        R"({" quantity":7})",
                                        R"({"quantity ":7})",
                                        R"([{"quantity":7}])",
                                        "{quantity:7}"})
        EXPECT_EQ(sole_number(text, "quantity"), std::nullopt) << text;
}

TEST(JsonBody, TheSoleNumberIsWhatTheDocumentSays) {
    constexpr std::string_view kPieces[] = {
        "{",  "}", "\"", "quantity", "\"quantity\"", ":", "1",  "07", "12",     "-3", " ", "\n",
        "\t", ",", "0",  ".",        "e1",           "x", "\\", "\v", "\u0071", "["};
    std::uint64_t seed = 1;
    const auto roll = [&seed](std::size_t sides) { return (seed = base::mix64(seed)) % sides; };
    std::size_t read = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text = R"({"quantity":12})";
        for (std::size_t changes = roll(4); changes > 0; --changes) {
            const std::size_t at = roll(text.size());
            text.replace(at, roll(2), kPieces[roll(std::size(kPieces))]);
        }
        const auto number = sole_number(text, "quantity");
        if (!number) continue;
        ++read;
        const JsonBody body(text);
        ASSERT_EQ(body.root().number("quantity", 0, 999'999'999), *number) << text;
        ASSERT_FALSE(body.refusal()) << text;
    }
    EXPECT_GT(read, 20'000U);  // else nothing was compared
}

}  // namespace
}  // namespace sluice::api
