// SPDX-License-Identifier: Apache-2.0
// What the store does when it is shared, old, new, foreign, cut off, damaged, or out of space.
#include "adapter/sqlite/database.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/catalog_store.h"
#include "adapter/sqlite/fresh_store_test.h"
#include "adapter/sqlite/ledger.h"
#include "adapter/sqlite/schema.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using sale::Record;
namespace fs = std::filesystem;

Record created(std::uint64_t seq) {
    sale::OrderCreated body;
    body.order = {base::mix64(seq)};
    body.user = {{base::mix64(seq + 1), base::mix64(seq + 2)}};
    body.item = {12};
    body.quantity = 1;
    return Record::of(seq, {static_cast<std::int64_t>(1'700'000'000'000 + seq)}, body);
}

base::Result<void> commit(Database& database, std::uint64_t first, std::size_t count) {
    std::vector<Record> records;
    for (std::size_t at = 0; at < count; ++at) records.push_back(created(first + at));
    SqliteLedger ledger(database);
    return ledger.commit(records, {});
}

/// Everything that can be read, as text; or the error that stopped it.
base::Result<std::string> contents(const fs::path& directory) {
    auto opened = Database::open(directory);
    if (!opened) return std::unexpected(opened.error());
    std::string all;
    SqliteLedger ledger(**opened);
    const auto replayed = ledger.replay([&](const Record& record) -> base::Result<void> {
        all += std::to_string(record.seq) + ' ' + std::to_string(record.at.ms) + ' ';
        all.append(reinterpret_cast<const char*>(record.body.data()), record.size);
        return {};
    });
    if (!replayed) return std::unexpected(replayed.error());
    SqliteAccountStore accounts(**opened);
    if (const auto verified = accounts.verify_audit(); !verified)
        return std::unexpected(verified.error());
    const auto audit = accounts.audit(0, {}, 1000);
    if (!audit) return std::unexpected(audit.error());
    for (const account::AuditEntry& one : *audit) all += one.hash + one.action;
    SqliteCatalogStore catalog(**opened);
    const auto products = catalog.products({}, "", 1000);
    if (!products) return std::unexpected(products.error());
    for (const catalog::Product& one : *products) {
        all += one.code + one.title + one.description + std::to_string(one.version);
        for (const catalog::Sku& sku : one.skus) all += sku.code + sku.title;
    }
    return all;
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

/// A store with some of everything.
void fill(Database& database) {
    SqliteCatalogStore catalog(database);
    for (int at = 1; at <= 20; ++at) {
        catalog::Product product;
        product.code = "P-" + std::to_string(at);
        product.title = "Product number " + std::to_string(at);
        product.description = std::string(300, 'd');
        product.skus.push_back({{}, {}, "S-" + std::to_string(at), "Sku of it"});
        must(catalog.add(product, entry("product.add", "product/")));
    }
    for (std::uint64_t seq = 1; seq <= 200; seq += 20) must(commit(database, seq, 20));
}

/// The files as a killed process leaves them: with a write-ahead log that was not copied back.
struct Killed {
    FreshDirectory directory;
    std::string database, log, mark, contents;

    Killed() {
        FreshStore store;
        fill(*store.database);
        const fs::path file = store.directory.file();
        database = bytes_of(file);
        log = bytes_of(file.string() + "-wal");
        mark = bytes_of(store.directory.path() / "sluice.mark");
        store.database.reset();
        contents = must(adapter::contents(store.directory.path()));
    }

    /// Puts these files into the directory, and says what can be read from them.
    base::Result<std::string> with(const std::string& changed_database,
                                   const std::string* changed_log) const {
        const std::string file = directory.file().string();
        for (const char* ending : {"", "-wal", "-shm"}) fs::remove(file + ending);
        write_bytes(file, changed_database);
        if (changed_log != nullptr) write_bytes(file + "-wal", *changed_log);
        write_bytes(directory.path() / "sluice.mark", mark);
        return adapter::contents(directory.path());
    }
};

TEST(Database, MakesFilesThatOnlyTheOwnerCanRead) {
    const mode_t before = ::umask(0);
    FreshStore store;
    const fs::path inside = store.directory.path() / "data";
    const auto database = must(Database::open(inside));
    ::umask(before);
    must(commit(*database, 1, 1));
    EXPECT_EQ(fs::status(inside).permissions(), fs::perms::owner_all);
    std::size_t files = 0;
    for (const auto& one : fs::directory_iterator(inside)) {
        EXPECT_EQ(one.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
            << one.path();
        ++files;
    }
    EXPECT_EQ(files, 5U);  // database, log, shared memory, lock, mark
}

TEST(Database, RefusesASecondProcessAndNamesTheFirst) {
    FreshStore store;
    const auto second = Database::open(store.directory.path());
    const auto error = error_of(second);
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.what.find("process " + std::to_string(::getpid())), std::string::npos)
        << error.what;
    store.database.reset();
    EXPECT_TRUE(Database::open(store.directory.path()));
}

TEST(Database, RefusesAStoreOfANewerVersion) {
    FreshStore store;
    store.database.reset();
    store.meddle("PRAGMA user_version = 99");
    const auto error = error_of(Database::open(store.directory.path()));
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_NE(error.what.find("version 99"), std::string::npos) << error.what;
    EXPECT_NE(error.what.find("knows " + std::to_string(schema_version())), std::string::npos);
}

TEST(Database, RefusesADatabaseOfAnotherProgramAndLeavesItAlone) {
    FreshDirectory directory;
    write_bytes(directory.file(), "");
    Connection(directory.file(), Connection::Mode::read_write).execute("CREATE TABLE t(a)");
    const std::string before = bytes_of(directory.file());
    EXPECT_EQ(error_of(Database::open(directory.path())).code, ErrorCode::invalid);
    EXPECT_EQ(bytes_of(directory.file()), before);
}

TEST(Database, RefusesAFileThatIsNoDatabase) {
    FreshDirectory directory;
    write_bytes(directory.file(), std::string(5000, 'x'));
    EXPECT_EQ(error_of(Database::open(directory.path())).code, ErrorCode::damaged);
}

TEST(Database, RefusesADataDirectoryThatIsAFile) {
    FreshDirectory directory;
    write_bytes(directory.path() / "data", "x");
    EXPECT_EQ(error_of(Database::open(directory.path() / "data")).code, ErrorCode::unavailable);
}

TEST(Database, RefusesATableThatIsNotDefinedAsItShouldBe) {
    FreshStore store;
    store.database.reset();
    store.meddle("DROP TRIGGER audit_stays");
    EXPECT_EQ(error_of(Database::open(store.directory.path())).code, ErrorCode::damaged);
}

TEST(Database, NeverChangesOrRemovesRecordsAndAuditEntries) {
    FreshStore store;
    fill(*store.database);
    for (const char* sql : {"UPDATE record SET kind = 1", "DELETE FROM record",
                            "UPDATE audit SET who = 2", "DELETE FROM audit"})
        EXPECT_THROW(store.meddle(sql), Failure) << sql;
}

TEST(Database, IsReadAgainAfterTheProcessWasKilled) {
    const Killed killed;
    EXPECT_EQ(must(killed.with(killed.database, &killed.log)), killed.contents);
}

TEST(Database, MissesAWriteAheadLogThatSomebodyRemoved) {
    const Killed killed;
    const auto error = error_of(killed.with(killed.database, nullptr));
    EXPECT_EQ(error.code, ErrorCode::damaged);
}

TEST(Database, MissesTheEndOfAWriteAheadLog) {
    const Killed killed;
    const std::size_t frame = 4096 + 24;
    for (std::size_t left = 32; left + frame <= killed.log.size(); left += 7 * frame) {
        const std::string cut = killed.log.substr(0, left);
        EXPECT_FALSE(killed.with(killed.database, &cut)) << left << " bytes left";
    }
}

TEST(Database, GoesOnWithABackupOnceTheMarkIsGone) {
    FreshStore store;
    must(commit(*store.database, 1, 5));
    const fs::path copy = store.directory.path() / "copy.db";
    must(store.database->backup_to(copy));
    EXPECT_EQ(error_of(store.database->backup_to(copy)).code, ErrorCode::conflict);
    must(commit(*store.database, 6, 5));
    store.database.reset();
    fs::rename(copy, store.directory.file());
    const auto error = error_of(Database::open(store.directory.path()));
    EXPECT_EQ(error.code, ErrorCode::damaged);
    EXPECT_NE(error.what.find("delete sluice.mark"), std::string::npos) << error.what;
    fs::remove(store.directory.path() / "sluice.mark");
    EXPECT_EQ(store.open()->reach().record_seq, 5U);
}

TEST(Database, RefusesATruncatedFile) {
    FreshStore store;
    fill(*store.database);
    store.database.reset();
    const std::string whole = bytes_of(store.directory.file());
    for (std::size_t size = 0; size < whole.size(); size += 4096 * 3 + 500) {
        fs::resize_file(store.directory.file(), size);
        EXPECT_FALSE(contents(store.directory.path())) << size << " bytes left";
        write_bytes(store.directory.file(), whole);
    }
    EXPECT_TRUE(contents(store.directory.path()));
}

TEST(Database, NeverTakesAFlippedByteForTheTruth) {
    FreshStore store;
    fill(*store.database);
    store.database.reset();
    const std::string expected = must(contents(store.directory.path()));
    const std::string whole = bytes_of(store.directory.file());
    std::mt19937 random(20261121);
    std::size_t refused = 0;
    for (int round = 0; round < 200; ++round) {
        std::string flipped = whole;
        const std::size_t at = random() % whole.size();
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random() % 8)));
        write_bytes(store.directory.file(), flipped);
        const auto read = contents(store.directory.path());
        if (!read) ++refused;
        // A byte that no row uses may change; what is read may not.
        EXPECT_TRUE(!read || *read == expected) << "byte " << at;
    }
    EXPECT_GT(refused, 30U);
}

