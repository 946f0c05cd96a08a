// SPDX-License-Identifier: Apache-2.0
// What every ledger must do, run against the one in memory and the one in SQLite.
#include "adapter/sqlite/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "adapter/memory/ledger.h"
#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/database.h"
#include "adapter/sqlite/fresh_store_test.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using sale::Record;

Record created(std::uint64_t seq) {
    sale::OrderCreated body;
    body.order = {seq * 1000 + 7};
    body.user = {{seq, ~seq}};
    body.key = {seq << 32, seq};
    body.item = {12};
    body.quantity = 1;
    body.unit_price = 199'900;
    return Record::of(seq, {static_cast<std::int64_t>(1'700'000'000'000 + seq)}, body);
}

std::vector<Record> batch(std::uint64_t first, std::size_t count) {
    std::vector<Record> records;
    for (std::size_t at = 0; at < count; ++at) records.push_back(created(first + at));
    return records;
}

bool same(const Record& a, const Record& b) {
    return a.seq == b.seq && a.at == b.at && a.kind == b.kind && a.size == b.size &&
           a.body == b.body;
}

/// A kind of ledger: how to make one, start it again, make it fail, and read its audit log.
class Kind {
   public:
    virtual ~Kind() = default;
    virtual sale::Ledger& ledger() = 0;
    virtual sale::Archive& archive() = 0;
    virtual void restart() = 0;
    virtual void fail_next_commit() = 0;
    virtual std::vector<account::AuditEntry> audit() = 0;
};

class MemoryKind final : public Kind {
   public:
    sale::Ledger& ledger() override { return ledger_; }
    sale::Archive& archive() override { return ledger_; }
    void restart() override { ledger_.restart(); }
    void fail_next_commit() override { ledger_.fail_commit(1, MemoryLedger::Leaves::nothing); }
    std::vector<account::AuditEntry> audit() override { return ledger_.audit(); }

   private:
    MemoryLedger ledger_;
};

class SqliteKind final : public Kind {
   public:
    SqliteKind() { start({}); }
    sale::Ledger& ledger() override { return *ledger_; }
    sale::Archive& archive() override { return *ledger_; }
    void restart() override { start({}); }
    void fail_next_commit() override {
        // A store that may not grow by one page is a full disk.
        start({.pages_max = 1});
    }
    std::vector<account::AuditEntry> audit() override {
        SqliteAccountStore store(*database_);
        auto entries = must(store.audit(0, {}, 1000));
        std::ranges::reverse(entries);
        return entries;
    }

   private:
    void start(const DatabaseOptions& options) {
        ledger_.reset();
        database_.reset();
        database_ = must(Database::open(directory_.path(), options));
        ledger_ = std::make_unique<SqliteLedger>(*database_);
    }

    FreshDirectory directory_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<SqliteLedger> ledger_;
};

class LedgerContract : public testing::TestWithParam<const char*> {
   protected:
    LedgerContract() {
        if (std::string(GetParam()) == "memory")
            kind_ = std::make_unique<MemoryKind>();
        else
            kind_ = std::make_unique<SqliteKind>();
    }

    sale::Ledger& ledger() { return kind_->ledger(); }

    std::vector<Record> replayed() {
        std::vector<Record> records;
        const auto done = ledger().replay([&](const Record& record) -> base::Result<void> {
            records.push_back(record);
            return {};
        });
        EXPECT_TRUE(done) << done.error().what;
        return records;
    }

    void expect_replay_of(std::size_t count) {
        const auto records = replayed();
        ASSERT_EQ(records.size(), count);
        for (std::size_t at = 0; at < count; ++at)
            ASSERT_TRUE(same(records[at], created(at + 1))) << "record " << at + 1;
    }

    std::unique_ptr<Kind> kind_;
};

