// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "adapter/sqlite/schema.h"
#include "base/check.h"
#include "base/sentences.h"

namespace sluice::adapter {

using base::ErrorCode;

namespace {

/// How long we wait for a stranger (a person with the sqlite3 shell) who holds the write lock.
constexpr int kBusyMsMax = 5000;

ErrorCode error_code(int primary) {
    switch (primary) {
        case SQLITE_FULL: return ErrorCode::full;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH: return ErrorCode::conflict;
        case SQLITE_TOOBIG: return ErrorCode::invalid;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
        case SQLITE_ERROR: return ErrorCode::damaged;  // our SQL is right, so the schema is not
        default: return ErrorCode::unavailable;        // IOERR, READONLY, BUSY, CANTOPEN, NOMEM …
    }
}

std::string_view advice(int code, ErrorCode translated) {
    if (translated == ErrorCode::full) return "free some space on its disk, then restart";
    if (translated == ErrorCode::damaged)
        return "run `sluice doctor`, and restore a backup if it confirms the damage";
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "another program is writing to it; end that program";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            return "check the owner and the mode of the data directory and its files";
        case SQLITE_IOERR: return "look for disk errors in the system's log, then restart";
        default: return "";
    }
}

/// The same for the console, which says it in its reader's language.
base::Sentence cause(int code, ErrorCode translated) {
    if (translated == ErrorCode::full) return base::say("store_full");
    if (translated == ErrorCode::damaged) return base::say("store_damaged");
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return base::say("store_busy");
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN: return base::say("store_forbidden");
        case SQLITE_IOERR: return base::say("store_disk_failed");
        default: return base::say("store_failed");
    }
}

}  // namespace

void refuse(ErrorCode code, std::string what) { throw Failure{{code, std::move(what)}}; }

void refuse(ErrorCode code, base::Sentence reason) {
    std::string what = reason.text();
    throw Failure{{code, std::move(what), std::move(reason)}};
}

std::string legible(std::string said) {
    const auto is_plain = [](char byte) { return byte >= ' ' && byte <= '~'; };
    std::ranges::replace_if(said, std::not_fn(is_plain), '?');
    return said;
}

void Connection::fail(int code, sqlite3* handle, std::string_view while_doing) {
    const ErrorCode translated = error_code(code & 0xff);
    std::string what = "the store failed to ";
    what += while_doing;
    what += ": ";
    what += legible(handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    what += " (SQLite error " + std::to_string(code) + ")";
    if (const std::string_view hint = advice(code, translated); !hint.empty()) {
        what += "; ";
        what += hint;
    }
    throw Failure{{translated, std::move(what), cause(code, translated)}};
}

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Connection::Connection(const std::filesystem::path& file, Mode mode) {
    // NOMUTEX: one thread at a time is our promise, SQLite need not lock again.
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
        case Mode::read_write: flags |= SQLITE_OPEN_READWRITE; break;
        case Mode::read_only: flags |= SQLITE_OPEN_READONLY; break;
        case Mode::scratch:
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
            break;
    }
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(code, handle, "open " + file.string());
    sqlite3_busy_timeout(handle, kBusyMsMax);
    // SQL that comes from a damaged or foreign schema must not reach beyond the file.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;");
    if (mode == Mode::read_only) execute("PRAGMA query_only = ON;");
    add_row_sum(*this);
}

void Connection::execute(const char* sql) {
    const int code = sqlite3_exec(raw(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, raw(), sql);
}

std::int64_t Connection::number(std::string_view sql) {
    Statement query(*this, sql);
    return query.step() ? query.integer(0) : 0;
}

void Connection::roll_back() {
    if (sqlite3_get_autocommit(raw()) == 0) execute("ROLLBACK");
}

std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(raw()); }

std::int64_t Connection::changes() const { return sqlite3_changes64(raw()); }

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v2(connection.raw(), sql.data(), static_cast<int>(sql.size()),
                                        &handle, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) Connection::fail(code, connection.raw(), sql);
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
        try {
            Connection::fail(code, connection_.raw(), sqlite3_sql(handle_.get()));
        } catch (...) {
            sqlite3_reset(handle_.get());  // an open statement would keep its locks
            throw;
        }
    }
    return false;
}

void Statement::run() {
    CHECK(!step());
    reset();
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::byte> Statement::bytes(int column) const {
    const auto* begin = static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Statement::bind_integer(int index, std::int64_t value) {
    const int code = sqlite3_bind_int64(handle_.get(), index, value);
    if (code != SQLITE_OK) Connection::fail(code, connection_.raw(), "bind a number");
}

void Statement::bind_text(int index, std::string_view value) {
    const char* begin = value.data() == nullptr ? "" : value.data();  // null would be NULL
    const int code =
        sqlite3_bind_text64(handle_.get(), index, begin, value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) Connection::fail(code, connection_.raw(), "bind a text");
}

void Statement::bind_bytes(int index, std::span<const std::byte> value) {
    const int code = value.empty() ? sqlite3_bind_zeroblob(handle_.get(), index, 0)
                                   : sqlite3_bind_blob64(handle_.get(), index, value.data(),
                                                         value.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) Connection::fail(code, connection_.raw(), "bind bytes");
}

}  // namespace sluice::adapter
