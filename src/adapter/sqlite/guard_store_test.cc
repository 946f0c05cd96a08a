// SPDX-License-Identifier: Apache-2.0
// Risk lists and switches: what goes in comes out.
#include "adapter/sqlite/guard_store.h"

#include <gtest/gtest.h>

#include "adapter/sqlite/stores_test.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using guard::RiskEntry;

using Guards = Stores;

TEST_F(Guards, KeepsRiskEntriesUntilTheyAreRemoved) {
    RiskEntry risky;
    risky.kind = RiskEntry::Kind::address;
    risky.value = "10.0.0.0/8";
    risky.reason = "bots";
    risky.expires_at = kNow + base::kDay;
    risky.created_by = {1};
    risky.created_at = kNow;
    risky = must(guard_.add_risk(risky, entry("risk.add", "risk/")));
    const auto read = must(guard_.risks());
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].id, risky.id);
    EXPECT_EQ(read[0].kind, RiskEntry::Kind::address);
    EXPECT_EQ(read[0].value, "10.0.0.0/8");
    EXPECT_EQ(read[0].reason, "bots");
    EXPECT_EQ(read[0].expires_at, kNow + base::kDay);
    EXPECT_EQ(read[0].created_by.value, 1U);
    must(guard_.remove_risk(risky.id, entry("risk.remove")));
    EXPECT_TRUE(must(guard_.risks()).empty());
    EXPECT_EQ(error_of(guard_.remove_risk(risky.id, entry("a"))).code, ErrorCode::not_found);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Guards, KeepsTheLastPositionOfASwitch) {
    must(guard_.set_switch({"purchases", false, "fire", {1}, kNow, kNow + base::kHour},
                           entry("switch.off")));
    must(guard_.set_switch({"accounts", false, "", {1}, kNow, {}}, entry("switch.off")));
    must(guard_.set_switch({"purchases", true, "out", {2}, kNow + base::kMinute, {}},
                           entry("switch.on")));
    const auto read = must(guard_.switches());
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[1].name, "purchases");
    EXPECT_TRUE(read[1].on);
    EXPECT_EQ(read[1].reason, "out");
    EXPECT_EQ(read[1].changed_by.value, 2U);
    EXPECT_EQ(read[1].changed_at, kNow + base::kMinute);
    EXPECT_EQ(read[1].until.ms, 0);
    EXPECT_FALSE(read[0].on);
}

}  // namespace
}  // namespace sluice::adapter
