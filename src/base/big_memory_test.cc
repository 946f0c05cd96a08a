// SPDX-License-Identifier: Apache-2.0
#include "base/big_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace sluice::base {
namespace {

TEST(BigMemory, IsZeroedAndWritableFromEndToEndInEverySize) {
    for (const std::size_t count : {1U, 63U, 262'143U, 262'144U, 262'145U, 1'000'000U}) {
        const BigArray<std::uint64_t> numbers(count);
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_EQ(numbers[i], 0U) << i << " of " << count;
            numbers[i] = i + 1;
        }
        EXPECT_EQ(numbers[count - 1], count);
    }
}

TEST(BigMemory, StartsOnACacheLine) {
    for (const std::size_t count : {1U, 100U, 10'000'000U}) {
        const BigArray<char> bytes(count);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&bytes[0]) % 64, 0U);
    }
}

TEST(BigMemory, HoldsAVectorThatReservedAllItNeeds) {
    std::vector<std::uint64_t, BigAllocator<std::uint64_t>> numbers;
    numbers.reserve(1'000'000);
    const auto* const begin = numbers.data();
    for (std::uint64_t i = 0; i < 1'000'000; ++i) numbers.push_back(i);
    EXPECT_EQ(numbers.data(), begin);
    EXPECT_EQ(numbers.back(), 999'999U);
}

}  // namespace
}  // namespace sluice::base
