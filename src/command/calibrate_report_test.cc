// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "command/calibrate.h"

namespace sluice::command {
namespace {

TEST(Baseline, IsReadBackAndComparedWithATolerance) {
    Calibration found{};
    found.peak.per_second = 12'345;
    found.peak.steps.resize(2);
    const auto peak = peak_of_baseline(to_json(found), "peak.json");
    ASSERT_TRUE(peak);
    EXPECT_EQ(*peak, 12'345);
    EXPECT_EQ(found.limit(), 9876U);
    for (const std::string_view text :
         {"", "{}", "{\"peak_per_second\":0}", "{\"peak_per_second\":\"x\"}"})
        EXPECT_FALSE(peak_of_baseline(text, "peak.json")) << text;
    EXPECT_FALSE(has_fallen(70, 100, 30));
    EXPECT_TRUE(has_fallen(69.9, 100, 30));
    EXPECT_FALSE(has_fallen(500, 100, 0));
}

TEST(Limit, IsFourFifthsOfThePeakThatIsPrinted) {
    Calibration found{};
    found.peak.per_second = 1928.6;  // printed as 1929
    EXPECT_NE(to_json(found).find("\"peak_per_second\":1929,"), std::string::npos);
    EXPECT_EQ(found.limit(), 1543U);
    found.peak.per_second = 0.2;
    EXPECT_EQ(found.limit(), 1U);
}

TEST(Report, SaysWhatTheFiguresAreNot) {
    Calibration found;
    found.peak = {.per_second = 1000, .is_bounded = true, .kept_up = true, .steps = {}};
    EXPECT_NE(to_text(found).find("shared by server and generator"), std::string::npos);
    EXPECT_EQ(to_text(found).find("generator was the limit"), std::string::npos);
    found.peak.steps.push_back({.rate = 2000, .goodput = 1000, .generator_busy = 0.95});
    EXPECT_NE(to_text(found).find("the generator was the limit"), std::string::npos);
    found.peak.is_bounded = false;
    EXPECT_NE(to_text(found).find("use more --seconds"), std::string::npos);
    found.peak.kept_up = false;
    EXPECT_NE(to_text(found).find("no rate kept its p99"), std::string::npos);
}

}  // namespace
}  // namespace sluice::command
