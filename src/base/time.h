// SPDX-License-Identifier: Apache-2.0
// Time: milliseconds since 1970-01-01 UTC, and the only place that reads a clock.
// The domain is given `now` as an argument; whoever needs a clock is handed a `Clock&`.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sluice::base {

/// A length of time in milliseconds; may be negative.
struct Duration {
    std::int64_t ms = 0;
    constexpr auto operator<=>(const Duration&) const = default;
};

/// A point in time, in milliseconds since the epoch, UTC. 0 means "none".
struct Instant {
    std::int64_t ms = 0;
    constexpr auto operator<=>(const Instant&) const = default;
    constexpr explicit operator bool() const { return ms != 0; }
};

[[nodiscard]] constexpr Instant operator+(Instant at, Duration by) { return {at.ms + by.ms}; }
[[nodiscard]] constexpr Instant operator-(Instant at, Duration by) { return {at.ms - by.ms}; }
[[nodiscard]] constexpr Duration operator-(Instant a, Instant b) { return {a.ms - b.ms}; }

inline constexpr Duration kSecond{1000};
inline constexpr Duration kMinute{60'000};
inline constexpr Duration kHour{3'600'000};
inline constexpr Duration kDay{86'400'000};

/// What time it is. Any thread.
class Clock {
   public:
    virtual ~Clock() = default;
    /// Never goes back within one process.
    [[nodiscard]] virtual Instant now() const noexcept = 0;
};

/// The machine's clock, made steady: it runs on the monotonic clock from the wall time at its
/// construction, so a step of the wall clock during a sale neither expires nor extends a hold.
/// What the wall clock does meanwhile is shown by `step_ms` and followed at the next start.
class SystemClock final : public Clock {
   public:
    SystemClock();
    [[nodiscard]] Instant now() const noexcept override;
    /// How far the wall clock is ahead of this one, in ms: a step that is not followed. For doctor
    /// and metrics.
    [[nodiscard]] std::int64_t step_ms() const noexcept;

   private:
    std::int64_t wall_at_start_ns_;
    std::int64_t monotonic_at_start_ns_;
};

/// A clock that tests move by hand.
class ManualClock final : public Clock {
   public:
    explicit ManualClock(Instant start) : now_(start) {}
    [[nodiscard]] Instant now() const noexcept override { return now_; }
    void advance(Duration by) { now_ = now_ + by; }
    void set(Instant at) { now_ = at; }

   private:
    Instant now_;
};

/// Nanoseconds of the monotonic clock, for latencies only.
[[nodiscard]] std::int64_t monotonic_ns() noexcept;

/// RFC 3339 in UTC with milliseconds: "2026-11-21T04:10:00.000Z".
[[nodiscard]] std::string to_rfc3339(Instant at);
void append_rfc3339(std::string& out, Instant at);
/// The times that are read: what is earlier or later is a mistake, such as seconds for ms.
inline constexpr int kYearMin = 1970;
inline constexpr int kYearMax = 2199;
/// Why a text gives no time.
enum class NoTime : std::uint8_t {
    malformed,    ///< not RFC 3339, or no such day
    out_of_range  ///< RFC 3339, but before kYearMin or after kYearMax
};
/// Parses RFC 3339 with any offset and 0 to 9 digits of a second; years kYearMin to kYearMax.
[[nodiscard]] std::expected<Instant, NoTime> parse_rfc3339(std::string_view text);
/// The fixed 29 bytes of an HTTP Date header: "Sat, 21 Nov 2026 04:10:00 GMT".
[[nodiscard]] std::string to_http_date(Instant at);

}  // namespace sluice::base