INSTANTIATE_TEST_SUITE_P(All, LedgerContract, testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_P(LedgerContract, ReadsBackBatchesOfEverySizeAcrossARestart) {
    std::size_t count = 0;
    for (const std::size_t size : {1, 63, 64, 65, 127, 128, 300}) {
        ASSERT_TRUE(ledger().commit(batch(count + 1, size), {}));
        count += size;
    }
    kind_->restart();
    expect_replay_of(count);
}

TEST_P(LedgerContract, KeepsNothingOfALargeBatchWithAGap) {
    std::vector<Record> gap = batch(1, 200);
    gap.erase(gap.begin() + 150);
    EXPECT_FALSE(ledger().commit(gap, {}));
    kind_->restart();
    EXPECT_TRUE(replayed().empty());
}

TEST_P(LedgerContract, FindsTheRecordsThatBeginWithAnIdInTheirTime) {
    sale::Archive& archive = kind_->archive();
    const auto at = [](std::uint64_t seq) { return created(seq).at; };
    const std::vector<std::uint64_t> ids = {3007, 5007, 12};
    EXPECT_TRUE(must(archive.records_of(ids, {0}, at(100), 9)).empty());
    std::vector<Record> records = batch(1, 9);
    sale::StockChanged change;  // begins with an id, too, but is no order's
    change.item = {12};
    records.push_back(Record::of(10, at(10), change));
    ASSERT_TRUE(ledger().commit(records, {}));
    const auto found = [&](base::Instant from, base::Instant to, std::size_t limit) {
        std::vector<std::uint64_t> seqs;
        for (const Record& record : must(archive.records_of(ids, from, to, limit)))
            seqs.push_back(record.seq);
        return seqs;
    };
    using Seqs = std::vector<std::uint64_t>;
    EXPECT_EQ(found({0}, at(100), 9), (Seqs{3, 5}));
    EXPECT_EQ(found(at(3), at(5), 9), (Seqs{3, 5}));
    EXPECT_EQ(found(at(4), at(5), 9), (Seqs{5}));
    EXPECT_EQ(found(at(3), at(4), 9), (Seqs{3}));
    EXPECT_EQ(found({0}, at(100), 1), (Seqs{3}));
    EXPECT_EQ(found(at(11), at(100), 9), Seqs{});
    EXPECT_TRUE(same(must(archive.records_of(ids, at(5), at(5), 1)).front(), created(5)));
}

TEST_P(LedgerContract, IsEmptyAtFirst) {
    EXPECT_TRUE(replayed().empty());
    EXPECT_EQ(must(ledger().last_clean_stop()).seq, 0U);
}

TEST_P(LedgerContract, ReplaysWhatWasCommittedInOrder) {
    must(ledger().commit(batch(1, 3), {}));
    must(ledger().commit(batch(4, 1), {}));
    must(ledger().commit(batch(5, 2000), {}));
    expect_replay_of(2004);
}

TEST_P(LedgerContract, KeepsEveryKindOfRecord) {
    std::vector<Record> records;
    const auto add = [&](const auto& body) {
        records.push_back(Record::of(records.size() + 1, {-5}, body));
    };
    add(sale::ActivityOpened{});
    add(sale::ItemOpened{});
    add(sale::ActivitySwitched{});
    add(sale::ItemSwitched{});
    sale::StockChanged taken;
    taken.delta = -3;
    add(taken);
    sale::OrderCreated order;
    order.ticket = ~0ULL;
    add(order);
    add(sale::OrderPaid{});
    add(sale::OrderClosed{});
    add(sale::PaymentOpened{});
    add(sale::PaymentClosed{});
    add(sale::RefundDue{});
    add(sale::RefundDone{});
    must(ledger().commit(records, {}));
    kind_->restart();
    const auto read = replayed();
    ASSERT_EQ(read.size(), records.size());
    for (std::size_t at = 0; at < read.size(); ++at)
        EXPECT_TRUE(same(read[at], records[at])) << to_text(records[at].kind);
}

TEST_P(LedgerContract, KeepsItAllAcrossARestartAndGoesOn) {
    must(ledger().commit(batch(1, 10), {}));
    kind_->restart();
    expect_replay_of(10);
    must(ledger().commit(batch(11, 5), {}));
    kind_->restart();
    expect_replay_of(15);
}

TEST_P(LedgerContract, RefusesAGapAndKeepsNothingOfThatBatch) {
    must(ledger().commit(batch(1, 2), {}));
    std::vector<Record> gap{created(3), created(5)};
    EXPECT_EQ(error_of(ledger().commit(gap, {})).code, ErrorCode::invalid);
    expect_replay_of(2);
}

TEST_P(LedgerContract, RefusesARecordThatItHas) {
    must(ledger().commit(batch(1, 2), {}));
    EXPECT_EQ(error_of(ledger().commit(batch(2, 1), {})).code, ErrorCode::invalid);
    expect_replay_of(2);
}

TEST_P(LedgerContract, StaysFailedUntilARestart) {
    must(ledger().commit(batch(1, 2), {}));
    kind_->fail_next_commit();
    const base::Error first = error_of(ledger().commit(batch(3, 4000), {}));
    const base::Error second = error_of(ledger().commit(batch(3, 1), {}));
    EXPECT_EQ(second.code, first.code);
    EXPECT_EQ(second.what, first.what);
    EXPECT_FALSE(ledger().note_clean_stop({2, 99}));
    kind_->restart();
    expect_replay_of(2);
    must(ledger().commit(batch(3, 1), {}));
    expect_replay_of(3);
}

TEST_P(LedgerContract, CommitsAuditEntriesWithTheRecordsOrNeither) {
    std::vector<account::AuditEntry> two{entry("stock.change"), entry("activity.pause")};
    must(ledger().commit(batch(1, 2), two));
    EXPECT_EQ(two[1].seq, 2U);
    EXPECT_FALSE(two[1].hash.empty());
    kind_->fail_next_commit();
    std::vector<account::AuditEntry> lost{entry("activity.end")};
    ASSERT_FALSE(ledger().commit(batch(3, 4000), lost));
    kind_->restart();
    const auto kept = kind_->audit();
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].action, "stock.change");
    EXPECT_EQ(kept[1].hash, account::chain_hash(kept[1], kept[0].hash));
    expect_replay_of(2);
}

