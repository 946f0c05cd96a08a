// SPDX-License-Identifier: Apache-2.0
#include "base/flat_map.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <unordered_map>

#include "base/id.h"

namespace sluice::base {
namespace {

struct Spread {
    std::uint64_t operator()(std::uint64_t key) const { return mix64(key); }
};
/// Everything falls together: the worst case of probing.
struct Collide {
    std::uint64_t operator()(std::uint64_t) const { return ~std::uint64_t{0}; }
};

template <class Hash>
void agrees_with_a_model() {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, int>>& steps) {
        FlatMap<std::uint64_t, int, Hash> map(255);
        std::unordered_map<std::uint64_t, int> model;
        for (const auto& [key, value] : steps) {
            if (key == 0) continue;
            const int* found = map.find(key);
            RC_ASSERT((found != nullptr) == model.contains(key));
            RC_ASSERT((found == nullptr || *found == model[key]));
            map.insert(key) = value;
            model[key] = value;
            RC_ASSERT(map.size() == model.size());
        }
        for (std::uint64_t key = 1; key < 256; ++key) {
            const int* found = map.find(key);
            RC_ASSERT((found != nullptr) == model.contains(key));
            RC_ASSERT((found == nullptr || *found == model[key]));
        }
    }));
}

TEST(FlatMap, FindsNothingUnderNoKey) {
    FlatMap<std::uint64_t, int, Spread> map(4);
    EXPECT_EQ(map.find(0), nullptr);
    map.insert(1) = 5;
    EXPECT_EQ(map.find(0), nullptr);
}

TEST(FlatMap, AgreesWithAModel) { agrees_with_a_model<Spread>(); }
TEST(FlatMap, AgreesWithAModelWhenAllKeysCollide) { agrees_with_a_model<Collide>(); }

TEST(FlatMap, HoldsAsManyAsItPromised) {
    FlatMap<std::uint64_t, std::uint64_t, Spread> map(1000);
    for (std::uint64_t key = 1; key <= 1000; ++key) {
        EXPECT_FALSE(map.full());
        map.insert(key) = key * 2;
    }
    EXPECT_TRUE(map.full());
    for (std::uint64_t key = 1; key <= 1000; ++key) ASSERT_EQ(*map.find(key), key * 2);
    EXPECT_EQ(map.find(1001), nullptr);
    map.insert(7) = 1;  // a key that is there needs no room
    EXPECT_EQ(*map.find(7), 1U);
}

TEST(FlatMap, StartsNewValuesEmpty) {
    FlatMap<std::uint64_t, int, Spread> map(4);
    EXPECT_EQ(map.insert(1), 0);
}

TEST(FlatMap, OfCapacityZeroIsEmptyAndFull) {
    FlatMap<std::uint64_t, int, Spread> map(0);
    EXPECT_TRUE(map.full());
    EXPECT_EQ(map.find(1), nullptr);
}

TEST(FlatMapDeathTest, StopsWhoGoesBeyondIt) {
    FlatMap<std::uint64_t, int, Spread> map(1);
    map.insert(1);
    EXPECT_DEATH(map.insert(2), "CHECK");
    EXPECT_DEATH(map.insert(0), "CHECK");
}

}  // namespace
}  // namespace sluice::base