TEST(Database, NeverTakesAFlippedByteOfTheLogForTheTruth) {
    const Killed killed;
    std::mt19937 random(20261121);
    std::size_t refused = 0;
    for (int round = 0; round < 40; ++round) {
        std::string flipped = killed.log;
        const std::size_t at = random() % flipped.size();
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random() % 8)));
        const auto read = killed.with(killed.database, &flipped);
        if (!read) ++refused;
        EXPECT_TRUE(!read || *read == killed.contents) << "byte " << at;
    }
    EXPECT_GT(refused, 35U);
}

TEST(Database, NamesTheRecordWhoseBodyOrSumWasChanged) {
    FreshStore store;
    must(commit(*store.database, 1, 50));
    store.database.reset();
    const std::string whole = bytes_of(store.directory.file());
    std::string body(sizeof(base::OrderId), '\0');
    const std::uint64_t order = base::mix64(37);
    std::memcpy(body.data(), &order, sizeof order);
    const std::size_t at = whole.find(body);
    ASSERT_NE(at, std::string::npos);
    for (const std::size_t place : {at, at + 20, at + sizeof(sale::OrderCreated) + 3}) {
        std::string flipped = whole;
        flipped[place] = static_cast<char>(flipped[place] ^ 4);
        write_bytes(store.directory.file(), flipped);
        const auto error = error_of(contents(store.directory.path()));
        EXPECT_EQ(error.code, ErrorCode::damaged);
        EXPECT_NE(error.what.find("record 37"), std::string::npos) << error.what;
    }
}

