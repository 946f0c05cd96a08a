// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace sluice::base {

namespace {

constexpr std::uint64_t kSteps = 1U << Latencies::kStepBits;

/// The upper bounds of the buckets that Prometheus sees.
constexpr std::array<std::int64_t, 17> kScrapeBoundsNs{
    50'000,      100'000,       250'000,       500'000,       1'000'000,     2'500'000,
    5'000'000,   10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000,
    500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

constexpr std::array<std::int64_t, 15> kShortBoundsNs{
    50,     100,    250,     500,     1'000,     2'500,     5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000};
constexpr std::array<std::int64_t, 16> kSizeBounds{
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

prometheus::ClientMetric labelled(Metrics::Labels labels) {
    prometheus::ClientMetric metric;
    for (const MetricLabel& label : labels) {
        CHECK(prometheus::CheckLabelName(std::string(label.name)));
        metric.label.push_back({std::string(label.name), std::string(label.value)});
    }
    return metric;
}

}  // namespace

std::size_t metric_cell() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine =
        next.fetch_add(1, std::memory_order_relaxed) % kMetricCells;
    return mine;
}

std::uint64_t Counter::value() const noexcept {
    std::uint64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.count.load(std::memory_order_relaxed);
    return sum;
}

Latencies::Latencies() : buckets_(std::make_unique<std::array<std::uint64_t, kBucketCount>>()) {}

std::size_t Latencies::bucket_of(std::int64_t ns) noexcept {
    const auto time = static_cast<std::uint64_t>(std::clamp<std::int64_t>(ns, 0, kMaxNs));
    if (time < kSteps) return time;
    const unsigned shift = static_cast<unsigned>(std::bit_width(time)) - 1 - kStepBits;
    return ((shift + 1) * kSteps) + (time >> shift) - kSteps;
}

std::int64_t Latencies::top_of(std::size_t bucket) noexcept {
    if (bucket < kSteps) return static_cast<std::int64_t>(bucket);
    const std::uint64_t shift = bucket / kSteps - 1;
    const std::uint64_t width = std::uint64_t{1} << shift;
    return static_cast<std::int64_t>((kSteps + bucket % kSteps) * width + width - 1);
}

void Latencies::record(std::int64_t ns) noexcept {
    const std::int64_t time = std::clamp<std::int64_t>(ns, 0, kMaxNs);
    ++(*buckets_)[bucket_of(time)];
    ++count_;
    sum_ns_ += time;
    max_ns_ = std::max(max_ns_, time);
}

void Latencies::record_zeros(std::uint64_t count) noexcept {
    buckets_->front() += count;
    count_ += count;
}

void Latencies::merge(const Latencies& other) noexcept {
    for (std::size_t i = 0; i < kBucketCount; ++i) (*buckets_)[i] += (*other.buckets_)[i];
    count_ += other.count_;
    sum_ns_ += other.sum_ns_;
    max_ns_ = std::max(max_ns_, other.max_ns_);
}

std::int64_t Latencies::percentile_ns(double fraction) const noexcept {
    if (count_ == 0) return 0;
    const double share = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBucketCount; ++i) {
        seen += (*buckets_)[i];
        if (seen >= rank) return std::min(top_of(i), max_ns_);
    }
    return max_ns_;
}

std::uint64_t Latencies::count_up_to(std::int64_t ns) const noexcept {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBucketCount && top_of(i) <= ns; ++i) seen += (*buckets_)[i];
    return seen;
}

struct alignas(kCacheLine) Histogram::Cell {
    std::array<std::atomic<std::uint64_t>, Latencies::kBucketCount> buckets{};
    std::atomic<std::int64_t> sum_ns{0};
    std::atomic<std::int64_t> max_ns{0};
};

Histogram::Histogram() : cells_(std::make_unique<std::array<Cell, kMetricCells>>()) {}
Histogram::~Histogram() = default;

