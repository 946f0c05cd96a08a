// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cmath>
#include <memory>
#include <type_traits>

#include "base/text.h"
#include "base/time.h"

namespace sluice::base {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warn: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view to_text(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warn: return "warn";
        case LogLevel::error: return "error";
    }
    return "error";
}

spdlog::logger& logger() {
    // Never destroyed, so that a destructor that runs after main may still log.
    static spdlog::logger& only = *[] {
        auto made = std::make_unique<spdlog::logger>(
            "sluice", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v", spdlog::pattern_time_type::utc);
        made->set_level(spdlog::level::info);
        made->flush_on(spdlog::level::info);
        return made.release();
    }();
    return only;
}

/// The time of a line; the same steady clock as the rest of the program runs on.
Instant now() {
    static const SystemClock clock;
    return clock.now();
}

void append_value(std::string& line, const LogField& field) {
    std::visit(
        [&line](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::string_view>) {
                append_json_string(line, value);
            } else if constexpr (std::is_same_v<Value, double>) {
                // JSON has no infinity and no NaN.
                line += std::isfinite(value) ? fmt::format("{}", value) : "null";
            } else {
                line += fmt::format("{}", value);
            }
        },
        field.value);
}

}  // namespace

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    spdlog::logger& to = logger();
    if (!to.should_log(to_spdlog(level))) return;
    std::string line = R"({"at":")" + to_rfc3339(now()) + R"(","level":")";
    line += to_text(level);
    line += R"(","event":)";
    append_json_string(line, event);
    for (const LogField& field : fields) {
        line += ',';
        append_json_string(line, field.name);
        line += ':';
        append_value(line, field);
    }
    line += '}';
    to.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void flush_log() { logger().flush(); }

}  // namespace sluice::base
