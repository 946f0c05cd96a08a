// SPDX-License-Identifier: Apache-2.0
// Connection, Statement: SQLite with types. Inside this folder a failing call throws Failure, so
// that no code path can overlook an error; Database catches it and hands out a base::Error.
// Threads: one at a time for each connection; Database holds the mutexes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::adapter {

/// What is thrown inside this folder, and never leaves it.
struct Failure {
    base::Error error;
};

/// `refuse(ErrorCode::conflict, "…")`: ends the work of a transaction, which is then rolled back.
[[noreturn]] void refuse(base::ErrorCode code, std::string what);
/// The same with a reason that the console can say.
[[noreturn]] void refuse(base::ErrorCode code, base::Sentence reason);

/// What SQLite says of a damaged file may quote bytes of it: what is no plain text becomes `?`.
[[nodiscard]] std::string legible(std::string said);

/// One open connection. The row_sum() function (schema.h) is known to it.
class Connection {
   public:
    enum class Mode {
        read_write,  ///< the one that writes; the file must exist
        read_only,   ///< everybody else
        scratch      ///< an empty database in memory
    };

    Connection(const std::filesystem::path& file, Mode mode);

    /// Runs one or more statements that return nothing of interest.
    void execute(const char* sql);
    /// The single number that a pragma or a select returns; 0 if it returns no row.
    [[nodiscard]] std::int64_t number(std::string_view sql);
    /// Takes back the open transaction, if there is one.
    void roll_back();
    /// The id that the last insert assigned.
    [[nodiscard]] std::int64_t last_id() const;
    /// Rows changed by the last statement.
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] sqlite3* raw() const { return handle_.get(); }

    /// Throws the Failure that `code` (SQLite's) stands for; the only place that translates them.
    [[noreturn]] static void fail(int code, sqlite3* handle, std::string_view while_doing);

   private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// One prepared statement. Text and bytes that are bound must live until the next step or reset.
class Statement {
   public:
    Statement(Connection& connection, std::string_view sql);

    /// Binds all parameters, from the first on.
    template <class... Values>
    Statement& bind(const Values&... values) {
        return bind_from(1, values...);
    }
    /// Binds some of them, from parameter `index` (1: the first) on.
    template <class... Values>
    Statement& bind_from(int index, const Values&... values) {
        (bind_value(index++, values), ...);
        return *this;
    }
    /// True: there is a row to read. False: done.
    bool step();
    /// For statements that return no row: step, then reset.
    void run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Good until the next step.
    [[nodiscard]] std::span<const std::byte> bytes(int column) const;

    template <std::unsigned_integral Number>
    [[nodiscard]] Number number(int column) const {
        return static_cast<Number>(integer(column));
    }
    template <class AnyId>
    [[nodiscard]] AnyId id(int column) const {
        return AnyId{static_cast<decltype(AnyId::value)>(integer(column))};
    }
    template <class Enum>
    [[nodiscard]] Enum choice(int column) const {
        return static_cast<Enum>(integer(column));
    }
    [[nodiscard]] base::Instant instant(int column) const { return {integer(column)}; }

   private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };

    template <class Value>
    void bind_value(int index, const Value& value) {
        if constexpr (std::is_enum_v<Value>)
            bind_integer(index, static_cast<std::int64_t>(value));
        else if constexpr (std::integral<Value>)
            bind_integer(index, static_cast<std::int64_t>(value));
        else if constexpr (std::same_as<Value, base::Instant> ||
                           std::same_as<Value, base::Duration>)
            bind_integer(index, value.ms);
        else if constexpr (std::convertible_to<const Value&, std::string_view>)
            bind_text(index, value);
        else if constexpr (std::convertible_to<const Value&, std::span<const std::byte>>)
            bind_bytes(index, value);
        else
            bind_integer(index, static_cast<std::int64_t>(value.value));  // an id
    }
    void bind_integer(int index, std::int64_t value);
    void bind_text(int index, std::string_view value);
    void bind_bytes(int index, std::span<const std::byte> value);

    Connection& connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace sluice::adapter
