// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/ledger.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "adapter/sqlite/audit_log.h"

namespace sluice::adapter {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kCleanStopSeq = "clean_stop_seq";
constexpr std::string_view kCleanStopHash = "clean_stop_hash";

/// Rows of one statement: to begin and end a statement costs as much as to add a row.
constexpr std::size_t kRowsOfInsert = 64;
constexpr int kColumns = 4;

/// Without `seq`: SQLite then gives each row the number behind the last one, and appends it without
/// looking for a place, a quarter of what a row costs. `insert` checks that it is the right number.
std::string insert_of(std::size_t rows) {
    std::string sql = "INSERT INTO record(kind, at_ms, body, sum) VALUES(?, ?, ?, ?)";
    for (std::size_t row = 1; row < rows; ++row) sql += ", (?, ?, ?, ?)";
    return sql;
}

[[noreturn]] void refuse_damaged(std::uint64_t seq, const std::string& what) {
    refuse(ErrorCode::damaged, "the ledger is damaged at record " + std::to_string(seq) + ": " +
                                   what +
                                   "; nothing was changed. Run `sluice doctor`, and restore "
                                   "a backup");
}

/// One row of `SELECT seq, kind, at_ms, body, sum FROM record`, which must be record `expected`.
sale::Record read_record(const Statement& row, std::uint64_t expected) {
    sale::Record record;
    record.seq = row.number<std::uint64_t>(0);
    if (record.seq != expected)
        refuse_damaged(expected, "it is missing; the next one is " + std::to_string(record.seq));
    const std::int64_t kind = row.integer(1);
    const std::span<const std::byte> body = row.bytes(3);
    if (kind < 0 || kind > std::numeric_limits<std::uint16_t>::max())
        refuse_damaged(expected, "its kind is no kind");
    if (body.size() > record.body.size()) refuse_damaged(expected, "its body is too long");
    record.kind = static_cast<sale::RecordKind>(kind);
    record.at = row.instant(2);
    record.size = static_cast<std::uint16_t>(body.size());
    std::ranges::copy(body, record.body.begin());
    return record;
}

void check_kind(const sale::Record& record) {
    const std::size_t size = sale::body_size(record.kind);
    if (size == record.size) return;
    refuse(ErrorCode::unsupported,
           "record " + std::to_string(record.seq) + " is of a kind (" +
               std::to_string(static_cast<unsigned>(record.kind)) + ", " +
               std::to_string(record.size) +
               " bytes) that this version of sluice does not know; install a newer sluice");
}

/// The first record up to `last` that was not decided before `at`; last + 1 if there is none. The
/// times never go back, so a few rows tell it, without an index.
std::uint64_t first_since(Connection& connection, base::Instant at, std::uint64_t last) {
    Statement time(connection, "SELECT at_ms FROM record WHERE seq = ?1");
    std::uint64_t below = 0;  // surely before `at`
    std::uint64_t found = last + 1;
    while (found - below > 1) {
        const std::uint64_t middle = below + (found - below) / 2;
        time.bind(middle);
        const bool before = time.step() && time.instant(0) < at;
        (before ? below : found) = middle;
        time.reset();
    }
    return found;
}

/// A cheap look before a row is read: nearly all are of other orders.
bool begins_with(std::span<const std::byte> body, std::span<const std::uint64_t> ids) {
    std::uint64_t id = 0;
    if (body.size() < sizeof id) return false;
    std::memcpy(&id, body.data(), sizeof id);
    return std::ranges::find(ids, id) != ids.end();
}

void set_meta(Connection& connection, std::string_view name, std::uint64_t number) {
    Statement(connection,
              "INSERT INTO meta(name, number) VALUES(?1, ?2)"
              " ON CONFLICT(name) DO UPDATE SET number = excluded.number")
        .bind(name, number)
        .run();
}

std::optional<std::uint64_t> meta(Connection& connection, std::string_view name) {
    Statement query(connection, "SELECT number FROM meta WHERE name = ?1");
    if (!query.bind(name).step()) return std::nullopt;
    return query.number<std::uint64_t>(0);
}

}  // namespace

// PATH buy 6/8 Makes the batch durable in one transaction and one sync. Next: sale/turnstile.cc
// PATH settle 4/5 What the payment means becomes durable with it. Next: sale/turnstile.cc
// PATH expire 3/4 An expiry is a record like any other. Next: sale/turnstile.cc
Result<void> SqliteLedger::commit(std::span<const sale::Record> records,
                                  std::span<account::AuditEntry> audit) {
    if (failed_) return std::unexpected(*failed_);
    auto committed = database_.write([&](Transaction& transaction) {
        insert(transaction, records);
        for (account::AuditEntry& entry : audit) append_audit(transaction, entry);
    });
    if (!committed) failed_ = committed.error();
    return committed;
}

