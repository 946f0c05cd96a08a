// SPDX-License-Identifier: Apache-2.0
// Recovery: the state after a restart is the state before it, or an error that names the place.
#include "sale/recover.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapter/memory/ledger.h"
#include "sale/script_test.h"

namespace sluice::sale::testing {
namespace {

using activity::StockPolicy;
using base::ErrorCode;

/// Records of three orders of three users: one paid, one expired, one pending; two payments.
Script played() {
    Script script({activity_terms(1, 1000, 9000),
                   {item_terms(1, 1, StockPolicy::reserve, 5, 1),
                    item_terms(2, 1, StockPolicy::on_payment, 5, 1)}});
    script.run(R"(
        1000 buy ann k1 1 1         = accepted
        1000 open_payment k1 ann p1 = done
        1001 settle p1 100 CNY      = done
        1002 buy bob k2 1 1         = accepted
        1003 stock 1 3 c1           = done
        1004 pause 1                = done
        2002 expire                 = 1
        2003 resume 1               = done
        2004 buy cid k3 2 1         = accepted
        2004 open_payment k3 cid p3 = done
        2005 close p3               = done)");
    return script;
}

/// Puts records into a ledger as the turnstile does.
void write(adapter::MemoryLedger& ledger, const std::vector<Record>& records) {
    ASSERT_TRUE(ledger.commit(records, {}));
}

TEST(Recover, BringsBackTheWholeState) {
    Script script = played();
    adapter::MemoryLedger ledger;
    write(ledger, script.tape().records);
    Sale sale(small_sale());
    const auto recovered = recover(ledger, sale);
    ASSERT_TRUE(recovered) << recovered.error().what;
    EXPECT_EQ(recovered->records, script.tape().records.size());
    EXPECT_EQ(recovered->state_hash, script.sale().hash());
    EXPECT_FALSE(recovered->clean);  // nobody noted a clean stop
    EXPECT_EQ(sale.last_seq(), script.sale().last_seq());
    EXPECT_EQ(sale.last_at(), script.sale().last_at());
    EXPECT_EQ(sale.orders().all().size(), 3U);
    EXPECT_EQ(sale.touched().size(), 2U);  // so that the board is posted
}

TEST(Recover, GoesOnWhereTheSaleWas) {
    Script script = played();
    adapter::MemoryLedger ledger;
    write(ledger, script.tape().records);
    Sale sale(small_sale());
    ASSERT_TRUE(recover(ledger, sale));
    Tape tape;
    const auto buy = [&](const char* user, const char* key, std::uint32_t item, std::int64_t now) {
        Buy event{.user = user_named(user), .key = {}, .item = {item}};
        event.key = purchase_key(event.user, key);
        return sale.decide(event, {now}, tape).outcome;
    };
    EXPECT_EQ(buy("ann", "k1", 1, 2006), Outcome::replayed);
    EXPECT_EQ(buy("ann", "k9", 1, 2006), Outcome::limit_reached);
    EXPECT_EQ(buy("bob", "k9", 1, 2006), Outcome::accepted);
    EXPECT_EQ(sale.decide(
                      ChangeStock{
                          .item = {1}, .delta = 3, .key = base::hash128("stock_change", "c1", "")},
                      {2006}, tape)
                  .outcome,
              Outcome::already_done);
    EXPECT_EQ(sale.expire_due({3004}, tape), 1U);  // the deadline of the order before the restart
    EXPECT_EQ(tape.records.front().seq, script.sale().last_seq() + 1);
}

TEST(Recover, AnEmptyLedgerIsAnEmptySale) {
    adapter::MemoryLedger ledger;
    Sale sale(small_sale());
    const auto recovered = recover(ledger, sale);
    ASSERT_TRUE(recovered);
    EXPECT_EQ(recovered->records, 0U);
    EXPECT_EQ(recovered->state_hash, Sale(small_sale()).hash());
    EXPECT_FALSE(recovered->clean);
}

TEST(Recover, ACleanStopWithTheSameStateIsClean) {
    Script script = played();
    adapter::MemoryLedger ledger;
    write(ledger, script.tape().records);
    ASSERT_TRUE(ledger.note_clean_stop(
        {.seq = script.sale().last_seq(), .state_hash = script.sale().hash()}));
    Sale sale(small_sale());
    const auto recovered = recover(ledger, sale);
    ASSERT_TRUE(recovered);
    EXPECT_TRUE(recovered->clean);
}

TEST(Recover, ACleanStopWithAnotherStateIsDamage) {
    Script script = played();
    adapter::MemoryLedger ledger;
    write(ledger, script.tape().records);
    ASSERT_TRUE(ledger.note_clean_stop(
        {.seq = script.sale().last_seq(), .state_hash = script.sale().hash() + 1}));
    Sale sale(small_sale());
    const auto recovered = recover(ledger, sale);
    ASSERT_FALSE(recovered);
    EXPECT_EQ(recovered.error().code, ErrorCode::damaged);
    EXPECT_NE(recovered.error().what.find("the last clean stop"), std::string::npos)
        << recovered.error().what;
}

TEST(Recover, ACleanStopBeforeTheLastRecordSaysNothing) {
    Script script = played();
    adapter::MemoryLedger ledger;
    write(ledger, script.tape().records);
    ASSERT_TRUE(ledger.note_clean_stop({.seq = 3, .state_hash = 7}));
    Sale sale(small_sale());
    const auto recovered = recover(ledger, sale);
    ASSERT_TRUE(recovered);
    EXPECT_FALSE(recovered->clean);
}

TEST(Recover, ADamagedRecordIsNamedWhicheverItIs) {
    Script script = played();
    for (std::uint64_t seq = 1; seq <= script.tape().records.size(); ++seq) {
        adapter::MemoryLedger ledger;
        write(ledger, script.tape().records);
        ledger.damage(seq);
        Sale sale(small_sale());
        const auto recovered = recover(ledger, sale);
        ASSERT_FALSE(recovered);
        EXPECT_EQ(recovered.error().code, ErrorCode::damaged);
        EXPECT_NE(recovered.error().what.find("record " + std::to_string(seq) + " "),
                  std::string::npos)
            << recovered.error().what;
        EXPECT_EQ(sale.last_seq(), seq - 1);  // nothing behind the damage was believed
    }
}

/// A ledger that hands out what it was given, as one of another version or a careless one would.
class AnyLedger final : public Ledger {
   public:
    explicit AnyLedger(std::vector<Record> given) : records(std::move(given)) {}
    base::Result<void> commit(std::span<const Record>, std::span<account::AuditEntry>) override {
        return {};
    }
    base::Result<void> replay(
        const std::function<base::Result<void>(const Record&)>& visit) override {
        for (const Record& record : records)
            if (auto visited = visit(record); !visited) return visited;
        if (!replay_error.empty()) return base::failure(ErrorCode::unavailable, replay_error);
        return {};
    }
    base::Result<void> note_clean_stop(const CleanStop&) override { return {}; }
    base::Result<CleanStop> last_clean_stop() override {
        if (!stop_error.empty()) return base::failure(ErrorCode::unavailable, stop_error);
        return CleanStop{};
    }

