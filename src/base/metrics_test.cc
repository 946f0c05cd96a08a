// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

namespace sluice::base {
namespace {

TEST(Counter, SumsWhatAllThreadsAdd) {
    Counter counter;
    std::vector<std::thread> threads;
    // More threads than cells, so that some share one.
    for (std::size_t t = 0; t < kMetricCells + 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) counter.add();
            counter.add(5);
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(counter.value(), (kMetricCells + 4) * 1005);
}

TEST(Counter, GivesEachThreadItsCell) {
    EXPECT_EQ(metric_cell(), metric_cell());
    std::size_t other = metric_cell();
    std::thread([&] { other = metric_cell(); }).join();
    EXPECT_NE(other, metric_cell());
    EXPECT_LT(other, kMetricCells);
}

TEST(Latencies, HaveBucketsWithoutGapOrOverlap) {
    for (std::size_t i = 0; i < Latencies::kBucketCount; ++i) {
        const std::int64_t top = Latencies::top_of(i);
        ASSERT_EQ(Latencies::bucket_of(top), i);
        if (i + 1 < Latencies::kBucketCount) {
            ASSERT_EQ(Latencies::bucket_of(top + 1), i + 1);
        }
    }
    EXPECT_EQ(Latencies::bucket_of(0), 0U);
    EXPECT_EQ(Latencies::top_of(Latencies::kBucketCount - 1), Latencies::kMaxNs);
}

TEST(Latencies, AreReadBackAtMostOneThirtySecondTooHigh) {
    EXPECT_TRUE(rc::check([] {
        const auto ns = *rc::gen::inRange<std::int64_t>(0, Latencies::kMaxNs);
        const std::int64_t top = Latencies::top_of(Latencies::bucket_of(ns));
        RC_ASSERT(top >= ns);
        RC_ASSERT(top - ns <= ns / 32);
    }));
}

TEST(Latencies, HavePercentilesNearTheExactOnes) {
    EXPECT_TRUE(rc::check([] {
        const auto times = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(
            rc::gen::inRange<std::int64_t>(0, 10'000'000'000)));
        Latencies latencies;
        for (const std::int64_t ns : times) latencies.record(ns);
        auto sorted = times;
        std::ranges::sort(sorted);
        for (const double fraction : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const double share = std::ceil(fraction * static_cast<double>(sorted.size()));
            const auto rank = std::max<std::size_t>(static_cast<std::size_t>(share), 1);
            const std::int64_t exact = sorted[rank - 1];
            const std::int64_t found = latencies.percentile_ns(fraction);
            RC_ASSERT(found >= exact);
            RC_ASSERT(found - exact <= exact / 32);
        }
        RC_ASSERT(latencies.percentile_ns(1.0) == sorted.back());
        RC_ASSERT(latencies.max_ns() == sorted.back());
        RC_ASSERT(latencies.count() == sorted.size());
    }));
}

TEST(Latencies, MergedAreWhatOneWouldHaveCounted) {
    EXPECT_TRUE(rc::check(
        [](const std::vector<std::int32_t>& first, const std::vector<std::int32_t>& second) {
            Latencies a;
            Latencies b;
            Latencies both;
            for (const std::int32_t ns : first) a.record(ns), both.record(ns);
            for (const std::int32_t ns : second) b.record(ns), both.record(ns);
            a.merge(b);
            RC_ASSERT(a.count() == both.count());
            RC_ASSERT(a.sum_ns() == both.sum_ns());
            RC_ASSERT(a.max_ns() == both.max_ns());
            for (const double fraction : {0.01, 0.5, 0.99})
                RC_ASSERT(a.percentile_ns(fraction) == both.percentile_ns(fraction));
        }));
}

TEST(Latencies, TakeAnyTime) {
    Latencies latencies;
    EXPECT_EQ(latencies.percentile_ns(0.5), 0);
    latencies.record(-5);
    latencies.record(std::numeric_limits<std::int64_t>::max());
    latencies.record(std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(latencies.count(), 3U);
    EXPECT_EQ(latencies.sum_ns(), Latencies::kMaxNs);
    EXPECT_EQ(latencies.percentile_ns(0.5), 0);
    EXPECT_EQ(latencies.percentile_ns(1), Latencies::kMaxNs);
    EXPECT_EQ(latencies.count_up_to(0), 2U);
    latencies.record_zeros(97);
    EXPECT_EQ(latencies.count(), 100U);
    EXPECT_EQ(latencies.count_up_to(0), 99U);
    EXPECT_EQ(latencies.sum_ns(), Latencies::kMaxNs);
}

TEST(Histogram, CountsWhatManyThreadsRecordWhileItIsRead) {
    Histogram histogram;
    std::atomic<bool> stop{false};
    std::thread scraper([&] {
        std::uint64_t last = 0;
        while (!stop) {
            const std::uint64_t count = histogram.snapshot().count();
            EXPECT_GE(count, last);
            last = count;
        }
    });
    std::vector<std::thread> threads;
    for (int t = 1; t <= 4; ++t)
        threads.emplace_back([&histogram, t] {
            for (int i = 0; i < 1000; ++i) histogram.record(t * 1000);
        });
    for (std::thread& thread : threads) thread.join();
    stop = true;
    scraper.join();
    const Latencies all = histogram.snapshot();
    EXPECT_EQ(all.count(), 4000U);
    EXPECT_EQ(all.sum_ns(), 10'000'000);
    EXPECT_EQ(all.max_ns(), 4000);
    EXPECT_EQ(all.percentile_ns(1), 4000);
    EXPECT_NEAR(static_cast<double>(all.percentile_ns(0.5)), 2000, 63);
}

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
    Metrics metrics;
    metrics.add_counter("sluice_refusals_total", "Purchases refused at a gate.", {{"gate", "risk"}},
                        7);
    metrics.add_gauge("sluice_connections", "Open connections.", {}, 12);
    metrics.add_counter("sluice_refusals_total", "Purchases refused at a gate.",
                        {{"gate", "sold_out"}}, 1'000'000'000);
    // Families stay together, in the order of their first mention.
    EXPECT_EQ(metrics.text(),
              "# HELP sluice_refusals_total Purchases refused at a gate.\n"
              "# TYPE sluice_refusals_total counter\n"
              "sluice_refusals_total{gate=\"risk\"} 7\n"
              "sluice_refusals_total{gate=\"sold_out\"} 1000000000\n"
              "# HELP sluice_connections Open connections.\n"
              "# TYPE sluice_connections gauge\n"
              "sluice_connections 12\n");
}

TEST(Metrics, EscapeTheValuesOfLabels) {
    Metrics metrics;
    metrics.add_gauge("sluice_item", "An item.", {{"title", "a\"b\\c\nd"}}, 1);
    EXPECT_NE(metrics.text().find(R"(sluice_item{title="a\"b\\c\nd"} 1)"), std::string::npos)
        << metrics.text();
}

TEST(Metrics, WriteLatenciesInSecondsAndCumulated) {
    Latencies latencies;
    latencies.record(10'000);          // 10 µs
    latencies.record(3'000'000);       // 3 ms
    latencies.record(60'000'000'000);  // a minute
    Metrics metrics;
    metrics.add_histogram("sluice_purchase_seconds", "From request to answer.", {}, latencies);
    const std::string text = metrics.text();
    for (const char* line :
         {"# TYPE sluice_purchase_seconds histogram\n",
          "sluice_purchase_seconds_bucket{le=\"5e-05\"} 1\n",
          "sluice_purchase_seconds_bucket{le=\"0.0025\"} 1\n",
          "sluice_purchase_seconds_bucket{le=\"0.005\"} 2\n",
          "sluice_purchase_seconds_bucket{le=\"10\"} 2\n",
          "sluice_purchase_seconds_bucket{le=\"+Inf\"} 3\n", "sluice_purchase_seconds_count 3\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    EXPECT_NE(text.find("sluice_purchase_seconds_sum 60.00301"), std::string::npos) << text;
}

TEST(Metrics, WriteShortTimesAndSizesInBucketsThatSuitThem) {
    Latencies times;
    times.record(200);
    times.record(900);
    times.record(20'000'000);
    Latencies sizes;
    sizes.record(1);
    sizes.record(700);
    Metrics metrics;
    metrics.add_short_histogram("sluice_hold_seconds", "A lock.", {{"by", "event"}}, times);
    metrics.add_size_histogram("sluice_batch_records", "A batch.", {}, sizes);
    const std::string text = metrics.text();
    for (const char* line :
         {"sluice_hold_seconds_bucket{by=\"event\",le=\"1e-07\"} 0\n",
          "sluice_hold_seconds_bucket{by=\"event\",le=\"2.5e-07\"} 1\n",
          "sluice_hold_seconds_bucket{by=\"event\",le=\"1e-06\"} 2\n",
          "sluice_hold_seconds_bucket{by=\"event\",le=\"0.01\"} 2\n",
          "sluice_hold_seconds_count{by=\"event\"} 3\n", "# TYPE sluice_batch_records histogram\n",
          "sluice_batch_records_bucket{le=\"1\"} 1\n",
          "sluice_batch_records_bucket{le=\"500\"} 1\n",
          "sluice_batch_records_bucket{le=\"1000\"} 2\n", "sluice_batch_records_sum 701\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(Metrics, OfNothingAreEmpty) { EXPECT_EQ(Metrics().text(), ""); }

TEST(MetricsDeathTest, RefuseNamesThatPrometheusWould) {
    Metrics metrics;
    EXPECT_DEATH(metrics.add_gauge("sluice-connections", "x", {}, 1), "CHECK");
    EXPECT_DEATH(metrics.add_counter("sluice_refusals", "x", {}, 1), "CHECK");
    EXPECT_DEATH(metrics.add_histogram("sluice_purchase_ms", "x", {}, Latencies()), "CHECK");
    EXPECT_DEATH(metrics.add_gauge("sluice_x", "x", {{"a-b", "x"}}, 1), "CHECK");
    metrics.add_gauge("sluice_x", "x", {}, 1);
    EXPECT_DEATH(metrics.add_gauge("sluice_x", "another help", {}, 1), "CHECK");
}

}  // namespace
}  // namespace sluice::base