TEST(Database, NamesTheRowOfTheOfficeThatWasChanged) {
    FreshStore store;
    fill(*store.database);
    store.database.reset();
    std::string whole = bytes_of(store.directory.file());
    const std::size_t at = whole.find("Product number 7");
    ASSERT_NE(at, std::string::npos);
    whole[at] = 'Q';
    write_bytes(store.directory.file(), whole);
    const auto error = error_of(Database::open(store.directory.path()));
    EXPECT_EQ(error.code, ErrorCode::damaged);
    EXPECT_NE(error.what.find("row 7 of table product"), std::string::npos) << error.what;
}

TEST(Database, NoticesAnIndexThatNoLongerLeadsToItsRow) {
    FreshStore store;
    fill(*store.database);
    store.database.reset();
    const std::string whole = bytes_of(store.directory.file());
    std::size_t places = 0;
    for (std::size_t at = whole.find("S-7"); at != std::string::npos;
         at = whole.find("S-7", at + 1)) {
        std::string flipped = whole;
        flipped[at + 2] = '8';  // once in the table, once in its index by code
        write_bytes(store.directory.file(), flipped);
        EXPECT_EQ(error_of(Database::open(store.directory.path())).code, ErrorCode::damaged);
        ++places;
    }
    EXPECT_EQ(places, 2U);
}

