// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/schema.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace sluice::adapter {

using base::ErrorCode;

namespace {

// One text per version; migration N makes version N out of N - 1. Never change one that was
// released: add the next. AUTOINCREMENT: an id is never used for another thing, also after a
// removal.
constexpr std::array kMigrations{
    R"sql(
CREATE TABLE record(
    seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    body BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TRIGGER record_stays BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_remains BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never removed'); END;

CREATE TABLE audit(
    seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who INTEGER NOT NULL, who_name TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    reason TEXT NOT NULL, address TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE INDEX audit_by_subject ON audit(subject, seq);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never removed'); END;

CREATE TABLE meta(
    name TEXT PRIMARY KEY, number INTEGER NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE product(
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK(id BETWEEN 1 AND 4294967295),
    code TEXT NOT NULL UNIQUE, title TEXT NOT NULL, description TEXT NOT NULL,
    image_url TEXT NOT NULL, version INTEGER NOT NULL CHECK(version >= 1),
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE sku(
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK(id BETWEEN 1 AND 4294967295),
    product INTEGER NOT NULL REFERENCES product(id), code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX sku_by_product ON sku(product, id);

CREATE TABLE activity(
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK(id BETWEEN 1 AND 4294967295),
    name TEXT NOT NULL, description TEXT NOT NULL,
    starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    created_by INTEGER NOT NULL, submitted_by INTEGER NOT NULL, reviewed_by INTEGER NOT NULL,
    review_note TEXT NOT NULL, version INTEGER NOT NULL CHECK(version >= 1),
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE item(
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK(id BETWEEN 1 AND 4294967295),
    activity INTEGER NOT NULL REFERENCES activity(id), position INTEGER NOT NULL,
    sku INTEGER NOT NULL REFERENCES sku(id), title TEXT NOT NULL,
    price INTEGER NOT NULL, currency TEXT NOT NULL,
    list_price INTEGER NOT NULL, list_currency TEXT NOT NULL, stock INTEGER NOT NULL,
    limit_per_user INTEGER NOT NULL, policy INTEGER NOT NULL CHECK(policy BETWEEN 0 AND 2),
    entry INTEGER NOT NULL CHECK(entry BETWEEN 0 AND 2), pay_window_ms INTEGER NOT NULL,
    cancel_returns_unit INTEGER NOT NULL CHECK(cancel_returns_unit IN (0, 1)),
    traffic_tag TEXT NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX item_by_activity ON item(activity, position);
CREATE INDEX item_by_sku ON item(sku);
CREATE TABLE stock_proposal(
    id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL REFERENCES item(id),
    delta INTEGER NOT NULL, reason TEXT NOT NULL,
    proposed_by INTEGER NOT NULL, decided_by INTEGER NOT NULL,
    proposed_ms INTEGER NOT NULL, decided_ms INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2), sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX stock_proposal_by_item ON stock_proposal(item, id);

CREATE TABLE operator(
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK(id BETWEEN 1 AND 4294967295),
    name TEXT NOT NULL UNIQUE, role INTEGER NOT NULL CHECK(role BETWEEN 0 AND 4),
    password_hash TEXT NOT NULL, disabled INTEGER NOT NULL CHECK(disabled IN (0, 1)),
    created_ms INTEGER NOT NULL, last_login_ms INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE operator_session(
    token_digest TEXT PRIMARY KEY, csrf TEXT NOT NULL, who INTEGER NOT NULL REFERENCES operator(id),
    created_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, address TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX operator_session_by_who ON operator_session(who);
CREATE TABLE customer(
    name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created_ms INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE named_value(
    name TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE risk_entry(
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL CHECK(kind IN (0, 1)),
    value TEXT NOT NULL, reason TEXT NOT NULL, expires_ms INTEGER NOT NULL,
    created_by INTEGER NOT NULL, created_ms INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE switch(
    name TEXT PRIMARY KEY, is_on INTEGER NOT NULL CHECK(is_on IN (0, 1)), reason TEXT NOT NULL,
    changed_by INTEGER NOT NULL, changed_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
)sql",
    R"sql(
ALTER TABLE activity ADD COLUMN
    rehearsal INTEGER NOT NULL DEFAULT 0 CHECK(rehearsal IN (0, 1));
)sql",
    R"sql(
CREATE TABLE totp(
    who INTEGER PRIMARY KEY REFERENCES operator(id), secret TEXT NOT NULL,
    begun_ms INTEGER NOT NULL, enabled_ms INTEGER NOT NULL, last_step INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE recovery_code(
    digest TEXT PRIMARY KEY, who INTEGER NOT NULL REFERENCES operator(id),
    sum INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX recovery_code_by_who ON recovery_code(who);
ALTER TABLE operator_session ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE operator_session ADD COLUMN stepped_up_until_ms INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
CREATE TABLE sample(
    activity INTEGER NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(activity, at_ms)) STRICT;
CREATE TABLE tally(
    activity INTEGER NOT NULL, since_ms INTEGER NOT NULL, body TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(activity, since_ms)) STRICT;
)sql",
    R"sql(
CREATE INDEX audit_by_who ON audit(who_name, seq);
CREATE INDEX audit_by_action ON audit(action, seq);
CREATE INDEX stock_proposal_open ON stock_proposal(id) WHERE state = 0;
)sql"};

/// The columns of `table` without `sum`, each preceded by `prefix`, separated by commas.
std::string columns_of(Connection& connection, const std::string& table, std::string_view prefix) {
    std::string columns;
    Statement query(connection, "SELECT name FROM pragma_table_info(?1) WHERE name <> 'sum'");
    query.bind(table);
    while (query.step()) {
        if (!columns.empty()) columns += ", ";
        columns += prefix;
        columns += '"' + query.text(0) + '"';
    }
    return columns;
}

/// The tables whose rows have a sum of their own: all that have the column, except the records.
std::vector<std::string> summed_tables(Connection& connection) {
    std::vector<std::string> tables;
    Statement query(connection,
                    "SELECT t.name FROM sqlite_schema t, pragma_table_info(t.name) c"
                    " WHERE t.type = 'table' AND t.name <> 'record' AND c.name = 'sum' ORDER BY 1");
    while (query.step()) tables.push_back(query.text(0));
    return tables;
}

/// Makes the triggers that keep `sum` up to date anew, since a migration may have added columns.
void keep_row_sums(Connection& connection) {
    for (const std::string& table : summed_tables(connection)) {
        const std::string sum = "row_sum(" + columns_of(connection, table, "new.") + ")";
        const auto trigger = [&](const std::string& name, const std::string& when) {
            const std::string sql = "DROP TRIGGER IF EXISTS " + name + "; CREATE TRIGGER " + name +
                                    " AFTER " + when + " ON " + table + " BEGIN UPDATE " + table +
                                    " SET sum = " + sum + " WHERE rowid = new.rowid; END;";
            connection.execute(sql.c_str());
        };
        trigger(table + "_sum_added", "INSERT");
        trigger(table + "_sum_changed", "UPDATE OF " + columns_of(connection, table, ""));
    }
}

/// A migration may have added columns, and the sums that were there do not cover them. They were
/// right: open_schema has checked them.
void renew_row_sums(Connection& connection) {
    for (const std::string& table : summed_tables(connection)) {
        const std::string sum = "row_sum(" + columns_of(connection, table, "") + ")";
        connection.execute(
            ("UPDATE " + table + " SET sum = " + sum + " WHERE sum <> " + sum).c_str());
    }
}

void apply_migration(Connection& connection, std::size_t index) {
    connection.execute("BEGIN IMMEDIATE");
    try {
        connection.execute(kMigrations[index]);
        keep_row_sums(connection);
        renew_row_sums(connection);
        const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                                  "; PRAGMA user_version = " + std::to_string(index + 1) +
                                  "; COMMIT";
        connection.execute(stamp.c_str());
    } catch (...) {
        connection.roll_back();
        throw;
    }
}

[[noreturn]] void refuse_damaged(const std::filesystem::path& file, const std::string& found) {
    refuse(ErrorCode::damaged,
           file.string() + " is damaged: " + found +
               "; nothing was changed. Run `sluice doctor` to see what can be read, and restore "
               "a backup");
}

/// Every definition of the schema, in one text.
std::string definitions(Connection& connection) {
    std::string all;
    Statement query(connection,
                    "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema"
                    " WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name");
    while (query.step())
        for (int column = 0; column < 4; ++column) all += query.text(column) + '\n';
    return all;
}

void check_definitions(Connection& connection, const std::filesystem::path& file) {
    Connection scratch(":memory:", Connection::Mode::scratch);
    for (std::size_t index = 0; index < kMigrations.size(); ++index)
        apply_migration(scratch, index);
    if (definitions(connection) != definitions(scratch))
        refuse_damaged(file, "its tables are not defined as this version of sluice defines them");
}

void check_pages(Connection& connection, const std::filesystem::path& file) {
    // Not quick_check: it would not see that an index no longer leads to a row. The table that can
    // be large has no index, so the whole check costs the same there.
    Statement query(connection, "PRAGMA integrity_check(1)");
    if (query.step() && query.text(0) != "ok") refuse_damaged(file, legible(query.text(0)));
}

void check_row_sums(Connection& connection, const std::filesystem::path& file) {
    for (const std::string& table : summed_tables(connection)) {
        Statement query(connection, "SELECT rowid FROM " + table + " WHERE sum <> row_sum(" +
                                        columns_of(connection, table, "") + ") LIMIT 1");
        if (query.step())
            refuse_damaged(file, "row " + std::to_string(query.integer(0)) + " of table " + table +
                                     " is not what was written");
    }
}

/// The version of the schema in the file, 0 for a new one; refuses what is not ours to write.
std::int64_t version_of(Connection& connection, const std::filesystem::path& file) {
    const std::int64_t application = connection.number("PRAGMA application_id");
    const std::int64_t version = connection.number("PRAGMA user_version");
    const bool empty = connection.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (empty && application == 0 && version == 0) return 0;
    if (application != kApplicationId)
        refuse(ErrorCode::invalid, file.string() +
                                       " is a database of another program; give sluice a data "
                                       "directory of its own");
    if (version > schema_version())
        refuse(ErrorCode::unsupported,
               file.string() + " was written by a newer version of sluice (store version " +
                   std::to_string(version) + ", this one knows " +
                   std::to_string(schema_version()) + "); install a newer sluice");
    if (version < 1) refuse_damaged(file, "it has no version");
    return version;
}

/// Mixes one value into a sum: its type, its length, its bytes.
std::uint64_t mix_value(std::uint64_t sum, sqlite3_value* value) {
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_INTEGER)
        return base::mix64(base::mix64(sum + 1) +
                           static_cast<std::uint64_t>(sqlite3_value_int64(value)));
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    sum = base::mix64(sum + static_cast<std::uint64_t>(type) + (std::uint64_t{size} << 8));
    for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, std::min(sizeof word, size - at));
        sum = base::mix64(sum + word);
    }
    return sum;
}

void row_sum(sqlite3_context* context, int count, sqlite3_value** values) {
    std::uint64_t sum = 0;
    for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count)))
        sum = mix_value(sum, value);
    sqlite3_result_int64(context, static_cast<std::int64_t>(sum));
}

}  // namespace

std::int64_t schema_version() { return static_cast<std::int64_t>(kMigrations.size()); }

void open_schema(Connection& connection, const std::filesystem::path& file) {
    const std::int64_t version = version_of(connection, file);
    if (version > 0) check_pages(connection, file);  // before anything is written to it
    // Before a migration makes new sums of what is there.
    if (version > 0 && version < schema_version()) check_row_sums(connection, file);
    for (auto index = static_cast<std::size_t>(version); index < kMigrations.size(); ++index)
        apply_migration(connection, index);
    check_definitions(connection, file);
    check_row_sums(connection, file);
}

void add_row_sum(Connection& connection) {
    // INNOCUOUS: triggers may call it although the schema is not trusted.
    const int code = sqlite3_create_function_v2(
        connection.raw(), "row_sum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
        nullptr, row_sum, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) Connection::fail(code, connection.raw(), "add row_sum()");
}

}  // namespace sluice::adapter
