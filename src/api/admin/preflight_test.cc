// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/admin/shop_test.h"
#include "base/sentences.h"

namespace sluice::api::admin {
namespace {

/// Every check by its name.
std::map<std::string, boost::json::object> checks_of(const Answered& answer) {
    std::map<std::string, boost::json::object> checks;
    const boost::json::value list = answer.at("/checks");
    for (const auto& check : list.as_array())
        checks[std::string(check.at("name").as_string())] = check.as_object();
    return checks;
}

std::string level(Shop& shop, const std::string& name) {
    const Answered answer = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto checks = checks_of(answer);
    const auto found = checks.find(name);
    if (found == checks.end()) return "no check " + name;
    const bool has_fix = !found->second.at("fix").as_string().empty();
    const std::string said(found->second.at("level").as_string());
    EXPECT_EQ(has_fix, said != "ok") << answer.body;
    EXPECT_FALSE(found->second.at("detail").as_string().empty()) << answer.body;
    return said;
}

TEST(Preflight, IsReadyOnceEverythingIsThere) {
    Shop shop;
    shop.provider.knows_nothing = true;
    shop.draft();
    EXPECT_EQ(level(shop, "state"), "fail");
    EXPECT_EQ(level(shop, "stock"), "fail");
    EXPECT_EQ(level(shop, "pages"), "fail");
    EXPECT_EQ(level(shop, "window"), "ok");
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    ASSERT_EQ(shop.step("approve", shop.reviewer).status, 200);
    EXPECT_EQ(level(shop, "state"), "fail");
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    const Answered answer = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
    EXPECT_TRUE(answer.flag("/ready")) << answer.body;
    for (const auto& [name, check] : checks_of(answer))
        EXPECT_EQ(check.at("level").as_string(), "ok") << answer.body;
    EXPECT_EQ(shop.get("/admin/v1/activities/9/preflight", shop.viewer).status, 404);
}

TEST(Preflight, SeesWhatIsWrongAroundTheActivity) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(level(shop, "payment_provider"), "fail");  // the fake answers no question
    EXPECT_FALSE(shop.get("/admin/v1/activities/1/preflight", shop.viewer).flag("/ready"));

    shop.turnstile.stop_purchases(true);
    EXPECT_EQ(level(shop, "purchases"), "fail");
    shop.turnstile.stop_purchases(false);
    EXPECT_EQ(level(shop, "purchases"), "ok");

    for (const auto& [name, wanted] :
         {std::pair<std::string, std::string>{"gate.risk", "warn"}, {"payments", "fail"}}) {
        EXPECT_EQ(
            shop.put("/admin/v1/switches/" + name, shop.seller, R"({"on":false,"reason":"drill"})")
                .status,
            200);
        EXPECT_EQ(level(shop, "switches"), wanted);
    }

    ASSERT_TRUE(shop.pages.publish({}));
    EXPECT_EQ(level(shop, "pages"), "fail");

    EXPECT_EQ(shop.post("/admin/v1/items/1/stop", shop.seller, R"({"reason":"x"})").status, 200);
    EXPECT_EQ(level(shop, "stock"), "fail");

    shop.app->machine = [] {
        return std::vector<base::Finding>{
            {base::Health::bad, "disk", base::say("disk_short", 7), base::say("do_free_space")},
            {base::Health::warning, "accept queue", base::say("backlog_short", 128),
             base::say("do_raise_backlog")},
            {base::Health::good, "clock", base::say("clock_synchronised"), {}}};
    };
    EXPECT_EQ(level(shop, "disk"), "fail");
    const Answered machine = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
    const auto disk = checks_of(machine)["disk"];
    const auto& finding = disk.at("findings").as_array()[0].as_object();
    EXPECT_EQ(finding.at("code").as_string(), "disk_short");
    EXPECT_EQ(finding.at("values").as_object().at("megabytes").as_int64(), 7);
    const auto& remedy = disk.at("remedy").as_object();
    EXPECT_EQ(remedy.at("code").as_string(), "do_free_space");
    EXPECT_EQ(remedy.at("detail"), disk.at("fix"));
    EXPECT_EQ(level(shop, "accept_queue"), "warn");
    EXPECT_EQ(level(shop, "clock"), "ok");

