// SPDX-License-Identifier: Apache-2.0
#include "http/address_counts.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sluice::http {
namespace {

AddressBytes address(std::string_view text) {
    AddressBytes bytes{};
    EXPECT_TRUE(parse_address(text, bytes)) << text;
    return bytes;
}

TEST(AddressCounts, GivesEachAddressItsShareAndTakesItBack) {
    AddressCounts counts{2, 1000};
    const auto mine = address("192.0.2.1");
    const auto one = counts.try_enter(mine);
    ASSERT_TRUE(one && counts.try_enter(mine));
    EXPECT_FALSE(counts.try_enter(mine));
    EXPECT_TRUE(counts.try_enter(address("192.0.2.2")));
    EXPECT_FALSE(counts.try_enter(mine)) << "a refusal must not be counted, nor taken back twice";
    counts.leave(*one);
    EXPECT_TRUE(counts.try_enter(mine));
    EXPECT_FALSE(counts.try_enter(mine));
}

TEST(AddressCounts, CountsIpv6ByNetwork) {
    AddressCounts counts{1, 1000};
    EXPECT_TRUE(counts.try_enter(address("2001:db8:0:1::1")));
    EXPECT_FALSE(counts.try_enter(address("2001:db8:0:1:ffff::2")));
    EXPECT_TRUE(counts.try_enter(address("2001:db8:0:2::1")));
    EXPECT_TRUE(counts.try_enter(address("127.0.0.1")));
    EXPECT_FALSE(counts.try_enter(address("::ffff:127.0.0.1"))) << "the same, written as IPv6";
}

TEST(AddressCounts, LimitsNobodyAtZero) {
    AddressCounts counts{0, 1000};
    for (int i = 0; i < 5000; ++i) {
        const auto place = counts.try_enter(address("192.0.2.1"));
        ASSERT_TRUE(place);
        counts.leave(*place);
    }
}

TEST(AddressCounts, RefusesAlmostNobodyBecauseOfOthers) {
    // The place is full of others, each with its whole share.
    AddressCounts counts{4, 20'000};
    std::uint32_t refused = 0;
    AddressBytes who = address("10.0.0.0");
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        who[13] = static_cast<unsigned char>(i / 4 / 256);
        who[14] = static_cast<unsigned char>(i / 4 % 256);
        if (!counts.try_enter(who)) ++refused;
    }
    EXPECT_LT(refused, 200U);
    EXPECT_FALSE(counts.try_enter(who)) << "and nobody gets more than the share";
}

TEST(AddressCounts, IsExactWhenManyComeAndGoAtOnce) {
    AddressCounts counts{8, 1000};
    const auto mine = address("192.0.2.1");
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 20'000; ++i)
                    if (const auto place = counts.try_enter(mine)) counts.leave(*place);
            });
    }
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(counts.try_enter(mine));
    EXPECT_FALSE(counts.try_enter(mine));
}

}  // namespace
}  // namespace sluice::http