TEST(Database, FindsAChangedAuditEntry) {
    FreshStore store;
    fill(*store.database);
    SqliteAccountStore accounts(*store.database);
    EXPECT_EQ(must(accounts.verify_audit()), 20U);
    store.meddle("DROP TRIGGER audit_stays; UPDATE audit SET who_name = 'nobody' WHERE seq = 13");
    const auto error = error_of(accounts.verify_audit());
    EXPECT_EQ(error.code, ErrorCode::damaged);
    EXPECT_NE(error.what.find("entry 13 "), std::string::npos) << error.what;
}

TEST(Database, FindsARemovedAuditEntry) {
    FreshStore store;
    fill(*store.database);
    store.meddle("DROP TRIGGER audit_remains; DELETE FROM audit WHERE seq = 20");
    SqliteAccountStore accounts(*store.database);
    EXPECT_NE(error_of(accounts.verify_audit()).what.find("entry 20 "), std::string::npos);
}

TEST(Database, SaysFullAndStaysReadable) {
    FreshDirectory directory;
    const auto database = must(Database::open(directory.path(), {.pages_max = 60}));
    must(commit(*database, 1, 20));
    const auto error = error_of(commit(*database, 21, 5000));
    EXPECT_EQ(error.code, ErrorCode::full);
    EXPECT_NE(error.what.find("free some space"), std::string::npos) << error.what;
    EXPECT_EQ(error.sentence.code(), "store_full");
    EXPECT_EQ(database->reach().record_seq, 20U);
    SqliteAccountStore accounts(*database);
    must(accounts.set_value("small", "still fits"));
    EXPECT_EQ(must(accounts.value("small")), "still fits");
}

/// The kernel refuses to let any file grow: the write-ahead log cannot take the commit.
base::Result<void> commit_fails(const FreshStore& store) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = fs::file_size(store.directory.file().string() + "-wal") + 6000;
    ::setrlimit(RLIMIT_FSIZE, &tight);
    auto failed = commit(*store.database, 21, 5000);
    ::setrlimit(RLIMIT_FSIZE, &before);
    return failed;
}

TEST(Database, WritesNothingMoreOnceACommitFailedInTheMiddle) {
    FreshStore store;
    must(commit(*store.database, 1, 20));
    const auto first = commit_fails(store);
    EXPECT_EQ(error_of(first).code, ErrorCode::stopped);
    EXPECT_EQ(error_of(store.database->check()).what, error_of(first).what);
    SqliteAccountStore accounts(*store.database);
    EXPECT_EQ(error_of(accounts.set_value("a", "b")).what, error_of(first).what);
    const std::string log = bytes_of(store.directory.file().string() + "-wal");
    store.database.reset();
    EXPECT_EQ(bytes_of(store.directory.file().string() + "-wal"), log) << "left for the next start";
    store.database = store.open();
    EXPECT_EQ(store.database->reach().record_seq, 20U);
    must(commit(*store.database, 21, 5));
}

