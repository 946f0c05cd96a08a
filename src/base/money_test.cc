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

TEST(Currency, HasTheMinorDigitsOfIso4217OrIsNoMoney) {
    const auto digits = [](std::string_view text) { return minor_digits(*parse_currency(text)); };
    for (const char* two : {"CNY", "USD", "EUR", "HKD", "ZWG", "AED", "XCG"})
        EXPECT_EQ(digits(two), 2) << two;
    for (const char* none : {"JPY", "KRW", "BIF", "XPF"}) EXPECT_EQ(digits(none), 0) << none;
    for (const char* three : {"KWD", "BHD", "TND"}) EXPECT_EQ(digits(three), 3) << three;
    // Never a code, past, a test, a metal, a fund.
    for (const char* not_money : {"XXZ", "AAA", "DEM", "HRK", "XTS", "XAG", "XAU", "CLF", "NYU"})
        EXPECT_FALSE(digits(not_money)) << not_money;
    EXPECT_FALSE(minor_digits({}));
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
