// SPDX-License-Identifier: Apache-2.0
#include "base/id.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <set>

namespace sluice::base {
namespace {

TEST(Hash128, KeepsItsPartsApart) {
    EXPECT_EQ(hash128("d", "ab", "c"), hash128("d", "ab", "c"));
    EXPECT_NE(hash128("d", "ab", "c"), hash128("d", "a", "bc"));
    EXPECT_NE(hash128("d", "abc", ""), hash128("d", "", "abc"));
    EXPECT_NE(hash128("da", "b", "c"), hash128("d", "ab", "c"));
    EXPECT_NE(hash128("d", "ab", "c"), hash128("e", "ab", "c"));
    EXPECT_TRUE(hash128("", "", ""));
}

TEST(Hash128, CannotBeShiftedBetweenParts) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        std::set<std::string> seen;
        for (std::size_t i = 0; i <= text.size(); ++i)
            for (std::size_t j = i; j <= text.size(); ++j)
                seen.insert(
                    to_text(hash128(text.substr(0, i), text.substr(i, j - i), text.substr(j))));
        RC_ASSERT(seen.size() == (text.size() + 1) * (text.size() + 2) / 2);
    }));
}

TEST(UserId, DependsOnWhoVouches) {
    EXPECT_EQ(user_of("sluice", "alice"), user_of("sluice", "alice"));
    EXPECT_NE(user_of("sluice", "alice"), user_of("https://shop.example", "alice"));
    EXPECT_NE(user_of("sluice", "alice"), user_of("sluice", "Alice"));
}

TEST(UserId, OfARehearsalIsNeverOneOfARealCustomer) {
    EXPECT_TRUE(rc::check([](const std::string& issuer, const std::string& subject) {
        RC_ASSERT(!is_rehearsal(user_of(issuer, subject)));
        RC_ASSERT(is_rehearsal(rehearsal_user_of(subject)));
        RC_ASSERT(rehearsal_user_of(subject) != rehearsal_user_of(subject + "x"));
    }));
    EXPECT_EQ(rehearsal_user_of("alice"), rehearsal_user_of("alice"));
    EXPECT_EQ(to_text(rehearsal_user_of("alice")).substr(0, 8), "72656865");
    EXPECT_FALSE(is_rehearsal(UserId{}));
}

TEST(UserId, WhoseHashBeginsLikeARehearsalIsRealAllTheSame) {
    constexpr Key128 kUnlucky{kRehearsalPrefix << 32 | 7, 9};
    static_assert(is_rehearsal(UserId{kUnlucky}));
    static_assert(!is_rehearsal(customer_with(kUnlucky)));
    EXPECT_EQ(customer_with(kUnlucky), (UserId{{kUnlucky.high ^ std::uint64_t{1} << 63, 9}}));
    EXPECT_EQ(customer_with({7, 9}), (UserId{{7, 9}}));
    EXPECT_EQ(user_of("sluice", "alice"), customer_with(hash128("user", "sluice", "alice")));
}

TEST(Key128, IsReadBackAsItWasWritten) {
    EXPECT_EQ(to_text(Key128{0x0123456789abcdef, 1}), "0123456789abcdef0000000000000001");
    EXPECT_TRUE(rc::check([](std::uint64_t high, std::uint64_t low) {
        const Key128 key{high, low};
        RC_ASSERT(parse_key128(to_text(key)) == key);
    }));
}

TEST(Key128, IsNotReadFromAnythingElse) {
    for (const char* bad :
         {"", "0", "0123456789abcdef000000000000001", "0123456789abcdef00000000000000001",
          "0123456789ABCDEF0000000000000001", "0123456789abcdeg0000000000000001",
          "0x23456789abcdef0000000000000001", " 123456789abcdef0000000000000001"})
        EXPECT_FALSE(parse_key128(bad)) << bad;
}

TEST(ParseNumber, TakesPlainDecimalUpToItsLimit) {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(parse_number("1", kMost), 1U);
    EXPECT_EQ(parse_number("18446744073709551615", kMost), kMost);
    EXPECT_EQ(parse_number("100", 100), 100U);
    EXPECT_EQ(parse_number("9", 9), 9U);
    for (const char* bad :
         {"", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "１", "18446744073709551616",
          "99999999999999999999", "100000000000000000000"})
        EXPECT_FALSE(parse_number(bad, kMost)) << bad;
    EXPECT_FALSE(parse_number("101", 100));
    EXPECT_FALSE(parse_number("1000", 100));
}

TEST(ParseNumber, AgreesWithArithmetic) {
    EXPECT_TRUE(rc::check([](std::uint64_t number, std::uint64_t most) {
        RC_PRE(number > 0);
        const auto parsed = parse_number(std::to_string(number), most);
        RC_ASSERT(parsed.has_value() == (number <= most));
        RC_ASSERT((!parsed || *parsed == number));
    }));
}

TEST(ParseNumber, RefusesWhatIsAboveASmallLimit) {
    for (std::uint64_t most = 0; most < 21; ++most)
        for (std::uint64_t number = 1; number < 120; ++number)
            EXPECT_EQ(parse_number(std::to_string(number), most).has_value(), number <= most)
                << number << " of " << most;
}

TEST(ParseId, FitsTheNumberOfTheId) {
    EXPECT_EQ(parse_id<ItemId>("4294967295"), ItemId{4294967295U});
    EXPECT_FALSE(parse_id<ItemId>("4294967296"));
    // A snowflake has 63 bits, so that it fits a signed column.
    EXPECT_EQ(parse_id<OrderId>("9223372036854775807"), OrderId{9223372036854775807ULL});
    EXPECT_FALSE(parse_id<OrderId>("9223372036854775808"));
    EXPECT_FALSE(parse_id<OrderId>("0"));
    EXPECT_EQ(to_text(OrderId{123}), "123");
}

}  // namespace
}  // namespace sluice::base
