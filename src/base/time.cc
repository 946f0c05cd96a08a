// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>

#include "base/rfc3339.h"

namespace sluice::base {

namespace {

std::int64_t read_clock_ns(clockid_t clock) noexcept {
    timespec at{};
    clock_gettime(clock, &at);
    return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

struct Parts {
    int year, month, day, hour, minute, second, ms, weekday;
};

Parts parts_of(Instant at) {
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds{at.ms}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss<milliseconds> clock{point - day};
    return {static_cast<int>(date.year()),
            static_cast<int>(static_cast<unsigned>(date.month())),
            static_cast<int>(static_cast<unsigned>(date.day())),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count()),
            static_cast<int>(clock.subseconds().count()),
            static_cast<int>(weekday{day}.c_encoding())};
}

/// Reads exactly `size` digits at the front of `text` and removes them; -1 if there are not as
/// many.
int take_digits(std::string_view& text, std::size_t size) {
    if (text.size() < size) return -1;
    int number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(size);
    return number;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

/// The offset from UTC in minutes: "Z", "+08:00" or "-03:30", and nothing behind it.
std::optional<int> take_offset(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const int hours = take_digits(text, 2);
    if (!take(text, ':')) return std::nullopt;
    const int minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    return sign * (hours * 60 + minutes);
}

}  // namespace

SystemClock::SystemClock()
    : wall_at_start_ns_(read_clock_ns(CLOCK_REALTIME)),
      monotonic_at_start_ns_(read_clock_ns(CLOCK_MONOTONIC)) {}

Instant SystemClock::now() const noexcept {
    return {(wall_at_start_ns_ + read_clock_ns(CLOCK_MONOTONIC) - monotonic_at_start_ns_) /
            1'000'000};
}

std::int64_t SystemClock::step_ms() const noexcept {
    return read_clock_ns(CLOCK_REALTIME) / 1'000'000 - now().ms;
}

std::int64_t monotonic_ns() noexcept { return read_clock_ns(CLOCK_MONOTONIC); }

std::string to_rfc3339(Instant at) {
    const Rfc3339 text = rfc3339_of(at);
    return {text.data(), text.size()};
}

void append_rfc3339(std::string& out, Instant at) {
    const Rfc3339 text = rfc3339_of(at);
    out.append(text.data(), text.size());
}

Rfc3339 rfc3339_of(Instant at) noexcept {
    const Parts p = parts_of(at);
    Rfc3339 text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                 '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    // By hand: every order carries two or three of them.
    const auto write = [&text](std::size_t at_index, int number) {
        text[at_index] = static_cast<char>('0' + number / 10);
        text[at_index + 1] = static_cast<char>('0' + number % 10);
    };
    write(0, p.year / 100);
    write(2, p.year % 100);
    write(5, p.month);
    write(8, p.day);
    write(11, p.hour);
    write(14, p.minute);
    write(17, p.second);
    write(20, p.ms / 10);
    text[22] = static_cast<char>('0' + p.ms % 10);
    return text;
}

std::string to_http_date(Instant at) {
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Parts p = parts_of(at);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(p.weekday)],
        p.day, kMonths[static_cast<std::size_t>(p.month - 1)], p.year, p.hour, p.minute, p.second);
}

std::expected<Instant, NoTime> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    constexpr auto kMalformed = std::unexpected(NoTime::malformed);
    const int y = take_digits(text, 4);
    if (!take(text, '-')) return kMalformed;
    const int mo = take_digits(text, 2);
    if (!take(text, '-')) return kMalformed;
    const int d = take_digits(text, 2);
    if (!take(text, 'T') && !take(text, 't')) return kMalformed;
    const int h = take_digits(text, 2);
    if (!take(text, ':')) return kMalformed;
    const int mi = take_digits(text, 2);
    if (!take(text, ':')) return kMalformed;
    const int s = take_digits(text, 2);
    if (y < 0 || mo < 1 || d < 1 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59)
        return kMalformed;
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                              day{static_cast<unsigned>(d)}};
    if (!date.ok()) return kMalformed;

    std::int64_t ms = 0;
    if (take(text, '.')) {
        std::int64_t unit = 100;
        std::size_t digits = 0;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9) {
            ms += unit * (text.front() - '0');
            unit /= 10;
            ++digits;
            text.remove_prefix(1);
        }
        if (digits == 0) return kMalformed;
    }
    const auto offset = take_offset(text);
    if (!offset) return kMalformed;
    const std::int64_t day_ms = sys_days{date}.time_since_epoch().count() * kDay.ms;
    const std::int64_t clock_ms = (h * 60LL + mi - *offset) * kMinute.ms + s * kSecond.ms + ms;
    const std::int64_t total = day_ms + clock_ms;
    // An offset may bring the first hours of a year into the one before.
    if (y < kYearMin || y > kYearMax || total < 0) return std::unexpected(NoTime::out_of_range);
    return Instant{total};
}

}  // namespace sluice::base
