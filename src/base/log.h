// SPDX-License-Identifier: Apache-2.0
// Log: one JSON object a line on standard error, UTC, safe against injection. Never a secret, token
// or body. Threads: any. Not for the hot path: refusals are counted (metrics.h), not logged.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::base {

enum class LogLevel : unsigned char { debug, info, warn, error };

/// A named value of a log line; text is escaped as JSON.
struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

/// `{"at":"…","level":"info","event":"ledger_opened","records":42}`. `event` is a stable snake_case
/// name.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::error, event, fields);
}

/// Lines below `level` are dropped. Default: info.
void set_log_level(LogLevel level);
/// Writes out what is buffered; call before exit.
void flush_log();

}  // namespace sluice::base
