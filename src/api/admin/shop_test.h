// SPDX-License-Identifier: Apache-2.0
// A console with people in every role and one activity on sale, made through its own routes.
#pragma once

#include "api/admin/fakes_test.h"

namespace sluice::api::admin {

struct Shop : Console {
    Badge owner = hire("owner", account::Role::owner);
    Badge seller = hire("seller", account::Role::operator_);
    Badge reviewer = hire("reviewer", account::Role::reviewer);
    Badge support = hire("support", account::Role::support);
    Badge viewer = hire("viewer", account::Role::viewer);

    /// One product with `skus` skus; their ids are 1, 2, 3 …
    void add_product(int skus = 3) {
        std::string body = R"({"code":"P-1","title":"手机","skus":[)";
        for (int i = 1; i <= skus; ++i)
            body += (i > 1 ? "," : "") + std::string(R"({"code":"S-)") + std::to_string(i) +
                    R"(","title":"Colour )" + std::to_string(i) + R"("})";
        const Answered added = post("/admin/v1/products", owner, body + "]}");
        EXPECT_EQ(added.status, 201) << added.body;
    }

    std::string item_json(int sku, std::string_view policy, int stock = 10, int limit = 2) const {
        return R"({"sku_id":")" + std::to_string(sku) +
               R"(","price":{"amount":1999,"currency":"CNY"},"stock":)" + std::to_string(stock) +
               R"(,"limit_per_user":)" + std::to_string(limit) + R"(,"policy":")" +
               std::string(policy) + R"("})";
    }
    std::string activity_json(const std::string& items) const {
        return R"({"name":"双十一","starts_at":")" + base::to_rfc3339(clock.now() + base::kMinute) +
               R"(","ends_at":")" + base::to_rfc3339(clock.now() + base::kHour) + R"(","items":[)" +
               items + "]}";
    }
    std::string three_items() const {
        return item_json(1, "reserve") + "," + item_json(2, "on_order") + "," +
               item_json(3, "on_payment");
    }

    /// Draft 1 with items 1 (reserve), 2 (on_order), 3 (on_payment), ten units each, limit 2.
    void draft() {
        add_product();
        const Answered added = post("/admin/v1/activities", seller, activity_json(three_items()));
        ASSERT_EQ(added.status, 201) << added.body;
    }
    Answered step(std::string_view name, const Badge& who, std::string body = "{}") {
        return post("/admin/v1/activities/1/" + std::string(name), who, std::move(body));
    }
    void approve() {
        draft();
        ASSERT_EQ(step("submit", seller).status, 200);
        ASSERT_EQ(step("approve", reviewer, R"({"note":"fine"})").status, 200);
    }
    void warm() {
        approve();
        const Answered warmed = step("warm", seller);
        ASSERT_EQ(warmed.status, 200) << warmed.body;
    }
    void open() {
        warm();
        clock.advance(base::kMinute);
    }
    const account::AuditEntry& last_audit() { return log.entries().back(); }
};

}  // namespace sluice::api::admin