void Histogram::record(std::int64_t ns) noexcept {
    const std::int64_t time = std::clamp<std::int64_t>(ns, 0, Latencies::kMaxNs);
    Cell& cell = (*cells_)[metric_cell()];
    cell.buckets[Latencies::bucket_of(time)].fetch_add(1, std::memory_order_relaxed);
    cell.sum_ns.fetch_add(time, std::memory_order_relaxed);
    // Only the threads of this cell compete here, and only while the maximum still grows.
    std::int64_t most = cell.max_ns.load(std::memory_order_relaxed);
    while (time > most &&
           !cell.max_ns.compare_exchange_weak(most, time, std::memory_order_relaxed)) {
    }
}

Latencies Histogram::snapshot() const {
    Latencies all;
    for (const Cell& cell : *cells_) {
        for (std::size_t i = 0; i < Latencies::kBucketCount; ++i) {
            // The count is what the buckets add up to, so that both agree whatever is recorded now.
            const std::uint64_t count = cell.buckets[i].load(std::memory_order_relaxed);
            (*all.buckets_)[i] += count;
            all.count_ += count;
        }
        all.sum_ns_ += cell.sum_ns.load(std::memory_order_relaxed);
        all.max_ns_ = std::max(all.max_ns_, cell.max_ns.load(std::memory_order_relaxed));
    }
    return all;
}

struct Metrics::Inside {
    std::vector<prometheus::MetricFamily> families;

    void add(std::string_view name, std::string_view help, prometheus::MetricType type,
             prometheus::ClientMetric metric) {
        auto at = std::ranges::find(families, name, &prometheus::MetricFamily::name);
        if (at == families.end()) {
            CHECK(prometheus::CheckMetricName(std::string(name)));
            // The serializer does not escape it.
            CHECK(help.find_first_of("\\\n") == std::string_view::npos);
            families.push_back({std::string(name), std::string(help), type, {}});
            at = families.end() - 1;
        }
        CHECK(at->type == type && at->help == help);
        at->metric.push_back(std::move(metric));
    }
};

Metrics::Metrics() : inside_(std::make_unique<Inside>()) {}
Metrics::~Metrics() = default;

void Metrics::add_counter(std::string_view name, std::string_view help, Labels labels,
                          std::uint64_t value) {
    CHECK(name.ends_with("_total"));
    prometheus::ClientMetric metric = labelled(labels);
    metric.counter.value = static_cast<double>(value);
    inside_->add(name, help, prometheus::MetricType::Counter, std::move(metric));
}

void Metrics::add_gauge(std::string_view name, std::string_view help, Labels labels, double value) {
    prometheus::ClientMetric metric = labelled(labels);
    metric.gauge.value = value;
    inside_->add(name, help, prometheus::MetricType::Gauge, std::move(metric));
}

void Metrics::add_histogram(std::string_view name, std::string_view help, Labels labels,
                            const Latencies& latencies) {
    CHECK(name.ends_with("_seconds"));
    add_buckets(name, help, labels, latencies, kScrapeBoundsNs, 1e9);
}

void Metrics::add_short_histogram(std::string_view name, std::string_view help, Labels labels,
                                  const Latencies& latencies) {
    CHECK(name.ends_with("_seconds"));
    add_buckets(name, help, labels, latencies, kShortBoundsNs, 1e9);
}

void Metrics::add_size_histogram(std::string_view name, std::string_view help, Labels labels,
                                 const Latencies& sizes) {
    CHECK(!name.ends_with("_seconds") && !name.ends_with("_total"));
    add_buckets(name, help, labels, sizes, kSizeBounds, 1);
}

void Metrics::add_buckets(std::string_view name, std::string_view help, Labels labels,
                          const Latencies& latencies, std::span<const std::int64_t> bounds,
                          double units_of_one) {
    prometheus::ClientMetric metric = labelled(labels);
    metric.histogram.sample_count = latencies.count();
    metric.histogram.sample_sum = static_cast<double>(latencies.sum_ns()) / units_of_one;
    for (const std::int64_t bound : bounds)
        metric.histogram.bucket.push_back(
            {latencies.count_up_to(bound), static_cast<double>(bound) / units_of_one});
    inside_->add(name, help, prometheus::MetricType::Histogram, std::move(metric));
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(inside_->families);
}

}  // namespace sluice::base
