// SPDX-License-Identifier: Apache-2.0
// The layouts on the disk: what docs/formats/records.md draws is what the code writes.
#include "sale/record.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sluice::sale {
namespace {

static_assert(offsetof(ActivityOpened, terms.id) == 0);
static_assert(offsetof(ActivityOpened, terms.starts_at) == 8);
static_assert(offsetof(ActivityOpened, terms.ends_at) == 16);

static_assert(offsetof(ItemOpened, terms.id) == 0);
static_assert(offsetof(ItemOpened, terms.activity) == 4);
static_assert(offsetof(ItemOpened, terms.sku) == 8);
static_assert(offsetof(ItemOpened, terms.limit_per_user) == 12);
static_assert(offsetof(ItemOpened, terms.unit_price) == 16);
static_assert(offsetof(ItemOpened, terms.currency) == 24);
static_assert(offsetof(ItemOpened, terms.policy) == 28);
static_assert(offsetof(ItemOpened, terms.entry) == 29);
static_assert(offsetof(ItemOpened, terms.cancel_returns_unit) == 30);
static_assert(offsetof(ItemOpened, terms.pay_window) == 32);
static_assert(offsetof(ItemOpened, terms.total) == 40);

static_assert(offsetof(ActivitySwitched, to) == 4);
static_assert(offsetof(ItemSwitched, stopped) == 4);
static_assert(offsetof(StockChanged, delta) == 8);
static_assert(offsetof(StockChanged, key.high) == 16);
static_assert(offsetof(StockChanged, key.low) == 24);

static_assert(offsetof(OrderCreated, order) == 0);
static_assert(offsetof(OrderCreated, user.key.high) == 8);
static_assert(offsetof(OrderCreated, user.key.low) == 16);
static_assert(offsetof(OrderCreated, key.high) == 24);
static_assert(offsetof(OrderCreated, key.low) == 32);
static_assert(offsetof(OrderCreated, ticket) == 40);
static_assert(offsetof(OrderCreated, item) == 48);
static_assert(offsetof(OrderCreated, quantity) == 52);
static_assert(offsetof(OrderCreated, unit_price) == 56);
static_assert(offsetof(OrderCreated, pay_until) == 64);

static_assert(offsetof(OrderPaid, payment) == 8);
static_assert(offsetof(OrderPaid, taken) == 16);
static_assert(offsetof(OrderClosed, state) == 8);
static_assert(offsetof(OrderClosed, note) == 9);
static_assert(offsetof(OrderClosed, returns_units) == 10);
static_assert(offsetof(PaymentOpened, order) == 8);
static_assert(offsetof(PaymentOpened, amount) == 16);

// Numbers on the disk never change their meaning.
static_assert(static_cast<int>(activity::StockPolicy::reserve) == 0);
static_assert(static_cast<int>(activity::StockPolicy::on_order) == 1);
static_assert(static_cast<int>(activity::StockPolicy::on_payment) == 2);
static_assert(static_cast<int>(activity::Entry::open) == 0);
static_assert(static_cast<int>(activity::Entry::ticket) == 1);
static_assert(static_cast<int>(activity::Entry::challenge) == 2);
static_assert(static_cast<int>(ActivitySwitch::pause) == 1);
static_assert(static_cast<int>(ActivitySwitch::resume) == 2);
static_assert(static_cast<int>(ActivitySwitch::end) == 3);
static_assert(static_cast<int>(order::OrderState::cancelled) == 2);
static_assert(static_cast<int>(order::OrderState::expired) == 3);
static_assert(static_cast<int>(order::OrderState::refunded) == 4);
static_assert(static_cast<int>(order::OrderNote::by_customer) == 1);
static_assert(static_cast<int>(order::OrderNote::by_operator) == 2);
static_assert(static_cast<int>(order::OrderNote::paid_too_late) == 3);
static_assert(static_cast<int>(order::OrderNote::sold_out_at_payment) == 4);

struct Kind {
    int number;
    std::string name;
    std::size_t bytes;
    auto operator<=>(const Kind&) const = default;
};

/// The kinds as the headings of the document name them.
std::set<Kind> drawn_kinds() {
    std::ifstream file(SLUICE_SOURCE_DIR "/docs/formats/records.md");
    const std::regex of_size(R"(, (\d+) bytes)");
    const std::regex of_kind(R"((\d+) `([a-z_]+)`)");
    std::set<Kind> kinds;
    for (std::string line; std::getline(file, line);) {
        std::smatch size;
        if (!line.starts_with("### ") || !std::regex_search(line, size, of_size)) continue;
        for (std::sregex_iterator at(line.begin(), line.end(), of_kind), end; at != end; ++at)
            kinds.insert({std::stoi((*at)[1]), (*at)[2], std::stoul(size[1])});
    }
    return kinds;
}

TEST(Record, EveryKindHasTheNumberTheNameAndTheSizeThatAreDrawn) {
    std::set<Kind> kinds;
    for (int number = 0; number < 65536; ++number) {
        const auto kind = static_cast<RecordKind>(number);
        if (const std::size_t size = body_size(kind); size != 0)
            kinds.insert({number, std::string(to_text(kind)), size});
        else
            ASSERT_EQ(to_text(kind), "unknown") << number;
    }
    EXPECT_EQ(kinds.size(), 12U);
    EXPECT_EQ(kinds, drawn_kinds());
}

OrderCreated any_order() {
    return {.order = {0x1112131415161718},
            .user = {.key = {0x2122232425262728, 0x3132333435363738}},
            .key = {0x4142434445464748, 0x5152535455565758},
            .ticket = 0x6162636465666768,
            .item = {0x71727374},
            .quantity = 0x81828384,
            .unit_price = 0x0192939495969798,
            .pay_until = {0x01a2a3a4a5a6a7a8}};
}

TEST(Record, TheBytesOfAnOrderAreLittleEndianAtTheirOffsets) {
    const Record record = Record::of(1, {2}, any_order());
    const auto number_at = [&record](std::size_t offset, std::size_t bytes) {
        std::uint64_t number = 0;
        for (std::size_t i = bytes; i > 0; --i)
            number = number << 8 | std::to_integer<std::uint64_t>(record.body.at(offset + i - 1));
        return number;
    };
    EXPECT_EQ(record.size, 72);
    EXPECT_EQ(number_at(0, 8), 0x1112131415161718U);
    EXPECT_EQ(number_at(8, 8), 0x2122232425262728U);
    EXPECT_EQ(number_at(16, 8), 0x3132333435363738U);
    EXPECT_EQ(number_at(24, 8), 0x4142434445464748U);
    EXPECT_EQ(number_at(32, 8), 0x5152535455565758U);
    EXPECT_EQ(number_at(40, 8), 0x6162636465666768U);
    EXPECT_EQ(number_at(48, 4), 0x71727374U);
    EXPECT_EQ(number_at(52, 4), 0x81828384U);
    EXPECT_EQ(number_at(56, 8), 0x0192939495969798U);
    EXPECT_EQ(number_at(64, 8), 0x01a2a3a4a5a6a7a8U);
}

/// A body of the kind with any bytes goes into a record and comes out again.
template <class Body>
void check_round_trip() {
    EXPECT_EQ(body_size(Body::kKind), sizeof(Body));
    EXPECT_TRUE(rc::check([](std::uint64_t seq, std::int64_t at) {
        const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(
            sizeof(Body), rc::gen::arbitrary<std::uint8_t>());
        Body body;
        std::memcpy(&body, bytes.data(), sizeof(Body));
        const Record record = Record::of(seq, {at}, body);
        RC_ASSERT(record.seq == seq);
        RC_ASSERT(record.at.ms == at);
        RC_ASSERT(record.kind == Body::kKind);
        RC_ASSERT(record.size == sizeof(Body));
        const Body again = record.as<Body>();
        RC_ASSERT(std::memcmp(&again, &body, sizeof(Body)) == 0);
        RC_ASSERT(std::ranges::all_of(std::span(record.body).subspan(sizeof(Body)),
                                      [](std::byte byte) { return byte == std::byte{}; }));
    })) << to_text(Body::kKind);
}

TEST(Record, BodiesOfEveryKindComeOutAsTheyWentIn) {
    check_round_trip<ActivityOpened>();
    check_round_trip<ItemOpened>();
    check_round_trip<ActivitySwitched>();
    check_round_trip<ItemSwitched>();
    check_round_trip<StockChanged>();
    check_round_trip<OrderCreated>();
    check_round_trip<OrderPaid>();
    check_round_trip<OrderClosed>();
    check_round_trip<PaymentOpened>();
    check_round_trip<PaymentClosed>();
    check_round_trip<RefundDue>();
    check_round_trip<RefundDone>();
}

TEST(RecordDeathTest, ABodyOfAnotherKindStopsTheProgram) {
    Record record = Record::of(1, {2}, RefundDue{.payment = {3}});
    EXPECT_DEATH((void)record.as<RefundDone>(), "CHECK.*kind == Body::kKind");
    record.size = 7;
    EXPECT_DEATH((void)record.as<RefundDue>(), "CHECK.*kind == Body::kKind");
}

/// Every record that differs from `record` in one bit of what the chain covers.
template <class Visit>
void flip_every_bit(const Record& record, Visit visit) {
    Record flipped = record;
    for (int bit = 0; bit < 64; ++bit) {
        flipped.seq ^= std::uint64_t{1} << bit;
        visit(flipped, "seq", bit);
        flipped.seq = record.seq;
        flipped.at.ms ^= static_cast<std::int64_t>(std::uint64_t{1} << bit);
        visit(flipped, "at", bit);
        flipped.at = record.at;
    }
    for (int bit = 0; bit < 16; ++bit) {
        flipped.kind = static_cast<RecordKind>(static_cast<int>(record.kind) ^ 1 << bit);
        visit(flipped, "kind", bit);
        flipped.kind = record.kind;
    }
    for (int bit = 0; bit < 8 * record.size; ++bit) {
        std::byte& byte = flipped.body.at(static_cast<std::size_t>(bit / 8));
        byte ^= std::byte{1} << bit % 8;
        visit(flipped, "body", bit);
        byte ^= std::byte{1} << bit % 8;
    }
}

TEST(ChainSum, ChangesWithEverySingleBit) {
    for (const std::uint64_t previous : {std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}}) {
        for (const Record& record :
             {Record::of(1, {2}, any_order()), Record::of(7, {0}, OrderCreated{}),
              Record::of(8, {1}, RefundDue{.payment = {3}})}) {
            std::set<std::uint64_t> sums = {chain_sum(record, previous)};
            std::size_t flips = 0;
            flip_every_bit(record, [&](const Record& flipped, const char* where, int bit) {
                ++flips;
                EXPECT_TRUE(sums.insert(chain_sum(flipped, previous)).second)
                    << where << " bit " << bit;
            });
            EXPECT_EQ(flips, 64U + 64 + 16 + 8 * record.size);
        }
    }
}