TEST_P(LedgerContract, CountsACleanStopOnlyAtTheEnd) {
    must(ledger().commit(batch(1, 2), {}));
    must(ledger().note_clean_stop({2, 0xfedcba9876543210}));
    kind_->restart();
    EXPECT_EQ(must(ledger().last_clean_stop()).seq, 2U);
    EXPECT_EQ(must(ledger().last_clean_stop()).state_hash, 0xfedcba9876543210);
    must(ledger().commit(batch(3, 1), {}));
    EXPECT_EQ(must(ledger().last_clean_stop()).state_hash, 0U);
    must(ledger().note_clean_stop({3, 5}));
    EXPECT_EQ(must(ledger().last_clean_stop()).state_hash, 5U);
}

TEST_P(LedgerContract, StopsTheReplayWhereTheVisitorFails) {
    must(ledger().commit(batch(1, 5), {}));
    std::uint64_t last = 0;
    const auto stopped = ledger().replay([&](const Record& record) -> base::Result<void> {
        last = record.seq;
        if (record.seq == 3) return base::failure(ErrorCode::full, "enough");
        return {};
    });
    EXPECT_EQ(error_of(stopped).what, "enough");
    EXPECT_EQ(last, 3U);
}

TEST(SqliteLedger, WritesNothingBehindARecordThatIsNotItsOwn) {
    const FreshDirectory directory;
    const auto database = must(Database::open(directory.path(), {}));
    SqliteLedger ledger(*database);
    must(ledger.commit(batch(1, 2), {}));
    must(database->write([](Transaction& transaction) {
        transaction.connection.execute(
            "INSERT INTO record(seq, kind, at_ms, body, sum) VALUES(7, 1, 1, x'', 1)");
    }));
    EXPECT_EQ(error_of(ledger.commit(batch(3, 1), {})).code, ErrorCode::damaged);
    must(database->read([](Connection& connection) {
        EXPECT_EQ(connection.number("SELECT max(seq) FROM record"), 7);
    }));
}

TEST(MemoryLedger, NamesTheDamagedRecord) {
    MemoryLedger ledger;
    must(ledger.commit(batch(1, 5), {}));
    ledger.damage(4);
    std::size_t visited = 0;
    const auto error = error_of(ledger.replay([&](const Record&) -> base::Result<void> {
        ++visited;
        return {};
    }));
    EXPECT_EQ(error.code, ErrorCode::damaged);
    EXPECT_NE(error.what.find("record 4 "), std::string::npos) << error.what;
    EXPECT_EQ(visited, 3U);
}

TEST(MemoryLedger, LosesWhatWasNotSyncedAndKeepsWhatAFailureLeft) {
    MemoryLedger ledger;
    must(ledger.commit(batch(1, 2), {}));
    ledger.set_syncing(false);
    must(ledger.commit(batch(3, 2), {}));
    ledger.drop_unsynced();
    EXPECT_EQ(ledger.records().size(), 2U);
    ledger.set_syncing(true);
    ledger.fail_commit(2, MemoryLedger::Leaves::everything);
    must(ledger.commit(batch(3, 1), {}));
    EXPECT_FALSE(ledger.commit(batch(4, 1), {}));
    EXPECT_EQ(ledger.records().size(), 4U);
    EXPECT_EQ(ledger.commits(), 4U);
}

}  // namespace
}  // namespace sluice::adapter
