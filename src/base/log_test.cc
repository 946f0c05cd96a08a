// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace sluice::base {
namespace {

/// What `write` logs, with the time taken out of each line.
template <class Write>
std::vector<std::string> lines_of(Write write) {
    testing::internal::CaptureStderr();
    write();
    flush_log();
    std::istringstream all(testing::internal::GetCapturedStderr());
    std::vector<std::string> lines;
    for (std::string line; std::getline(all, line);) {
        constexpr std::string_view kStart = R"({"at":")";
        EXPECT_TRUE(line.starts_with(kStart)) << line;
        EXPECT_TRUE(parse_rfc3339(line.substr(kStart.size(), 24))) << line;
        lines.push_back(line.substr(kStart.size() + 24));
    }
    return lines;
}

TEST(Log, WritesOneJsonObjectALine) {
    const auto lines = lines_of([] {
        log_info("ledger_opened", {{"records", std::uint64_t{42}},
                                   {"file", "a.db"},
                                   {"offset", std::int64_t{-1}},
                                   {"seconds", 0.25},
                                   {"fresh", true}});
        log_warn("slow_sync");
        log_error("disk_full");
    });
    EXPECT_EQ(
        lines,
        (std::vector<std::string>{
            R"(","level":"info","event":"ledger_opened","records":42,"file":"a.db","offset":-1,"seconds":0.25,"fresh":true})",
            R"(","level":"warn","event":"slow_sync"})",
            R"(","level":"error","event":"disk_full"})"}));
}

TEST(Log, CannotBeMadeToForgeALineOrAField) {
    const auto lines = lines_of([] {
        log_info("login", {{"name", "x\"}\n{\"at\":\"2026\",\"level\":\"error\",\"event\":\"y"},
                           {"agent", "a\r\nb\x1b[2J\xc2\x9b\xe2\x80\xa8\xff\xfe"},
                           {"fmt", "{} {0} %n %s"}});
    });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(is_clean_text(lines[0]));
    EXPECT_EQ(
        lines[0],
        R"(","level":"info","event":"login","name":"x\"}\n{\"at\":\"2026\",\"level\":\"error\",\"event\":\"y","agent":"a\r\nb\u001b[2J\u009b\u2028)"
        "\xef\xbf\xbd\xef\xbf\xbd"
        R"(","fmt":"{} {0} %n %s"})");
}

TEST(Log, WritesNoNumberThatJsonDoesNotKnow) {
    const auto lines = lines_of([] {
        log_info("x", {{"a", std::numeric_limits<double>::infinity()},
                       {"b", std::numeric_limits<double>::quiet_NaN()}});
    });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find(R"("a":null,"b":null)"), std::string::npos);
}

TEST(Log, DropsWhatIsBelowItsLevel) {
    const auto write = [] {
        log(LogLevel::debug, "fine");
        log_info("normal");
        log_warn("odd");
    };
    EXPECT_EQ(lines_of(write).size(), 2U);
    set_log_level(LogLevel::debug);
    EXPECT_EQ(lines_of(write).size(), 3U);
    set_log_level(LogLevel::error);
    EXPECT_EQ(lines_of(write).size(), 0U);
    set_log_level(LogLevel::info);
}

TEST(Log, KeepsLinesOfThreadsApart) {
    const auto lines = lines_of([] {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([] {
                for (int i = 0; i < 100; ++i) log_info("tick", {{"text", std::string(100, 'x')}});
            });
        for (std::thread& thread : threads) thread.join();
    });
    ASSERT_EQ(lines.size(), 400U);
    for (const std::string& line : lines) EXPECT_EQ(line, lines[0]);
}

}  // namespace
}  // namespace sluice::base
