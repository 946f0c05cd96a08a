// SPDX-License-Identifier: Apache-2.0
#include "guard/gates.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <thread>

namespace sluice::guard {
namespace {

using base::Instant;
using base::Key128;
using base::UserId;

constexpr Instant kNow{1'800'000'000'000};

UserId user_number(std::uint64_t number) {
    return UserId{Key128{base::mix64(number), base::mix64(~number)}};
}

GateOptions user_limit(double per_second, std::uint32_t burst, std::size_t slots = 1024) {
    GateOptions options;
    options.user_rate = {per_second, burst};
    options.rate_slots = slots;
    return options;
}

bool admits(Gates& gates, UserId user, Instant now) {
    std::int64_t retry_after_ms = 0;
    return gates.admit_user(user, now, retry_after_ms);
}

int count_admitted(Gates& gates, UserId user, Instant now, int tries) {
    int admitted = 0;
    for (int i = 0; i < tries; ++i) admitted += admits(gates, user, now) ? 1 : 0;
    return admitted;
}

RiskEntry blocked(RiskEntry::Kind kind, std::string value, Instant expires_at = {}) {
    RiskEntry entry;
    entry.kind = kind;
    entry.value = std::move(value);
    entry.expires_at = expires_at;
    return entry;
}

RiskEntry blocked_address(std::string value) {
    return blocked(RiskEntry::Kind::address, std::move(value));
}

TEST(UserRate, LetsTheBurstPassAtOnceAndThenTheRate) {
    Gates gates(user_limit(10, 20));
    const UserId user = user_number(1);
    EXPECT_EQ(count_admitted(gates, user, kNow, 50), 20);
    EXPECT_EQ(count_admitted(gates, user, Instant{kNow.ms + 99}, 5), 0);
    EXPECT_EQ(count_admitted(gates, user, Instant{kNow.ms + 100}, 5), 1);
    EXPECT_EQ(count_admitted(gates, user, Instant{kNow.ms + 1100}, 50), 10);
    EXPECT_EQ(count_admitted(gates, user, Instant{kNow.ms + 60'000}, 50), 20);
}

TEST(UserRate, SaysWhenOneMoreMayPass) {
    Gates gates(user_limit(4, 2));
    const UserId user = user_number(1);
    EXPECT_EQ(count_admitted(gates, user, kNow, 2), 2);
    std::int64_t wait_ms = 0;
    ASSERT_FALSE(gates.admit_user(user, kNow, wait_ms));
    EXPECT_EQ(wait_ms, 250);
    EXPECT_FALSE(admits(gates, user, Instant{kNow.ms + wait_ms - 1}));
    EXPECT_TRUE(gates.admit_user(user, Instant{kNow.ms + wait_ms}, wait_ms));
    EXPECT_EQ(wait_ms, 0);
}

TEST(UserRate, GivesNothingMoreWhileTheClockStandsStill) {
    Gates gates(user_limit(1000, 3));
    EXPECT_EQ(count_admitted(gates, user_number(1), kNow, 100'000), 3);
}

TEST(UserRate, KeepsUsersApart) {
    Gates gates(user_limit(1, 1));
    EXPECT_TRUE(admits(gates, user_number(1), kNow));
    EXPECT_FALSE(admits(gates, user_number(1), kNow));
    EXPECT_TRUE(admits(gates, user_number(2), kNow));
}

TEST(UserRate, OfZeroLimitsNothing) {
    Gates gates(user_limit(0, 1));
    EXPECT_EQ(count_admitted(gates, user_number(1), kNow, 1000), 1000);
}

TEST(UserRate, NeverAdmitsMoreThanBurstPlusRateInAnyHistory) {
    EXPECT_TRUE(rc::check([] {
        const int per_second = *rc::gen::inRange(1, 2000);
        const int burst = *rc::gen::inRange(1, 50);
        Gates gates(user_limit(per_second, static_cast<std::uint32_t>(burst)));
        const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::weightedOneOf<int>(
            {{3, rc::gen::just(0)}, {2, rc::gen::inRange(0, 20)}, {1, rc::gen::inRange(0, 5000)}}));
        Instant now = kNow;
        std::int64_t admitted = 0;
        for (const int step : steps) {
            now.ms += step;
            std::int64_t wait_ms = 0;
            if (gates.admit_user(user_number(1), now, wait_ms)) {
                ++admitted;
            } else {
                RC_ASSERT(wait_ms >= 1);
                RC_ASSERT(wait_ms <= 1000 / per_second + 1);
            }
        }
        // One more than exact: a step is a whole number of microseconds.
        const std::int64_t elapsed_ms = now.ms - kNow.ms;
        RC_ASSERT(admitted <= burst + 1 + elapsed_ms * per_second / 1000 + elapsed_ms / 1000);
    }));
}

TEST(UserRate, ServesMoreUsersThanItRemembers) {
    Gates gates(user_limit(1, 1, 8));
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_TRUE(admits(gates, user_number(i), kNow)) << i;
}

TEST(UserRate, ForgetsTheQuietestFirst) {
    // One set of eight. The user who comes again and again stays; those who came once make room.
    Gates gates(user_limit(10, 100, 8));
    const UserId busy = user_number(1'000'000);
    int admitted = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
        admitted += count_admitted(gates, busy, kNow, 3);
        EXPECT_TRUE(admits(gates, user_number(i), kNow));
    }
    EXPECT_EQ(admitted, 100);
}

TEST(UserRate, RemembersAfterMonthsOfRunning) {
    Gates gates(user_limit(10, 5));
    for (int day = 0; day < 900; day += 7) {
        const Instant now = kNow + base::Duration{day * base::kDay.ms};
        EXPECT_EQ(count_admitted(gates, user_number(1), now, 50), 5) << day;
    }
}

TEST(UserRate, IsExactAmongThreads) {
    Gates gates(user_limit(10, 1000));
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back(
            [&] { admitted += count_admitted(gates, user_number(7), kNow, 2000); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(admitted, 1000);
}

TEST(UserRate, HoldsForADoorThatReadTheClockALittleEarlier) {
    Gates gates(user_limit(10, 20));
    EXPECT_EQ(count_admitted(gates, user_number(1), kNow, 50), 20);
    EXPECT_EQ(count_admitted(gates, user_number(1), Instant{kNow.ms - 1}, 50), 0);
}

TEST(AddressRate, CountsAnIpv6NetworkAsOnePlace) {
    GateOptions options;
    options.address_rate = {1, 1};
    Gates gates(options);
    std::int64_t wait_ms = 0;
    EXPECT_TRUE(gates.admit_address("2001:db8:1:2::1", kNow, wait_ms));
    EXPECT_FALSE(gates.admit_address("2001:db8:1:2:ffff::9", kNow, wait_ms));
    EXPECT_TRUE(gates.admit_address("2001:db8:1:3::1", kNow, wait_ms));
    EXPECT_TRUE(gates.admit_address("203.0.113.7", kNow, wait_ms));
    EXPECT_TRUE(gates.admit_address("203.0.113.8", kNow, wait_ms));
    EXPECT_FALSE(gates.admit_address("::ffff:203.0.113.8", kNow, wait_ms));
}

TEST(AddressRate, CountsWhatIsNoAddressAsOnePlace) {
    GateOptions options;
    options.address_rate = {1, 1};
    Gates gates(options);
    std::int64_t wait_ms = 0;
    EXPECT_TRUE(gates.admit_address("", kNow, wait_ms));
    EXPECT_FALSE(gates.admit_address("unix", kNow, wait_ms));
}

TEST(AddressRate, IsOffUnlessAskedFor) {
    Gates gates(GateOptions{});
    std::int64_t wait_ms = 0;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(gates.admit_address("::1", kNow, wait_ms));
}

GateOptions purchase_limit(double per_second, std::uint32_t burst) {
    GateOptions options;
    options.purchase_rate = {per_second, burst};
    return options;
}

int count_purchases(Gates& gates, Instant now, int tries) {
    int admitted = 0;
    for (int i = 0; i < tries; ++i) admitted += gates.admit_purchase(now) ? 1 : 0;
    return admitted;
}

TEST(PurchaseRate, IsOffUnlessAskedFor) {
    Gates gates(GateOptions{});
    EXPECT_EQ(count_purchases(gates, kNow, 10'000), 10'000);
}

TEST(PurchaseRate, LetsTheBurstPassAtOnceAndThenTheRate) {
    const struct {
        double per_second;
        std::uint32_t burst;
        int at_once, in_the_next_second;
    } rows[] = {
        {1000, 20, 20, 1000},
        {50'000, 0, 5000, 50'000},  // burst 0: a tenth of a second
        {5, 0, 1, 5},               // and at least one
        {0.5, 3, 3, 0},
        {1, 1'000'000, 1'000'000, 1},
        {300'000, 1000, 1000, 299'940},  // a step is a whole number of ns, upwards
    };
    for (const auto& row : rows) {
        Gates gates(purchase_limit(row.per_second, row.burst));
        EXPECT_EQ(count_purchases(gates, kNow, row.at_once + 10), row.at_once) << row.per_second;
        int later = 0;
        for (int ms = 1; ms <= 1000; ++ms)
            later += count_purchases(gates, Instant{kNow.ms + ms}, 1000);
        EXPECT_NEAR(later, row.in_the_next_second, 1) << row.per_second;
        EXPECT_LE(later, row.per_second + 1);
    }
}

TEST(PurchaseRate, NeverAdmitsMoreThanBurstPlusRateInAnyHistory) {
    EXPECT_TRUE(rc::check([] {
        const int per_second = *rc::gen::inRange(1, 2'000'000);
        const int burst = *rc::gen::inRange(1, 500);
        Gates gates(purchase_limit(per_second, static_cast<std::uint32_t>(burst)));
        const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::weightedOneOf<int>(
            {{3, rc::gen::just(0)}, {2, rc::gen::inRange(0, 20)}, {1, rc::gen::inRange(0, 5000)}}));
        Instant now = kNow;
        std::int64_t admitted = 0;
        for (const int step : steps) {
            now.ms += step;
            admitted += count_purchases(gates, now, 100);
        }
        RC_ASSERT(admitted <= burst + (now.ms - kNow.ms) * per_second / 1000);
    }));
}

TEST(PurchaseRate, IsExactAmongThreadsWhoseClocksAreAMomentApart) {
    constexpr int kThreads = 4;
    constexpr std::int64_t kMs = 40;
    Gates gates(purchase_limit(5000, 100));
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            base::ManualClock clock(kNow - base::Duration{t});
            for (std::int64_t ms = t; ms >= 0; --ms) {  // all end at the same time
                admitted += count_purchases(gates, clock.now(), 2000);
                clock.advance(base::Duration{1});
            }
            for (std::int64_t ms = 1; ms <= kMs; ++ms) {
                clock.set(kNow + base::Duration{ms});
                admitted += count_purchases(gates, clock.now(), 2000);
            }
        });
    for (std::thread& thread : threads) thread.join();
    // From the first millisecond of the earliest clock to the last of all.
    const std::int64_t elapsed_ms = kMs + kThreads - 1;
    EXPECT_LE(admitted, 100 + elapsed_ms * 5);
    EXPECT_GE(admitted, 100 + kMs * 5);
}

TEST(RiskLists, BlockUsersAndAddresses) {
    struct Case {
        const char* entry;
        const char* address;
        bool admitted;
    };
    constexpr Case kCases[] = {
        {"203.0.113.7", "203.0.113.7", false},
        {"203.0.113.7", "203.0.113.8", true},
        {"203.0.113.7", "::ffff:203.0.113.7", false},
        {"203.0.113.0/24", "203.0.113.255", false},
        {"203.0.113.0/24", "203.0.114.0", true},
        {"203.0.113.128/25", "203.0.113.127", true},
        {"10.0.0.0/8", "10.255.0.1", false},
        {"10.0.0.0/8", "11.0.0.0", true},
        {"10.0.0.0/8", "::a00:1", true},
        {"2001:db8::/32", "2001:db8:ffff::1", false},
        {"2001:db8::/32", "2001:db9::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", true},
        {"2001:db8::1:0/127", "2001:db8::1:1", false},
        {"2001:db8::1:0/127", "2001:db8::1:2", true},
        {"2001:DB8::7", "2001:db8:0::7", false},
        {"::1", "::1", false},
        {"::1", "127.0.0.1", true},
        {"203.0.113.7", "not an address", true},
        {"203.0.113.7", "", true},
    };
    for (const Case& c : kCases) {
        Gates gates(GateOptions{});
        gates.load({blocked_address(c.entry)}, {});
        EXPECT_EQ(gates.admit_risk(user_number(1), c.address, kNow), c.admitted)
            << c.entry << " and " << c.address;
        EXPECT_EQ(gates.admit_risk(UserId{}, c.address, kNow), c.admitted);
    }
    Gates gates(GateOptions{});
    gates.load({blocked(RiskEntry::Kind::user, to_text(user_number(1)))}, {});
    EXPECT_FALSE(gates.admit_risk(user_number(1), "::1", kNow));
    EXPECT_TRUE(gates.admit_risk(user_number(2), "::1", kNow));
    EXPECT_TRUE(gates.admit_risk(UserId{}, "::1", kNow));
}

TEST(RiskLists, AgreeWithAComparisonBitByBit) {
    EXPECT_TRUE(rc::check([](std::uint32_t network, std::uint32_t address) {
        const unsigned bits = *rc::gen::inRange(8U, 33U);
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - bits);
        // Half of the time an address that shares the first bits.
        if (*rc::gen::arbitrary<bool>()) address = (network & mask) | (address & ~mask);
        const auto dotted = [](std::uint32_t number) {
            return std::to_string(number >> 24) + '.' + std::to_string((number >> 16) & 255) + '.' +
                   std::to_string((number >> 8) & 255) + '.' + std::to_string(number & 255);
        };
        Gates gates(user_limit(0, 1, 8));
        gates.load({blocked_address(dotted(network & mask) + '/' + std::to_string(bits))}, {});
        RC_ASSERT(gates.admit_risk(UserId{}, dotted(address), kNow) ==
                  ((network & mask) != (address & mask)));
    }));
}

TEST(RiskLists, LetGoWhenTheyExpire) {
    Gates gates(GateOptions{});
    const Instant end{kNow.ms + 1000};
    gates.load({blocked(RiskEntry::Kind::user, to_text(user_number(1)), end),
                blocked(RiskEntry::Kind::address, "203.0.113.7", end)},
               {});
    EXPECT_FALSE(gates.admit_risk(user_number(1), "::1", Instant{end.ms - 1}));
    EXPECT_TRUE(gates.admit_risk(user_number(1), "::1", end));
    EXPECT_FALSE(gates.admit_risk({}, "203.0.113.7", Instant{end.ms - 1}));
    EXPECT_TRUE(gates.admit_risk({}, "203.0.113.7", end));
}

TEST(RiskLists, HoldWhoIsListedTwiceUntilTheLaterEnd) {
    Gates gates(GateOptions{});
    const std::string user = to_text(user_number(1));
    gates.load({blocked(RiskEntry::Kind::user, user), blocked(RiskEntry::Kind::user, user, kNow)},
               {});
    EXPECT_FALSE(gates.admit_risk(user_number(1), "", kNow));
}

TEST(RiskLists, AreReplacedAsAWhole) {
    Gates gates(GateOptions{});
    gates.load({blocked_address("203.0.113.7")}, {});
    gates.load({blocked_address("203.0.113.8")}, {});
    EXPECT_TRUE(gates.admit_risk({}, "203.0.113.7", kNow));
    EXPECT_FALSE(gates.admit_risk({}, "203.0.113.8", kNow));
}

TEST(RiskLists, LeaveOutWhatMakesNoSense) {
    Gates gates(GateOptions{});
    gates.load({blocked_address("0.0.0.0/0"), blocked_address("203.0.113.7")}, {});
    EXPECT_TRUE(gates.admit_risk({}, "198.51.100.1", kNow));
    EXPECT_FALSE(gates.admit_risk({}, "203.0.113.7", kNow));
}

TEST(RiskLists, CanBeReplacedWhileDoorsRead) {
    Gates gates(user_limit(0, 1, 8));
    gates.load({blocked_address("203.0.113.7")}, {});
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::atomic<int> reading{0};
    std::vector<std::thread> doors;
    for (int t = 0; t < 3; ++t)
        doors.emplace_back([&] {
            ++reading;
            while (!stop) {
                // The one address is on every list, the other on none.
                wrong += gates.admit_risk({}, "203.0.113.7", kNow) ? 1 : 0;
                wrong += gates.admit_risk({}, "198.51.100.1", kNow) ? 0 : 1;
            }
        });
    while (reading < 3) std::this_thread::yield();
    for (int i = 0; i < 5000; ++i) gates.load({blocked_address("203.0.113.7")}, {});
    stop = true;
    for (std::thread& door : doors) door.join();
    EXPECT_EQ(wrong, 0);
}

TEST(RiskEntries, AreComplainedAboutInWords) {
    for (const char* good : {"203.0.113.7", "203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32", "::1",
                             "2001:db8::7/128", "0.0.0.0/8", "::ffff:10.0.0.0/104"})
        EXPECT_TRUE(complaint_about(blocked_address(good)).empty()) << good;
    for (const char* bad : {"",
                            "/",
                            "203.0.113",
                            "203.0.113.7/",
                            "203.0.113.7/33",
                            "203.0.113.7/24",
                            "0.0.0.0/0",
                            "8.0.0.0/7",
                            "::/0",
                            "::/16",
                            "::ffff:0:0/96",
                            "2001::/15",
                            "2001:db8::/129",
                            "2001:db8::1/64",
                            "203.0.113.0/024",
                            "203.0.113.0/-1",
                            "fe80::1%eth0",
                            " 203.0.113.7",
                            "203.0.113.07",
                            "0x7f.1",
                            "example.com",
                            "1.2.3.4.5"})
        EXPECT_FALSE(complaint_about(blocked_address(bad)).empty()) << bad;

    const auto user = [](std::string value) {
        return complaint_about(blocked(RiskEntry::Kind::user, std::move(value)));
    };
    EXPECT_TRUE(user(to_text(user_number(1))).empty());
    EXPECT_FALSE(user(std::string(32, '0')).empty());
    EXPECT_FALSE(user("alice").empty());

    RiskEntry entry = blocked_address("203.0.113.7");
    entry.reason = "Bought 40 times with stolen cards.";
    EXPECT_TRUE(complaint_about(entry).empty());
    entry.reason = "two\nlines";
    EXPECT_TRUE(complaint_about(entry).empty()) << "as typed at the console";
    entry.reason.clear();
    for (int i = 0; i < 500; ++i) entry.reason += "卡";
    EXPECT_TRUE(complaint_about(entry).empty()) << "characters, not bytes";
    entry.reason = "a bell\a";
    EXPECT_FALSE(complaint_about(entry).empty());
    entry.reason = std::string(501, 'x');
    EXPECT_FALSE(complaint_about(entry).empty());
}

Switch switched_off(std::string_view name, Instant until = {}) {
    Switch value;
    value.name = name;
    value.on = false;
    value.until = until;
    return value;
}

TEST(Switches, AreOnUntilSomebodyTurnsOneOff) {
    Gates gates(GateOptions{});
    for (const std::string_view name : Gates::switch_names()) {
        EXPECT_TRUE(gates.on(name, kNow)) << name;
        gates.load({}, {switched_off(name)});
        for (const std::string_view other : Gates::switch_names())
            EXPECT_EQ(gates.on(other, kNow), other != name) << other;
        gates.load({}, {});
        EXPECT_TRUE(gates.on(name, kNow)) << name;
    }
}

TEST(Switches, TurnThemselvesBackOn) {
    Gates gates(GateOptions{});
    gates.load({}, {switched_off("payments", Instant{kNow.ms + 1000})});
    EXPECT_FALSE(gates.on("payments", Instant{kNow.ms + 999}));
    EXPECT_TRUE(gates.on("payments", Instant{kNow.ms + 1000}));
}

TEST(Switches, OfAGateLetEverybodyPass) {
    GateOptions options = user_limit(1, 1);
    options.address_rate = {1, 1};
    options.purchase_rate = {1, 1};
    Gates gates(options);
    gates.load({blocked_address("203.0.113.7")},
               {switched_off("gate.user_rate"), switched_off("gate.address_rate"),
                switched_off("gate.risk"), switched_off("gate.purchase_rate"),
                switched_off("unknown here")});
    std::int64_t wait_ms = 0;
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(gates.admit_user(user_number(1), kNow, wait_ms));
        EXPECT_TRUE(gates.admit_address("203.0.113.7", kNow, wait_ms));
        EXPECT_TRUE(gates.admit_risk({}, "203.0.113.7", kNow));
        EXPECT_TRUE(gates.admit_purchase(kNow));
    }
}

TEST(SwitchesDeathTest, ThatDoNotExistAreABug) {
    const Gates gates(GateOptions{});
    EXPECT_DEATH(std::ignore = gates.on("purchase", kNow), "CHECK");
}

/// A store whose content is set by the test.
class FakeStore final : public GuardStore {
   public:
    std::vector<RiskEntry> entries;
    std::vector<Switch> values;
    bool broken = false;

    base::Result<RiskEntry> add_risk(RiskEntry entry, account::AuditEntry) override {
        return entry;
    }
    base::Result<void> remove_risk(std::uint64_t, account::AuditEntry) override { return {}; }
    base::Result<std::vector<RiskEntry>> risks() override { return entries; }
    base::Result<void> set_switch(const Switch&, account::AuditEntry) override { return {}; }
    base::Result<std::vector<Switch>> switches() override {
        if (broken) return base::failure(base::ErrorCode::unavailable, "the disk is gone");
        return values;
    }
};

TEST(Gates, LoadWhatTheStoreHolds) {
    Gates gates(GateOptions{});
    FakeStore store;
    store.entries = {blocked_address("203.0.113.7")};
    store.values = {switched_off("purchases")};
    ASSERT_TRUE(gates.reload(store));
    EXPECT_FALSE(gates.admit_risk({}, "203.0.113.7", kNow));
    EXPECT_FALSE(gates.on("purchases", kNow));
}

TEST(Gates, KeepWhatTheyHaveWhenTheStoreFails) {
    Gates gates(GateOptions{});
    gates.load({blocked_address("203.0.113.7")}, {});
    FakeStore store;
    store.broken = true;
    EXPECT_FALSE(gates.reload(store));
    EXPECT_FALSE(gates.admit_risk({}, "203.0.113.7", kNow));
}

TEST(Gates, CountRefusalsOfEachGateAmongThreads) {
    Gates gates(GateOptions{});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) gates.count(Gate::sold_out);
            gates.count(Gate::risk);
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(gates.refusals(Gate::sold_out), 4000U);
    EXPECT_EQ(gates.refusals(Gate::risk), 4U);
    EXPECT_EQ(gates.refusals(Gate::token), 0U);
}

TEST(Addresses, OfOneIpv6NetworkAreCountedTogether) {
    EXPECT_EQ(counted_as("2001:db8:1:2::7"), counted_as("2001:0DB8:1:2:ffff::1"));
    EXPECT_NE(counted_as("2001:db8:1:2::7"), counted_as("2001:db8:1:3::7"));
    EXPECT_EQ(counted_as("203.0.113.7"), counted_as("::ffff:203.0.113.7"));
    EXPECT_NE(counted_as("203.0.113.7"), counted_as("203.0.113.8"));
    EXPECT_NE(counted_as("0.0.0.0"), counted_as("::"));
    EXPECT_EQ(counted_as("no address"), "no address");
    EXPECT_EQ(counted_as(""), "");
}

TEST(Gates, HaveDistinctNames) {
    std::vector<std::string_view> names;
    for (int i = 0; i < static_cast<int>(Gate::count_); ++i)
        names.push_back(to_text(static_cast<Gate>(i)));
    EXPECT_EQ(names,
              (std::vector<std::string_view>{"window", "sold_out", "token", "address_rate",
                                             "user_rate", "risk", "ticket", "purchase_rate"}));
}

}  // namespace
}  // namespace sluice::guard
