// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/history_store.h"

#include <gtest/gtest.h>

#include "adapter/sqlite/fresh_store_test.h"

namespace sluice::adapter {
namespace {

using activity::Sample;

constexpr base::ActivityId kSale{7};
constexpr base::Instant kStart{1'790'000'040'000};  // a whole minute

std::vector<std::int64_t> times(SqliteHistoryStore& store, base::Instant from, base::Instant to,
                                std::size_t limit = 100'000) {
    std::vector<std::int64_t> found;
    for (const Sample& sample : must(store.samples(kSale, from, to, limit)))
        found.push_back((sample.at - kStart).ms / 1000);
    return found;
}

TEST(HistoryStore, ReadsBackWhatItWasGivenInOrder) {
    FreshStore fresh;
    SqliteHistoryStore store(*fresh.database);
    must(store.add_samples({}));
    const std::vector<Sample> samples = {{kSale, kStart + base::kSecond, "{\"a\":2}"},
                                         {kSale, kStart, "{\"a\":1}"},
                                         {{8}, kStart, "{\"b\":1}"}};
    must(store.add_samples(samples));
    EXPECT_EQ(times(store, {0}, {INT64_MAX}), (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(times(store, {0}, {INT64_MAX}, 1), (std::vector<std::int64_t>{0}));
    EXPECT_EQ(times(store, kStart + base::kSecond, {INT64_MAX}), (std::vector<std::int64_t>{1}));
    must(store.add_samples(std::vector<Sample>{{kSale, kStart, "{\"a\":3}"}}));
    EXPECT_EQ(must(store.samples(kSale, kStart, kStart, 9)).front().json, "{\"a\":3}");
}

TEST(HistoryStore, ThinsOutWhatIsOldButNotTheStartOfTheSale) {
    FreshStore fresh;
    SqliteHistoryStore store(*fresh.database);
    std::vector<Sample> samples;
    for (std::int64_t second = 0; second < 1200; ++second)
        samples.push_back({kSale, {kStart.ms + second * 1000}, "{}"});
    must(store.add_samples(samples));
    const auto count = [&](std::int64_t from_s, std::int64_t to_s) {
        return times(store, {kStart.ms + from_s * 1000}, {kStart.ms + to_s * 1000}).size();
    };
    must(store.thin_out(kSale, kStart, {kStart.ms + 1200'000}));
    EXPECT_EQ(count(0, 1199), 1200U);
    must(store.thin_out(kSale, kStart, {kStart.ms + 1200'000 + activity::kEverySecondFor.ms}));
    EXPECT_EQ(count(0, 600), 601U);
    EXPECT_EQ(count(601, 1199), 59U);
    must(store.thin_out(kSale, kStart, {kStart.ms + 1200'000 + activity::kEveryTenthFor.ms}));
    EXPECT_EQ(count(0, 600), 601U);
    EXPECT_EQ(count(601, 1199), 9U);
}

TEST(HistoryStore, KeepsOneTallyForEachRun) {
    FreshStore fresh;
    SqliteHistoryStore store(*fresh.database);
    EXPECT_TRUE(must(store.tallies(kSale)).empty());
    must(store.keep_tally(kSale, {1000}, "old"));
    must(store.keep_tally(kSale, {2000}, "two"));
    must(store.keep_tally(kSale, {1000}, "one"));
    EXPECT_EQ(must(store.tallies(kSale)), (std::vector<std::string>{"one", "two"}));
    for (int run = 0; run < 30; ++run) must(store.keep_tally(kSale, {3000 + run}, "x"));
    EXPECT_EQ(must(store.tallies(kSale)).size(), 20U);
}

}  // namespace
}  // namespace sluice::adapter
