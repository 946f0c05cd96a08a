// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/admin/shop_test.h"

namespace sluice::api::admin {
namespace {

const char* const kChanges = "/admin/v1/activities/1/changes";

/// The paths of what changed, in order, separated by spaces.
std::string paths(const Answered& answer) {
    std::string all;
    const boost::json::value changes = answer.at("/changes");
    for (const auto& change : changes.as_array())
        all += (all.empty() ? "" : " ") + std::string(change.at("path").as_string());
    return all;
}

std::string draft_json(const Shop& shop, const std::string& items, const std::string& name) {
    std::string body = shop.activity_json(items);
    return body.replace(body.find("双十一"), std::string("双十一").size(), name);
}

TEST(Changes, AreThoseSinceTheFirstVersionUntilOneIsApproved) {
    Shop shop;
    shop.draft();
    const Answered fresh = shop.get(kChanges, shop.viewer);
    ASSERT_EQ(fresh.status, 200) << fresh.body;
    EXPECT_EQ(paths(fresh), "");
    EXPECT_EQ(fresh.number("/against/version"), 1);
    EXPECT_EQ(fresh.text("/against/state"), "draft");
    EXPECT_EQ(fresh.text("/against/by_name"), "seller");

    // Item 1 has other stock, item 2 is gone, and item 3 is left as it was.
    const std::string items =
        shop.item_json(1, "reserve", 7) + "," + shop.item_json(3, "on_payment");
    ASSERT_EQ(shop.put("/admin/v1/activities/1", shop.seller, draft_json(shop, items, "New name"),
                       "\"1\"")
                  .status,
              200);
    const Answered edited = shop.get(kChanges, shop.viewer);
    EXPECT_EQ(paths(edited), "/name /items/0/stock /items/1") << edited.body;
    EXPECT_EQ(edited.text("/changes/0/before"), "双十一");
    EXPECT_EQ(edited.text("/changes/0/after"), "New name");
    EXPECT_EQ(edited.number("/changes/1/before"), 10);
    EXPECT_EQ(edited.number("/changes/1/after"), 7);
    EXPECT_EQ(edited.text("/changes/1/sku_id"), "1");
    EXPECT_EQ(edited.text("/changes/2/before/sku_id"), "2");
    EXPECT_TRUE(edited.at("/changes/2/after").is_null());
    EXPECT_EQ(shop.get("/admin/v1/activities/9/changes", shop.viewer).status, 404);
}

TEST(Changes, AreThoseSinceTheLastApproval) {
    Shop shop;
    shop.approve();
    const Answered approved = shop.get(kChanges, shop.reviewer);
    EXPECT_EQ(paths(approved), "") << approved.body;
    EXPECT_EQ(approved.text("/against/state"), "approved");
    EXPECT_EQ(approved.text("/against/by_name"), "reviewer");
    EXPECT_EQ(approved.number("/against/version"), 3);
    EXPECT_EQ(approved.number("/version"), 3);

    ASSERT_EQ(shop.step("reject", shop.reviewer, R"({"note":"too few"})").status, 200);
    EXPECT_EQ(paths(shop.get(kChanges, shop.reviewer)), "");  // a step is no change
    const std::string items = shop.item_json(2, "on_order") + "," +
                              shop.item_json(1, "reserve", 10, 5) + "," +
                              shop.item_json(3, "on_payment");
    ASSERT_EQ(
        shop.put("/admin/v1/activities/1", shop.seller, draft_json(shop, items, "双十一"), "\"4\"")
            .status,
        200);
    const Answered edited = shop.get(kChanges, shop.reviewer);
    EXPECT_EQ(paths(edited), "/items/1/limit_per_user /items") << edited.body;
    EXPECT_EQ(edited.number("/changes/0/before"), 2);
    EXPECT_EQ(edited.text("/changes/1/before/0"), "1");
    EXPECT_EQ(edited.text("/changes/1/after/0"), "2");
    EXPECT_EQ(edited.number("/against/version"), 3);
}

TEST(Clone, IsAFreshDraftThatSaysWhereItCameFrom) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(shop.post("/admin/v1/activities/1/clone", shop.viewer).status, 403);
    EXPECT_EQ(shop.post("/admin/v1/activities/9/clone", shop.seller).status, 404);
    EXPECT_EQ(shop.post("/admin/v1/activities/1/clone", shop.seller, R"({"title":"x"})").status,
              400);
    const Answered clone = shop.post("/admin/v1/activities/1/clone", shop.seller);
    ASSERT_EQ(clone.status, 201) << clone.body;
    EXPECT_EQ(clone.text("/id"), "2");
    EXPECT_EQ(clone.text("/name"), "双十一 (copy)");
    EXPECT_EQ(clone.text("/state"), "draft");
    EXPECT_TRUE(clone.at("/reviewed_by").is_null());
    EXPECT_EQ(clone.at("/items").as_array().size(), 3U);
    EXPECT_EQ(clone.text("/items/0/id"), "4");
    EXPECT_EQ(clone.number("/items/0/stock"), 10);
    EXPECT_EQ(shop.last_audit().action, "activity.clone");
    EXPECT_EQ(shop.last_audit().subject, "activity/2");
    EXPECT_NE(shop.last_audit().before.find(R"("cloned_from":"1")"), std::string::npos);
    const Answered changes = shop.get("/admin/v1/activities/2/changes", shop.viewer);
    EXPECT_EQ(paths(changes), "");
    EXPECT_EQ(changes.text("/against/action"), "activity.clone");
}

TEST(Clone, IsCalledWhatThePersonSaysByTheRulesOfTheEditor) {
    Shop shop;
    shop.warm();
    const auto clone = [&](const std::string& body) {
        return shop.post("/admin/v1/activities/1/clone", shop.seller, body);
    };
    EXPECT_EQ(clone(R"({"name":"双十二（副本）"})").text("/name"), "双十二（副本）");
    EXPECT_NE(shop.last_audit().after.find("双十二（副本）"), std::string::npos);
    EXPECT_EQ(clone(R"({"name":null})").text("/name"), "双十一 (copy)");
    const auto refused = [&](const std::string& body) {
        const Answered answer = clone(body);
        EXPECT_EQ(answer.text("/errors/0/pointer"), "/name") << answer.body;
        return std::to_string(answer.status) + " " + answer.text("/errors/0/code");
    };
    EXPECT_EQ(refused(R"({"name":7})"), "400 not_a_text");
    EXPECT_EQ(refused(R"({"name":""})"), "422 line_blank");
    EXPECT_EQ(refused(R"({"name":"two\nlines"})"), "422 line_not_one_line");
    EXPECT_EQ(refused(R"({"name":")" + std::string(121, 'x') + R"("})"), "422 too_long");
    EXPECT_EQ(shop.get("/admin/v1/activities", shop.viewer).at("/activities").as_array().size(),
              3U);
}

}  // namespace
}  // namespace sluice::api::admin