Result<void> SqliteLedger::check() {
    if (failed_) return std::unexpected(*failed_);
    return database_.check();
}

void SqliteLedger::insert(Transaction& transaction, std::span<const sale::Record> records) {
    if (records.empty()) return;
    if (!insert_one_) {
        insert_one_.emplace(transaction.connection, insert_of(1));
        insert_many_.emplace(transaction.connection, insert_of(kRowsOfInsert));
    }
    while (records.size() >= kRowsOfInsert) {
        int index = 1;
        for (const sale::Record& record : records.first(kRowsOfInsert)) {
            bind(*insert_many_, index, record, transaction.reach);
            index += kColumns;
        }
        insert_many_->run();
        records = records.subspan(kRowsOfInsert);
    }
    for (const sale::Record& record : records) {
        bind(*insert_one_, 1, record, transaction.reach);
        insert_one_->run();
    }
    const auto last = static_cast<std::uint64_t>(transaction.connection.last_id());
    if (last != transaction.reach.record_seq)
        refuse_damaged(transaction.reach.record_seq,
                       "the record before it is not the last one; that is " + std::to_string(last));
}

void SqliteLedger::bind(Statement& insert, int index, const sale::Record& record, Reach& reach) {
    if (record.seq != reach.record_seq + 1)
        refuse(ErrorCode::invalid, "record " + std::to_string(record.seq) +
                                       " cannot follow record " + std::to_string(reach.record_seq));
    reach.record_seq = record.seq;
    reach.record_sum = sale::chain_sum(record, reach.record_sum);
    insert.bind_from(index, record.kind, record.at,
                     std::span<const std::byte>(record.body).first(record.size), reach.record_sum);
}

// PATH recover 3/4 Proves that each record is what was written. Next: sale/apply.cc
Result<void> SqliteLedger::replay(const std::function<Result<void>(const sale::Record&)>& visit) {
    const Reach durable = database_.reach();
    Result<void> visited;
    auto read = database_.read_apart([&](Connection& connection) {
        Statement rows(connection, "SELECT seq, kind, at_ms, body, sum FROM record ORDER BY seq");
        std::uint64_t seq = 0;
        std::uint64_t sum = 0;
        while (visited && seq < durable.record_seq) {
            if (!rows.step()) refuse_damaged(seq + 1, "it is missing, and so are those after it");
            const sale::Record record = read_record(rows, ++seq);
            sum = sale::chain_sum(record, sum);
            if (sum != rows.number<std::uint64_t>(4))
                refuse_damaged(seq, "it is not what was written");
            check_kind(record);
            visited = visit(record);
        }
    });
    return read ? visited : read;
}

Result<std::vector<sale::Record>> SqliteLedger::records_of(std::span<const std::uint64_t> ids,
                                                           base::Instant from, base::Instant to,
                                                           std::size_t limit) {
    const std::uint64_t durable = database_.reach().record_seq;
    std::vector<sale::Record> found;
    auto read = database_.read_apart([&](Connection& connection) {
        std::uint64_t seq = first_since(connection, from, durable);
        Statement rows(connection,
                       "SELECT seq, kind, at_ms, body, sum FROM record WHERE seq BETWEEN ?1 AND ?2"
                       " ORDER BY seq");
        rows.bind(seq, durable);
        for (; found.size() < limit && rows.step(); ++seq) {
            if (rows.instant(2) > to) return;
            if (!begins_with(rows.bytes(3), ids)) continue;
            const sale::Record record = read_record(rows, seq);
            check_kind(record);
            if (sale::begins_with(record, ids)) found.push_back(record);
        }
    });
    if (!read) return std::unexpected(read.error());
    return found;
}

Result<void> SqliteLedger::note_clean_stop(const CleanStop& stop) {
    if (failed_) return std::unexpected(*failed_);
    return database_.write([&](Transaction& transaction) {
        set_meta(transaction.connection, kCleanStopSeq, stop.seq);
        set_meta(transaction.connection, kCleanStopHash, stop.state_hash);
    });
}

Result<sale::Ledger::CleanStop> SqliteLedger::last_clean_stop() {
    const std::uint64_t last = database_.reach().record_seq;
    return database_.read([&](Connection& connection) {
        const auto seq = meta(connection, kCleanStopSeq);
        const auto hash = meta(connection, kCleanStopHash);
        if (!seq || !hash || *seq != last) return CleanStop{};
        return CleanStop{*seq, *hash};
    });
}

}  // namespace sluice::adapter
