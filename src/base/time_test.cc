// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sluice::base {
namespace {

TEST(Time, IsWrittenAsRfc3339InUtc) {
    EXPECT_EQ(to_rfc3339(Instant{0}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(Instant{1'795'234'200'007}), "2026-11-21T04:10:00.007Z");
    EXPECT_EQ(to_rfc3339(Instant{1'709'164'799'999}), "2024-02-28T23:59:59.999Z");
}

TEST(Time, IsWrittenAsAnHttpDate) {
    EXPECT_EQ(to_http_date(Instant{784'111'777'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(to_http_date(Instant{1'795'234'200'999}), "Sat, 21 Nov 2026 04:10:00 GMT");
}

TEST(Time, IsReadInEverySpellingThatRfc3339Allows) {
    struct Case {
        const char* text;
        std::int64_t ms;
    };
    constexpr Case kCases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-21T04:10:00Z", 1'795'234'200'000},
        {"2026-11-21t04:10:00z", 1'795'234'200'000},
        {"2026-11-21T12:10:00+08:00", 1'795'234'200'000},
        {"2026-11-21T00:40:00-03:30", 1'795'234'200'000},
        {"2026-11-21T04:10:00-00:00", 1'795'234'200'000},
        {"2026-11-21T04:10:00.1Z", 1'795'234'200'100},
        {"2026-11-21T04:10:00.0079Z", 1'795'234'200'007},
        {"2026-11-21T04:10:00.123456789+00:00", 1'795'234'200'123},
        {"2024-02-29T00:00:00Z", 1'709'164'800'000},
        {"2000-02-29T00:00:00Z", 951'782'400'000},
        {"2199-12-31T23:59:59.999Z", 7'258'118'399'999},
        {"1970-01-01T08:00:00+08:00", 0},
    };
    for (const Case& c : kCases) {
        const auto at = parse_rfc3339(c.text);
        ASSERT_TRUE(at) << c.text;
        EXPECT_EQ(at->ms, c.ms) << c.text;
    }
}

TEST(Time, IsNotReadFromAnythingElse) {
    for (const char* bad : {"",
                            "2026",
                            "2026-11-21",
                            "2026-11-21T04:10Z",
                            "2026-11-21T04:10:00",
                            "2026-11-21 04:10:00Z",
                            "2026-11-21T04:10:00 Z",
                            "2026-11-21T04:10:00ZZ",
                            " 2026-11-21T04:10:00Z",
                            "2026-11-21T04:10:00Z ",
                            "2026-11-21T04:10:00.Z",
                            "2026-11-21T04:10:00.1234567890Z",
                            "2026-11-21T04:10:00,1Z",
                            "2026-11-21T04:10:00+0800",
                            "2026-11-21T04:10:00+08",
                            "2026-11-21T04:10:00+24:00",
                            "2026-11-21T04:10:00+08:60",
                            "2026-11-21T04:10:00+8:00",
                            "2026-13-21T04:10:00Z",
                            "2026-00-21T04:10:00Z",
                            "2026-11-00T04:10:00Z",
                            "2026-11-31T04:10:00Z",
                            "2026-02-29T04:10:00Z",
                            "2100-02-29T04:10:00Z",
                            "2026-11-21T24:00:00Z",
                            "2026-11-21T04:60:00Z",
                            "2026-11-21T04:10:60Z",
                            "1969-12-31T23:59:59Z",
                            "2200-01-01T00:00:00Z",
                            "1970-01-01T00:00:00+00:01",
                            "26-11-21T04:10:00Z",
                            "+026-11-21T04:10:00Z",
                            "2026-1-21T04:10:00Z",
                            "2026-11-21T4:10:00Z",
                            "-026-11-21T04:10:00Z",
                            "2026/11/21T04:10:00Z",
                            "2026-11-21T0x:10:00Z",
                            "1795234200000"})
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Time, OutsideTheYearsThatAreReadIsToldFromWhatIsNoTime) {
    for (const char* text :
         {"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
          "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "1970-01-01T00:00:00+00:01"})
        EXPECT_EQ(parse_rfc3339(text).error(), NoTime::out_of_range) << text;
    for (const char* text :
         {"9999-02-30T00:00:00Z", "10000-01-01T00:00:00Z", "0001-01-01", "", "soon"})
        EXPECT_EQ(parse_rfc3339(text).error(), NoTime::malformed) << text;
}

TEST(Time, IsReadBackAsItWasWritten) {
    EXPECT_TRUE(rc::check([] {
        const Instant at{*rc::gen::inRange<std::int64_t>(0, 7'258'118'400'000)};
        RC_ASSERT(parse_rfc3339(to_rfc3339(at)).value() == at);
    }));
}

TEST(Time, ReadingAnythingNeverFailsBadly) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto at = parse_rfc3339(text);
        RC_ASSERT((!at || at->ms >= 0));
    }));
}

TEST(SystemClock, NeverGoesBackAndIsNearTheWallClock) {
    const SystemClock clock;
    Instant last = clock.now();
    EXPECT_GT(last, Instant{1'700'000'000'000});
    for (int i = 0; i < 1000; ++i) {
        const Instant now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(ManualClock, MovesOnlyByHand) {
    ManualClock clock(Instant{1000});
    EXPECT_EQ(clock.now(), Instant{1000});
    clock.advance(kMinute);
    EXPECT_EQ(clock.now(), Instant{61'000});
    clock.set(Instant{5});
    EXPECT_EQ(clock.now(), Instant{5});
}

}  // namespace
}  // namespace sluice::base