    std::vector<Record> records;
    std::string replay_error, stop_error;
};

base::Error error_of(AnyLedger ledger, const SaleOptions& options = small_sale()) {
    Sale sale(options);
    const auto recovered = recover(ledger, sale);
    if (recovered) return {.code = ErrorCode::invalid, .what = "no error"};
    return recovered.error();
}

TEST(Recover, AGapARepetitionAndATimeThatGoesBackAreDamage) {
    const std::vector<Record> records = played().tape().records;
    std::vector<Record> gap = records;
    gap.erase(gap.begin() + 3);
    EXPECT_EQ(error_of(AnyLedger(gap)).code, ErrorCode::damaged);
    EXPECT_EQ(error_of(AnyLedger(gap)).what, "record 5 does not follow record 3");

    std::vector<Record> twice = records;
    twice.insert(twice.begin() + 3, twice[3]);
    EXPECT_EQ(error_of(AnyLedger(twice)).what, "record 4 does not follow record 4");

    std::vector<Record> back = records;
    back[5].at = back[4].at - base::Duration{1};
    EXPECT_EQ(error_of(AnyLedger(back)).code, ErrorCode::damaged);

    std::vector<Record> headless(records.begin() + 1, records.end());
    EXPECT_EQ(error_of(AnyLedger(headless)).what, "record 2 does not follow record 0");
}

TEST(Recover, AnUnknownKindIsOfANewerVersion) {
    for (const int size : {0, 8, 80}) {
        std::vector<Record> records = played().tape().records;
        Record record;
        record.seq = records.back().seq + 1;
        record.at = records.back().at;
        record.kind = static_cast<RecordKind>(99);
        record.size = static_cast<std::uint16_t>(size);
        records.push_back(record);
        const base::Error error = error_of(AnyLedger(records));
        EXPECT_EQ(error.code, ErrorCode::unsupported) << size;
        EXPECT_NE(error.what.find("kind 99"), std::string::npos) << error.what;
    }
}

TEST(Recover, AKnownKindOfAnotherSizeIsUnsupported) {
    std::vector<Record> records = played().tape().records;
    records[2].size = static_cast<std::uint16_t>(records[2].size + 8);
    EXPECT_EQ(error_of(AnyLedger(records)).code, ErrorCode::unsupported);
}

TEST(Recover, MoreOrdersThanTheConfigurationAllowsIsAnErrorThatNamesTheOption) {
    SaleOptions options = small_sale();
    options.orders_max = 2;
    const base::Error error = error_of(AnyLedger(played().tape().records), options);
    EXPECT_EQ(error.code, ErrorCode::full);
    EXPECT_NE(error.what.find("more than the 2 orders"), std::string::npos) << error.what;
    EXPECT_NE(error.what.find("sale.orders_max"), std::string::npos) << error.what;
    EXPECT_EQ(error.what.find("payments"), std::string::npos) << error.what;
}

TEST(Recover, MorePaymentsThanTheConfigurationAllowsIsAnErrorThatNamesTheOption) {
    SaleOptions options = small_sale();
    options.payments_max = 1;
    const base::Error error = error_of(AnyLedger(played().tape().records), options);
    EXPECT_EQ(error.code, ErrorCode::full);
    EXPECT_NE(error.what.find("more than the 1 payments"), std::string::npos) << error.what;
    EXPECT_NE(error.what.find("sale.payments_max"), std::string::npos) << error.what;
}

TEST(Recover, ExactlyAsManyAsTheConfigurationAllowsFit) {
    SaleOptions options = small_sale();
    options.orders_max = 3;
    options.payments_max = 2;
    EXPECT_EQ(error_of(AnyLedger(played().tape().records), options).what, "no error");
}

TEST(Recover, WhatTheLedgerSaysIsPassedOn) {
    AnyLedger ledger({});
    ledger.replay_error = "the disk does not answer";
    EXPECT_EQ(error_of(ledger).what, "the disk does not answer");
    ledger.replay_error = "";
    ledger.stop_error = "the page does not answer";
    EXPECT_EQ(error_of(ledger).what, "the page does not answer");
}

TEST(RecoverDeathTest, ASaleThatIsNotEmptyStopsTheProgram) {
    Script script = played();
    adapter::MemoryLedger ledger;
    EXPECT_DEATH((void)recover(ledger, script.sale()), "CHECK.*last_seq");
}

}  // namespace
}  // namespace sluice::sale::testing