TEST(ChainSum, DependsOnEveryBitOfTheSumBefore) {
    const Record record = Record::of(1, {2}, any_order());
    std::set<std::uint64_t> sums = {chain_sum(record, 0)};
    for (int bit = 0; bit < 64; ++bit)
        EXPECT_TRUE(sums.insert(chain_sum(record, std::uint64_t{1} << bit)).second) << bit;
}

TEST(ChainSum, ChangesWithTheLengthOfABodyOfZeros) {
    Record record = Record::of(1, {2}, RefundDue{});
    const std::uint64_t sum = chain_sum(record, 0);
    record.size = 7;
    EXPECT_NE(chain_sum(record, 0), sum);
    record.size = 16;
    EXPECT_NE(chain_sum(record, 0), sum);
}

TEST(ChainSum, IgnoresWhatLiesBehindTheBody) {
    Record record = Record::of(1, {2}, RefundDue{.payment = {3}});
    const std::uint64_t sum = chain_sum(record, 5);
    record.body[8] = std::byte{1};
    EXPECT_EQ(chain_sum(record, 5), sum);
}

/// The four steps of the document, written down a second time.
TEST(ChainSum, IsWhatTheDocumentSays) {
    const Record record = Record::of(9, {1'700'000'000'000}, RefundDue{.payment = {77}});
    std::uint64_t sum = base::mix64(1234 ^ 9);
    sum = base::mix64(sum ^ 1'700'000'000'000);
    sum = base::mix64(sum ^ (22 << 16 | 8));
    sum = base::mix64(sum + 77);
    EXPECT_EQ(chain_sum(record, 1234), sum);
}

}  // namespace
}  // namespace sluice::sale