    shop.ledger.fail_commit(1, adapter::MemoryLedger::Leaves::nothing);
    EXPECT_EQ(shop.turnstile.pass_and_wait(sale::SwitchItem{{2}, true}, {}).outcome,
              sale::Outcome::read_only);
    EXPECT_EQ(level(shop, "ledger"), "fail");
}

TEST(Preflight, TellsNoMomentOfALedgerThatIsEmpty) {
    Shop shop;
    shop.draft();
    const auto said = [&shop] {
        const Answered answer = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
        const boost::json::value findings = checks_of(answer)["ledger"].at("findings");
        return std::string(findings.as_array()[0].at("code").as_string());
    };
    EXPECT_EQ(said(), "ledger_is_empty");
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    ASSERT_EQ(shop.step("approve", shop.reviewer).status, 200);
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    EXPECT_EQ(said(), "ledger_is");
}

TEST(Preflight, SaysInACodeWhyTheProviderIsSilent) {
    Shop shop;
    shop.warm();
    shop.provider.knows_nothing = false;
    const Answered found = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
    const auto provider = checks_of(found)["payment_provider"];
    const auto& finding = provider.at("findings").as_array()[0].as_object();
    EXPECT_EQ(finding.at("code").as_string(), "provider_silent");
    EXPECT_EQ(finding.at("values").as_object().at("why_code").as_string(), "provider_unreachable");
    EXPECT_NE(finding.at("values").as_object().at("why").as_string(), "");
}

TEST(Preflight, SeesPagesThatAreNotWhatTheStoreSays) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(level(shop, "pages"), "ok");
    auto other = *shop.activities.activity({1});
    other.items[0].title = "Something else";
    ASSERT_TRUE(shop.pages.publish({.activities = {other}, .skus = {}, .public_url = {}}));
    EXPECT_EQ(level(shop, "pages"), "fail");
}

TEST(Preflight, SeesAPictureThatCannotBeShown) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(level(shop, "pictures"), "ok");
    catalog::Product product = *shop.catalog.product({1});
    product.image_url = "/images/none.svg";
    ASSERT_TRUE(shop.catalog.replace(product, {}));
    ASSERT_TRUE(publish_pages(*shop.app, {}));
    EXPECT_EQ(level(shop, "pictures"), "warn");
    EXPECT_EQ(level(shop, "pages"), "ok") << "without the picture they are as they would be";
    EXPECT_NE(
        shop.get("/admin/v1/activities/1/preflight", shop.viewer).body.find("/images/none.svg. "),
        std::string::npos);
}

TEST(Preflight, SeesATextThatMakesItsPageTooLong) {
    Shop shop;
    shop.draft();
    EXPECT_EQ(level(shop, "page_size"), "ok") << "it is looked at before the warm-up";
    catalog::Product product = *shop.catalog.product({1});
    const auto describe = [&](int characters) {
        product.description.clear();
        // No two follow each other twice, so nothing of it can be compressed away.
        for (int i = 0; i < characters; ++i) {
            const int letter = 0x4e00 + (i * 7919 + i * i * 31) % 20'000;
            product.description += static_cast<char>(0xe0 | (letter >> 12));
            product.description += static_cast<char>(0x80 | ((letter >> 6) & 0x3f));
            product.description += static_cast<char>(0x80 | (letter & 0x3f));
        }
        ASSERT_TRUE(shop.catalog.replace(product, {}));
        product.version = shop.catalog.product({1})->version;
    };
    describe(300);
    EXPECT_EQ(level(shop, "page_size"), "ok");
    describe(1000);
    EXPECT_EQ(level(shop, "page_size"), "warn");
    const Answered answer = shop.get("/admin/v1/activities/1/preflight", shop.viewer);
    const std::string detail(checks_of(answer)["page_size"].at("detail").as_string());
    EXPECT_NE(detail.find("Colour 1: the page has 1"), std::string::npos) << detail;
    EXPECT_NE(detail.find("14336"), std::string::npos) << detail;
}

