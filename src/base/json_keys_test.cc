// SPDX-License-Identifier: Apache-2.0
#include "base/json_keys.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::base {
namespace {

TEST(JsonKeys, NamesTheFirstKeyThatStandsTwice) {
    const std::string long_key(100, 'k');
    const struct {
        std::string text;
        std::string pointer;
    } rows[] = {
        {R"({"a":1,"a":1})", "/a"},
        {R"({"a":1,"b":2,"a":3})", "/a"},
        {R"({"a":1,"a":1,"b":2,"b":2})", "/a"},
        {R"({"a":{"x":1},"a":[]})", "/a"},
        {R"({"a":null,"a":null})", "/a"},
        {R"({"":1,"":2})", "/"},
        {R"({"quantity":1,"qu\u0061ntity":2})", "/quantity"},
        {R"({"限购":1,"\u9650\u8d2d":2})", "/限购"},
        {R"({"a/b~c":1,"a/b~c":2})", "/a~1b~0c"},
        {R"({"price":{"amount":1,"currency":"CNY","amount":2}})", "/price/amount"},
        {R"({"items":[1,[],{"sku":"1"},{"sku":"1","sku":"2"}]})", "/items/3/sku"},
        {R"([[{"a":1}],[{"b":1},{"a":1,"a":2}]])", "/1/1/a"},
        {" \n{ \"a\" : 1 , \"a\" : 2 } \n", "/a"},
        {"{\"" + long_key + "\":1,\"" + long_key + "\":2}", "/" + long_key.substr(0, 64)},
        {"{\"" + long_key.substr(0, 63) + "限购\":1,\"" + long_key.substr(0, 63) + "限购\":2}",
         "/" + long_key.substr(0, 63) + "限"},
    };
    for (const auto& row : rows) EXPECT_EQ(find_repeated_key(row.text), row.pointer) << row.text;
}

TEST(JsonKeys, TheSameKeyInAnotherObjectIsAnotherKey) {
    for (const char* text :
         {"{}", "[]", "7", R"("a")", R"({"a":1,"A":2,"a ":3})", R"({"a":{"a":{"a":1}}})",
          R"({"items":[{"sku":"1"},{"sku":"1"}]})", R"({"a":"a","b":"a"})",
          R"({"price":{"amount":1},"list":{"amount":1},"amount":1})", R"({"a":"\"a\":1,\"a\":2"})",
          R"(["a","a"])"})
        EXPECT_EQ(find_repeated_key(text), "") << text;
}

TEST(JsonKeys, WhatIsNoJsonIsJudgedByOthers) {
    for (const std::string& text :
         {std::string(), std::string(R"({"a":1,"a":2)"), std::string(99, '[')})
        EXPECT_EQ(find_repeated_key(text), "") << text;
}

}  // namespace
}  // namespace sluice::base
