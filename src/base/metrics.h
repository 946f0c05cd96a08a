// SPDX-License-Identifier: Apache-2.0
// Metrics: counters and latencies that threads add to without contending, and the page that
// Prometheus scrapes. Each thread writes to a cell of its own, on its own cache line; a scrape sums
// the cells.
// Threads: add() and record() any, wait-free, some nanoseconds. Latencies and Metrics: one.
// Limits: kMetricCells cells; more threads than that share them, which is slower, never wrong.
// Names: `sluice_` in front, base units, `_total` behind a counter, `_seconds` behind a time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sluice::base {

inline constexpr std::size_t kMetricCells = 16;
inline constexpr std::size_t kCacheLine = 64;  // bytes

/// The cell of the calling thread, 0..kMetricCells-1; handed out in turn.
[[nodiscard]] std::size_t metric_cell() noexcept;

/// A number that only grows.
class Counter {
   public:
    void add(std::uint64_t by = 1) noexcept {
        cells_[metric_cell()].count.fetch_add(by, std::memory_order_relaxed);
    }
    /// What all threads have added so far.
    [[nodiscard]] std::uint64_t value() const noexcept;

   private:
    struct alignas(kCacheLine) Cell {
        std::atomic<std::uint64_t> count{0};
    };
    std::array<Cell, kMetricCells> cells_;
};

/// Latencies in log-linear buckets: exact below 32 ns, then 32 buckets for each doubling, so that
/// what is read back is at most 1/32 too high. 9 KB. Beyond kMaxNs everything counts as kMaxNs.
/// It counts sizes as well, such as the records of a batch; what one is, is the owner's affair.
class Latencies {
   public:
    static constexpr unsigned kStepBits = 5;  // 2^5 buckets for each doubling
    static constexpr unsigned kTopBit = 40;   // 2^40 ns are 18 minutes
    static constexpr std::int64_t kMaxNs = (std::int64_t{1} << kTopBit) - 1;
    static constexpr std::size_t kBucketCount = (kTopBit - kStepBits + 1) << kStepBits;

    Latencies();
    /// Counts one; a negative time counts as 0.
    void record(std::int64_t ns) noexcept;
    /// Counts `count` that took no time at all.
    void record_zeros(std::uint64_t count) noexcept;
    /// Adds what `other` has counted.
    void merge(const Latencies& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t sum_ns() const noexcept { return sum_ns_; }
    [[nodiscard]] std::int64_t max_ns() const noexcept { return max_ns_; }
    /// What `fraction` (0..1) of them did not exceed: 0.5 is the median. 0 if there are none.
    [[nodiscard]] std::int64_t percentile_ns(double fraction) const noexcept;
    /// How many were surely at most `ns`: those whose bucket ends there or before.
    [[nodiscard]] std::uint64_t count_up_to(std::int64_t ns) const noexcept;

    /// How many a bucket has counted; `bucket` is below kBucketCount.
    [[nodiscard]] std::uint64_t count_in(std::size_t bucket) const { return (*buckets_)[bucket]; }
    /// Which bucket counts `ns`, and the greatest time that a bucket counts.
    [[nodiscard]] static std::size_t bucket_of(std::int64_t ns) noexcept;
    [[nodiscard]] static std::int64_t top_of(std::size_t bucket) noexcept;

   private:
    friend class Histogram;
    std::unique_ptr<std::array<std::uint64_t, kBucketCount>> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t sum_ns_ = 0;
    std::int64_t max_ns_ = 0;
};

/// Latencies that many threads record at once. 150 KB, allocated in the constructor.
class Histogram {
   public:
    Histogram();
    ~Histogram();
    Histogram(const Histogram&) = delete;
    Histogram& operator=(const Histogram&) = delete;

    void record(std::int64_t ns) noexcept;
    /// What has been recorded so far; one that is recorded meanwhile may be missing.
    [[nodiscard]] Latencies snapshot() const;

   private:
    struct Cell;
    std::unique_ptr<std::array<Cell, kMetricCells>> cells_;
};

/// A label of a metric. Few values, never an id of a user or an order: each is a series.
struct MetricLabel {
    std::string_view name;
    std::string_view value;
};

/// One scrape: collects values, then writes them in the text format 0.0.4 of Prometheus.
/// Series of one name form one family, in the order of their first mention; help and kind of a
/// name must not change (CHECKed, as is the spelling of the name).
class Metrics {
   public:
    using Labels = std::initializer_list<MetricLabel>;
    /// Of the answer that carries text().
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void add_counter(std::string_view name, std::string_view help, Labels labels,
                     std::uint64_t value);
    void add_gauge(std::string_view name, std::string_view help, Labels labels, double value);
    /// As seconds, in buckets from 50 µs to 10 s.
    void add_histogram(std::string_view name, std::string_view help, Labels labels,
                       const Latencies& latencies);
    /// The same for what lasts nanoseconds: in buckets from 50 ns to 10 ms.
    void add_short_histogram(std::string_view name, std::string_view help, Labels labels,
                             const Latencies& latencies);
    /// Of numbers that are no times: how many of something at once, from 1 to 100,000.
    void add_size_histogram(std::string_view name, std::string_view help, Labels labels,
                            const Latencies& sizes);
    [[nodiscard]] std::string text() const;

   private:
    void add_buckets(std::string_view name, std::string_view help, Labels labels,
                     const Latencies& latencies, std::span<const std::int64_t> bounds,
                     double units_of_one);

    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace sluice::base