TEST(Database, KeepsSessionsInMemoryWhileNothingCanBeWritten) {
    FreshStore store;
    must(commit(*store.database, 1, 20));
    SqliteAccountStore accounts(*store.database);
    EXPECT_FALSE(commit_fails(store));
    account::OperatorSession session;
    session.token_digest = "digest";
    session.seen_at = {1000};
    must(accounts.add_session(session, {}));
    must(accounts.touch_session("digest", {2000}));
    EXPECT_EQ(must(accounts.session("digest")).seen_at.ms, 2000);
    must(accounts.end_session("digest", {}));
    EXPECT_EQ(error_of(accounts.session("digest")).code, ErrorCode::not_found);
    for (int at = 0; at <= 64; ++at) {
        session.token_digest = "digest" + std::to_string(at);
        must(accounts.add_session(session, {}));
    }
    EXPECT_FALSE(accounts.session("digest0")) << "the oldest made room";
    EXPECT_TRUE(accounts.session("digest64"));
}

TEST(Database, TakesACodeOnceAlsoWhileNothingCanBeWritten) {
    FreshStore store;
    SqliteAccountStore accounts(*store.database);
    account::Operator who;
    who.name = "li.wei";
    who.id = must(accounts.add_operator(who, entry("operator.add", "operator/"))).id;
    account::Totp totp;
    totp.who = who.id;
    totp.begun_at = totp.enabled_at = {1000};
    totp.last_step = 41;
    must(accounts.begin_totp(totp, entry("operator.totp_begin")));
    must(accounts.enable_totp(totp, {"c1"}, entry("operator.totp_enable")));
    must(commit(*store.database, 1, 20));
    EXPECT_FALSE(commit_fails(store));

    EXPECT_EQ(error_of(accounts.use_totp_step(who.id, 41)).code, ErrorCode::conflict);
    must(accounts.use_totp_step(who.id, 42));
    for (const std::int64_t step : {41, 42})
        EXPECT_EQ(error_of(accounts.use_totp_step(who.id, step)).code, ErrorCode::conflict);
    must(accounts.use_totp_step(who.id, 43));
    EXPECT_EQ(error_of(accounts.use_totp_step(who.id, 42)).code, ErrorCode::conflict);
    EXPECT_EQ(error_of(accounts.use_recovery_code(who.id, "c1", {})).code, ErrorCode::stopped);

    account::OperatorSession session;
    session.token_digest = "digest";
    session.who = who.id;
    must(accounts.add_session(session, {}));
    must(accounts.step_up("digest", {2000}, {}));
    EXPECT_EQ(must(accounts.sessions_of(who.id)).at(0).stepped_up_until.ms, 2000);
}

TEST(Database, KeepsTheWriteAheadLogShort) {
    FreshDirectory directory;
    const auto database = must(Database::open(directory.path(), {.checkpoint_pages = 16}));
    for (std::uint64_t seq = 1; seq <= 4000; seq += 20) must(commit(*database, seq, 20));
    EXPECT_LT(fs::file_size(directory.file().string() + "-wal"), 40U * 4120);
    EXPECT_EQ(database->reach().record_seq, 4000U);
}

TEST(Database, AnswersReadsWhileSomethingIsWritten) {
    FreshStore store;
    SqliteAccountStore accounts(*store.database);
    must(accounts.set_value("colour", "red"));
    must(store.database->write([&](Transaction& transaction) {
        transaction.connection.execute("UPDATE named_value SET value = 'blue'");
        EXPECT_EQ(must(accounts.value("colour")), "red");
    }));
    EXPECT_EQ(must(accounts.value("colour")), "blue");
}

TEST(Database, TakesBackWhatAFailedWorkDid) {
    FreshStore store;
    SqliteAccountStore accounts(*store.database);
    const auto failed = store.database->write([&](Transaction& transaction) {
        transaction.connection.execute("INSERT INTO named_value(name, value) VALUES('a', 'b')");
        refuse(ErrorCode::forbidden, "no");
    });
    EXPECT_EQ(error_of(failed).code, ErrorCode::forbidden);
    EXPECT_EQ(must(accounts.value("a")), "");
}

}  // namespace
}  // namespace sluice::adapter
