// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice::base {
namespace {

TEST(Currency, IsThreeCapitalLetters) {
    const auto yuan = parse_currency("CNY");
    ASSERT_TRUE(yuan);
    EXPECT_EQ(yuan->text(), "CNY");
    EXPECT_NE(*yuan, *parse_currency("EUR"));
    for (const char* bad : {"", "CN", "CNYY", "cny", "C1Y", "C Y", "¥"})
        EXPECT_FALSE(parse_currency(bad)) << bad;
    EXPECT_EQ(Currency{}.text(), "");
}

TEST(Money, IsWrittenInMinorUnits) {
    EXPECT_EQ(to_json(Money{199900, *parse_currency("CNY")}),
              R"({"amount":199900,"currency":"CNY"})");
    EXPECT_EQ(to_json(Money{0, *parse_currency("JPY")}), R"({"amount":0,"currency":"JPY"})");
}

TEST(Money, DiffersByAmountAndByCurrency) {
    const Money price{100, *parse_currency("CNY")};
    EXPECT_EQ(price, (Money{100, *parse_currency("CNY")}));
    EXPECT_NE(price, (Money{101, *parse_currency("CNY")}));
    EXPECT_NE(price, (Money{100, *parse_currency("USD")}));
}

TEST(Money, TimesAnyQuantityOfAnOrderFits64Bits) {
    EXPECT_LT(kAmountMax, std::numeric_limits<std::int64_t>::max() / 900'000);
}

}  // namespace
}  // namespace sluice::base
