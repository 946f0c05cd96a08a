// SPDX-License-Identifier: Apache-2.0
#include "base/flat_index.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <vector>

#include "base/id.h"

namespace sluice::base {
namespace {

std::uint64_t spread(std::uint64_t key) { return mix64(key); }
/// Everything falls together and looks alike: the worst case of probing.
std::uint64_t collide(std::uint64_t /*key*/) { return ~std::uint64_t{0}; }

void agrees_with_a_model(std::uint64_t (*hash)(std::uint64_t)) {
    EXPECT_TRUE(rc::check([hash](const std::vector<std::uint8_t>& keys) {
        FlatIndex index(256);
        std::vector<std::uint64_t> entries;
        std::map<std::uint64_t, std::uint32_t> model;
        const auto is = [&](std::uint64_t key) {
            return [&entries, key](std::uint32_t number) { return entries[number] == key; };
        };
        for (const std::uint8_t key : keys) {
            const auto number = static_cast<std::uint32_t>(entries.size());
            entries.push_back(key);
            const auto known = model.find(key);
            const std::uint32_t before = known != model.end() ? known->second : FlatIndex::kNone;
            RC_ASSERT(index.find(hash(key), is(key)) == before);
            RC_ASSERT(index.exchange(hash(key), number, is(key)) == before);
            model[key] = number;
        }
        for (std::uint64_t key = 0; key < 256; ++key) {
            const auto known = model.find(key);
            RC_ASSERT(index.find(hash(key), is(key)) ==
                      (known != model.end() ? known->second : FlatIndex::kNone));
        }
    }));
}

TEST(FlatIndex, AgreesWithAModel) { agrees_with_a_model(spread); }
TEST(FlatIndex, AgreesWithAModelWhenAllHashesCollide) { agrees_with_a_model(collide); }

TEST(FlatIndex, HoldsAsManyAsItPromised) {
    FlatIndex index(1000);
    for (std::uint32_t number = 0; number < 1000; ++number) {
        const auto is_it = [number](std::uint32_t other) { return other == number; };
        index.prefetch(spread(number));
        EXPECT_EQ(index.exchange(spread(number), number, is_it), FlatIndex::kNone);
    }
    for (std::uint32_t number = 0; number < 1000; ++number) {
        const auto is_it = [number](std::uint32_t other) { return other == number; };
        ASSERT_EQ(index.find(spread(number), is_it), number);
    }
}

TEST(FlatIndexDeathTest, StopsWhoGoesBeyondIt) {
    FlatIndex index(1);
    const auto never = [](std::uint32_t /*number*/) { return false; };
    index.exchange(1, 0, never);
    EXPECT_DEATH(index.exchange(2, 1, never), "CHECK.*size_");
}

}  // namespace
}  // namespace sluice::base
