// SPDX-License-Identifier: Apache-2.0
#include "command/peak_search.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::command {
namespace {

/// A server on paper: all of it up to `capacity` a second, then a queue that grows.
struct PaperServer {
    double capacity = 0;
    double answer_ms = 2;
    int hiccup_at = -1;  ///< number of a step that something else disturbs
    int steps = 0;

    base::Result<LoadStep> operator()(double rate, double seconds) {
        const bool hiccup = steps++ == hiccup_at;
        const double done = std::min(rate, capacity);
        const double took = seconds * rate / done;
        return LoadStep{.rate = rate,
                        .goodput = done,
                        .p50_ms = answer_ms,
                        .p99_ms = hiccup ? 5000 : answer_ms + (took - seconds) * 1000,
                        .seconds = took};
    }
};

Peak peak_of(PaperServer& server, PeakOptions options = {}) {
    auto peak = find_peak(options,
                          [&server](double rate, double seconds) { return server(rate, seconds); });
    EXPECT_TRUE(peak);
    return std::move(*peak);
}

PeakOptions patient() {
    PeakOptions options;
    options.seconds = 60;
    return options;
}

TEST(PeakSearch, FindsTheCapacityWithinAFewPercent) {
    for (const double capacity : {90.0, 999.0, 1000.0, 1001.0, 7777.0, 45'000.0, 1'900'000.0}) {
        PaperServer server{.capacity = capacity};
        const Peak peak = peak_of(server, patient());
        EXPECT_TRUE(peak.kept_up && peak.is_bounded) << capacity;
        EXPECT_LE(peak.per_second, capacity);
        EXPECT_GE(peak.per_second, capacity * 0.95);
        EXPECT_EQ(static_cast<int>(peak.steps.size()), server.steps);
    }
}

TEST(PeakSearch, IsNotMisledByOneBadMoment) {
    for (int hiccup = 0; hiccup < 10; ++hiccup) {
        PaperServer server{.capacity = 20'000, .hiccup_at = hiccup};
        const Peak peak = peak_of(server, patient());
        EXPECT_GE(peak.per_second, 19'000) << hiccup;
    }
}

TEST(PeakSearch, CountsALateAnswerAsNone) {
    // Goodput still grows, but from 8000 a second on everybody waits too long.
    const auto slow = [](double rate, double seconds) -> base::Result<LoadStep> {
        return LoadStep{
            .rate = rate, .goodput = rate, .p99_ms = rate < 8000 ? 3.0 : 250.0, .seconds = seconds};
    };
    const auto peak = find_peak(patient(), slow);
    ASSERT_TRUE(peak);
    EXPECT_LT(peak->per_second, 8000);
    EXPECT_GT(peak->per_second, 7600);
    EXPECT_TRUE(std::ranges::any_of(peak->steps, [](const LoadStep& s) { return !s.kept_up; }));
}

TEST(PeakSearch, KeepsToItsTimeAndSaysThatThePeakIsHigher) {
    PaperServer server{.capacity = 1'000'000};
    PeakOptions options;
    options.seconds = 4;
    const Peak peak = peak_of(server, options);
    EXPECT_EQ(server.steps, 4);
    EXPECT_FALSE(peak.is_bounded);
    EXPECT_EQ(peak.per_second, 8000);
    for (const double capacity : {10.0, 5000.0, 1'000'000.0}) {
        PaperServer other{.capacity = capacity};
        options.seconds = 10;
        const Peak found = peak_of(other, options);
        double spent = 0;
        for (const LoadStep& step : found.steps) spent += step.seconds;
        EXPECT_LE(spent - found.steps.back().seconds, options.seconds) << capacity;
    }
}

TEST(PeakSearch, OfAServerThatNeverKeepsUpSaysWhatCameThrough) {
    PaperServer server{.capacity = 500, .answer_ms = 1000};
    const Peak peak = peak_of(server, patient());
    EXPECT_FALSE(peak.kept_up);
    EXPECT_EQ(peak.per_second, 500);
}

TEST(PeakSearch, EndsWithTheFirstError) {
    int asked = 0;
    const auto peak = find_peak({}, [&asked](double, double) -> base::Result<LoadStep> {
        ++asked;
        return base::failure(base::ErrorCode::unavailable, "stopped");
    });
    ASSERT_FALSE(peak);
    EXPECT_EQ(peak.error().what, "stopped");
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace sluice::command