TEST(Preflight, SeesItemsThatMakeNoSense) {
    Shop shop;
    shop.add_product(1);
    const std::string item = R"("sku_id":"1","policy":"reserve","price":{"amount":)";
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"(100,"currency":"CNY"},"stock":5,"limit_per_user":5)", "ok"},
        {R"(100,"currency":"CNY"},"stock":5,"limit_per_user":6)", "warn"},  // limits nobody
        {R"(100,"currency":"CNY"},"stock":5,"limit_per_user":0)", "warn"},
        {R"(0,"currency":"CNY"},"stock":5,"limit_per_user":1)", "warn"},  // a give-away
        {R"(100,"currency":"CNY"},"stock":5,"list_price":{"amount":100,"currency":"CNY"})", "warn"},
        {R"(100,"currency":"CNY"},"stock":5,"list_price":{"amount":101,"currency":"CNY"})", "ok"}};
    int number = 0;
    for (const auto& [rest, wanted] : rows) {
        const Answered added = shop.post("/admin/v1/activities", shop.seller,
                                         shop.activity_json("{" + item + rest + "}"));
        ASSERT_EQ(added.status, 201) << added.body;
        const Answered answer = shop.get(
            "/admin/v1/activities/" + std::to_string(++number) + "/preflight", shop.viewer);
        EXPECT_EQ(checks_of(answer)["items"].at("level").as_string(), wanted) << answer.body;
        if (rest.starts_with('0')) {
            const std::string detail(checks_of(answer)["items"].at("detail").as_string());
            EXPECT_EQ(detail, "Colour 1 costs nothing.");
        }
        if (rest.ends_with("\"limit_per_user\":6")) {
            const std::string detail(checks_of(answer)["items"].at("detail").as_string());
            EXPECT_NE(detail.find("one buyer may take every unit"), std::string::npos) << detail;
        }
    }
}

TEST(Preflight, CountsTheTimeToPayOnlyOfItemsWhoseOrdersExpire) {
    Shop shop;
    shop.add_product(1);
    const auto level_of = [&](const std::string& policy, const char* path) {
        std::string item = shop.item_json(1, policy);
        item.insert(1, R"("pay_window_ms":604800000,)");
        EXPECT_EQ(shop.post("/admin/v1/activities", shop.seller, shop.activity_json(item)).status,
                  201);
        auto checks = checks_of(shop.get(path, shop.viewer));
        return std::string(checks["window"].at("level").as_string());
    };
    EXPECT_EQ(level_of("on_order", "/admin/v1/activities/1/preflight"), "ok");
    EXPECT_EQ(level_of("reserve", "/admin/v1/activities/2/preflight"), "warn");
    EXPECT_EQ(level_of("on_payment", "/admin/v1/activities/3/preflight"), "warn");
}

TEST(Preflight, SeesTheWindowAndWhoElseSellsTheSame) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(level(shop, "overlaps"), "ok");
    const std::string items = shop.item_json(1, "reserve");
    ASSERT_EQ(shop.post("/admin/v1/activities", shop.seller, shop.activity_json(items)).status,
              201);
    EXPECT_EQ(level(shop, "overlaps"), "ok");  // a draft sells nothing
    ASSERT_EQ(shop.post("/admin/v1/activities/2/submit", shop.seller).status, 200);
    EXPECT_EQ(level(shop, "overlaps"), "warn");
    shop.clock.advance(base::kMinute);
    EXPECT_EQ(level(shop, "window"), "warn");
    EXPECT_EQ(level(shop, "state"), "ok");
    shop.clock.advance(base::kHour);
    EXPECT_EQ(level(shop, "window"), "fail");
    EXPECT_EQ(level(shop, "state"), "fail");
    EXPECT_EQ(level(shop, "overlaps"), "ok");
}

}  // namespace
}  // namespace sluice::api::admin
