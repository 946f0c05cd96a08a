// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "api/admin/shop_test.h"

namespace sluice::api::admin {
namespace {

/// The pointers of an answer's errors, sorted.
std::vector<std::string> pointers_of(const Answered& answer) {
    std::vector<std::string> pointers;
    const auto errors = answer.at("/errors");
    for (const auto& error : errors.as_array())
        pointers.emplace_back(error.as_object().at("pointer").as_string());
    std::ranges::sort(pointers);
    return pointers;
}

TEST(Products, AreFoundByTheCodeOrTitleOfOneOfTheirSkus) {
    Shop shop;
    const auto added = [&](const std::string& body) {
        return shop.post("/admin/v1/products", shop.seller, body).status;
    };
    EXPECT_EQ(added(R"({"code":"P-1","title":"Phone","skus":[{"code":"S-1","title":"Red"}]})"),
              201);
    EXPECT_EQ(added(R"({"code":"P-2","title":"Case","skus":[{"code":"S-2","title":"Blue"}]})"),
              201);
    const auto found = [&](const std::string& search) {
        std::string codes;
        const Answered list = shop.get("/admin/v1/products?search=" + search, shop.viewer);
        const auto products = list.at("/products");
        for (const auto& one : products.as_array())
            codes += std::string(one.as_object().at("code").as_string()) + " ";
        return codes;
    };
    EXPECT_EQ(found("red"), "P-1 ");
    EXPECT_EQ(found("s-2"), "P-2 ");
    EXPECT_EQ(found("pho"), "P-1 ");
    EXPECT_EQ(found(""), "P-2 P-1 ");
    EXPECT_EQ(found("green"), "");
}

TEST(Products, WhoSavesTooLateHearsWhoWasFasterAndWhen) {
    Shop shop;
    shop.add_product(1);
    const auto refused = [&](const std::string& version = "\"1\"") {
        return shop.put("/admin/v1/products/1", shop.seller, "{}", version);
    };
    EXPECT_EQ(refused("\"7\"").text("/reason"), "changed_since_read") << "nobody saved that one";
    shop.clock.advance(base::kMinute);
    const std::string body = R"("code":"P-1","title":"2","skus":[{"code":"S-1","title":"red"}]})";
    ASSERT_EQ(shop.put("/admin/v1/products/1", shop.seller, "{" + body, "\"1\"").status, 200);
    const Answered told = refused();
    EXPECT_EQ(told.status, 409);
    EXPECT_EQ(told.text("/code"), "conflict");
    EXPECT_EQ(told.text("/reason"), "saved_since_read");
    EXPECT_EQ(told.text("/values/who"), "seller");
    EXPECT_EQ(told.text("/values/at"), base::to_rfc3339(shop.clock.now()));
    EXPECT_EQ(told.text("/values/at"),
              shop.get("/admin/v1/products/1", shop.viewer).text("/updated_at"));

    shop.clock.advance(base::kMinute);
    ASSERT_EQ(shop.post("/admin/v1/products/import", shop.owner, "[{" + body + "]").status, 200);
    EXPECT_EQ(refused().text("/values/who"), "owner") << "an import saves, too";
    shop.clock.advance(base::kMinute);
    auto product = *shop.catalog.product({1});
    product.updated_at = shop.clock.now();
    ASSERT_TRUE(shop.catalog.replace(product, {}));
    EXPECT_EQ(refused().text("/reason"), "changed_since_read") << "nobody is named for another";
}

TEST(Products, AreChangedOnlyByWhoSawTheNewestVersion) {
    Shop shop;
    shop.add_product(1);
    const Answered shown = shop.get("/admin/v1/products/1", shop.viewer);
    EXPECT_NE(shown.headers.find("ETag: \"1\""), std::string::npos);
    const std::string body =
        R"({"code":"P-1","title":"手机 2","skus":[{"code":"S-1","title":"red"}]})";
    EXPECT_EQ(shop.put("/admin/v1/products/1", shop.seller, body).status, 428);
    EXPECT_EQ(shop.put("/admin/v1/products/1", shop.seller, body, "*").status, 400);
    const Answered changed = shop.put("/admin/v1/products/1", shop.seller, body, "\"1\"");
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.text("/skus/0/id"), "1");  // known by its code
    EXPECT_EQ(shop.put("/admin/v1/products/1", shop.seller, body, "\"1\"").status, 409);
    EXPECT_EQ(shop.put("/admin/v1/products/1", shop.seller, "{", "\"1\"").status, 409);
    EXPECT_NE(shop.last_audit().before.find("手机"), std::string::npos);
    EXPECT_NE(shop.last_audit().after.find("手机 2"), std::string::npos);
    EXPECT_NE(shop.last_audit().before.find(R"("version":1)"), std::string::npos);
    EXPECT_NE(shop.last_audit().after.find(R"("version":2)"), std::string::npos);
    EXPECT_EQ(shop.last_audit().subject, "product/1");
}

TEST(Products, RefuseWhatIsWrongWithAPointer) {
    Shop shop;
    const Answered bad = shop.post("/admin/v1/products", shop.seller,
                                   R"({"code":"P 1","title":"x","skus":[],"prize":1})");
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(bad.text("/errors/0/pointer"), "/prize");
    const Answered code =
        shop.post("/admin/v1/products", shop.seller,
                  R"({"code":"P 1","title":"x","skus":[{"code":"?","title":"y"}]})");
    EXPECT_EQ(code.status, 400);
    EXPECT_NE(code.body.find("/skus/0/code"), std::string::npos);
    EXPECT_TRUE(shop.catalog.products({}, "", 10)->empty());
}

TEST(Products, TellEverythingThatIsWrongInOneAnswer) {
    Shop shop;
    shop.add_product(2);
    const Answered all = shop.post("/admin/v1/products", shop.seller,
                                   R"({"code":"P-1","title":7,"prize":1,"image_url":"phone.jpg",)"
                                   R"("skus":[{"code":"","title":" "},{"title":"x"},)"
                                   R"({"code":"S-2","title":"y"},{"code":"S-2","title":"y"}]})");
    EXPECT_EQ(all.status, 400);
    EXPECT_EQ(
        pointers_of(all),
        (std::vector<std::string>{"/code", "/image_url", "/prize", "/skus/0/code", "/skus/0/title",
                                  "/skus/1/code", "/skus/2/code", "/skus/3/code", "/title"}))
        << all.body;
}

TEST(Products, TellACodeThatIsTakenAtItsField) {
    Shop shop;
    shop.add_product(2);
    const auto body = [](const std::string& code, const std::string& sku) {
        return R"({"code":")" + code + R"(","title":"x","skus":[{"code":"S-8","title":"y"},)" +
               R"({"code":")" + sku + R"(","title":"z"}]})";
    };
    const Answered both = shop.post("/admin/v1/products", shop.seller, body("P-1", "S-2"));
    EXPECT_EQ(both.status, 409);
    EXPECT_EQ(both.text("/code"), "conflict");
    EXPECT_EQ(both.text("/errors/0/pointer"), "/code");
    EXPECT_EQ(both.text("/errors/1/pointer"), "/skus/1/code");
    EXPECT_FALSE(both.text("/errors/1/detail").empty());

    ASSERT_EQ(shop.post("/admin/v1/products", shop.seller, body("P-2", "S-9")).status, 201);
    const Answered put = shop.put("/admin/v1/products/2", shop.seller, body("P-2", "S-1"), "\"1\"");
    EXPECT_EQ(put.status, 409);
    EXPECT_EQ(put.text("/errors/0/pointer"), "/skus/1/code");
    const Answered late =
        shop.put("/admin/v1/products/2", shop.seller, body("P-2", "S-9"), "\"7\"");
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(late.body.find("errors"), std::string::npos) << "the version is no field";
}

TEST(Products, AreImportedWholeOrNotAtAll) {
    Shop shop;
    const std::string path = "/admin/v1/products/import";
    const auto import = [&](std::string body, std::string type) {
        return shop.ask(http::Method::post, path, &shop.seller, std::move(body),
                        {"", std::move(type)});
    };
    const std::string head = "product_code,product_title,sku_code,sku_title\n";
    const Answered bad =
        import(head + "P-1,Phone,S-1,red\nP-2,Phone,S 2,red\n", "text/csv; charset=utf-8");
    EXPECT_EQ(bad.status, 422) << bad.body;
    EXPECT_EQ(bad.number("/errors/0/line"), 3);
    EXPECT_GT(bad.number("/errors/0/column"), 1);
    EXPECT_EQ(bad.text("/errors/0/code"), "code_characters");
    EXPECT_TRUE(shop.catalog.products({}, "", 10)->empty());

    const Answered good = import(head + "P-1,Phone,S-1,red\nP-1,Phone,S-2,blue\n", "text/csv");
    EXPECT_EQ(good.status, 200) << good.body;
    EXPECT_EQ(good.number("/added"), 1);
    EXPECT_EQ(good.number("/skus"), 2);
    const Answered again =
        import(R"([{"code":"P-1","title":"Phone 2","skus":[{"code":"S-1","title":"red"}]}])",
               "application/json");
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.number("/updated"), 1);
    EXPECT_EQ(shop.last_audit().action, "product.import");

    // What only the store knows: the lines of the skus that another product has.
    const Answered taken = import(head + "P-7,Case,S-7,red\nP-7,Case,\"S-1\",blue\n", "text/csv");
    EXPECT_EQ(taken.status, 422) << taken.body;
    EXPECT_EQ(taken.at("/errors").as_array().size(), 1U) << taken.body;
    EXPECT_EQ(taken.number("/errors/0/line"), 3);
    EXPECT_EQ(taken.number("/errors/0/column"), 10);
    EXPECT_NE(taken.text("/errors/0/detail").find("of the product P-1 already"), std::string::npos);
    const Answered json = import(
        "[\n{\"code\":\"P-7\",\"title\":\"Case\",\"skus\":\n"
        R"([{"code":"S-1","title":"red"}]}])",
        "application/json");
    EXPECT_EQ(json.status, 422) << json.body;
    EXPECT_EQ(json.number("/errors/0/line"), 3);
}

TEST(Activities, AreDraftedReviewedWarmedAndEndedByTwoPeople) {
    Shop shop;
    shop.draft();
    const Answered early = shop.step("warm", shop.seller);
    EXPECT_EQ(early.status, 409);
    EXPECT_EQ(early.text("/reason"), "warm_only_approved");
    EXPECT_EQ(early.text("/values/state"), "draft");
    EXPECT_EQ(shop.step("submit", shop.seller).status, 200);
    EXPECT_EQ(shop.step("approve", shop.reviewer, R"({"note":"fine"})").text("/state"), "approved");
    EXPECT_EQ(shop.last_audit().action, "activity.approve");
    EXPECT_EQ(shop.last_audit().subject, "activity/1");
    EXPECT_NE(shop.last_audit().after.find("\"price\""), std::string::npos);  // what was approved

    const Answered warmed = shop.step("warm", shop.seller);
    EXPECT_EQ(warmed.status, 200) << warmed.body;
    EXPECT_EQ(warmed.text("/state"), "warming");
    const Answered again = shop.step("warm", shop.seller);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.text("/code"), "already_open");

    shop.clock.advance(base::kMinute);
    EXPECT_EQ(shop.get("/admin/v1/activities", shop.viewer).text("/activities/0/state"), "running");
    EXPECT_EQ(shop.step("pause", shop.seller).status, 400);  // why?
    EXPECT_EQ(shop.step("pause", shop.seller, R"({"reason":"wrong price"})").text("/state"),
              "paused");
    EXPECT_EQ(shop.last_audit().reason, "wrong price");
    EXPECT_NE(shop.last_audit().before.find("running"), std::string::npos);
    EXPECT_NE(shop.last_audit().after.find("paused"), std::string::npos);
    EXPECT_EQ(shop.buy("an", {1}).outcome, sale::Outcome::paused);
    EXPECT_EQ(shop.step("resume", shop.seller, R"({"reason":"was right"})").text("/state"),
              "running");
    const std::string planned = shop.get("/admin/v1/activities/1", shop.viewer).text("/ends_at");
    shop.clock.advance(base::kMinute);
    const std::string now = base::to_rfc3339(shop.clock.now());
    const Answered ended = shop.step("end", shop.seller, R"({"reason":"done"})");
    EXPECT_EQ(ended.text("/state"), "ended");
    EXPECT_EQ(ended.text("/ended_at"), now);
    EXPECT_EQ(ended.text("/ends_at"), planned) << "what was approved";
    shop.clock.advance(base::kMinute);
    for (const std::string prefix : {"/admin/v1/activities/1", "/admin/v1/activities/1/report"})
        EXPECT_EQ(shop.get(prefix, shop.viewer).text("/ended_at"), now);
    EXPECT_EQ(shop.get("/admin/v1/activities", shop.viewer).text("/activities/0/ended_at"), now);
    const Document* published = shop.app->pages.find(0, "/v1/activities/1");
    ASSERT_NE(published, nullptr);
    EXPECT_NE(published->plain().fresh.body.find("\"ends_at\":\"" + now), std::string::npos);
    EXPECT_EQ(shop.step("resume", shop.seller, R"({"reason":"oh"})").text("/code"), "ended");
}

TEST(Activities, ThatAreOverAreToldSoBesideTheField) {
    Shop shop;
    shop.draft();
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    shop.clock.advance(base::Duration{2 * base::kHour.ms});
    const Answered late = shop.step("approve", shop.reviewer);
    EXPECT_EQ(late.status, 400);
    EXPECT_EQ(late.text("/reason"), "reject_to_change");
    EXPECT_EQ(late.text("/detail").find('/'), std::string::npos) << "no pointer is for people";
    EXPECT_EQ(late.text("/errors/0/pointer"), "/ends_at");
    EXPECT_EQ(late.text("/errors/0/code"), "end_past");
    const Answered silent = shop.step("reject", shop.reviewer);
    EXPECT_EQ(silent.text("/reason"), "note_missing");
    EXPECT_EQ(silent.body.find("errors"), std::string::npos);
}

TEST(Activities, ThatAreNotReadyAreToldAllThatIsWrongBeforeTheyAreSubmitted) {
    Shop shop;
    shop.draft();
    shop.clock.advance(base::Duration{2 * base::kHour.ms});
    const Answered late = shop.step("submit", shop.seller);
    EXPECT_EQ(late.text("/reason"), "mend_to_submit");
    EXPECT_EQ(late.text("/detail").find('/'), std::string::npos) << late.body;
    EXPECT_EQ(late.text("/errors/0/code"), "end_past");
}

TEST(Activities, CannotHaveNamesThatTurnALineAroundOrThatNobodySees) {
    Shop shop;
    const auto named = [&](const std::string& name) {
        return shop.post("/admin/v1/activities?dry_run=true", shop.seller,
                         R"({"name":")" + name +
                             R"(","starts_at":"2040-01-01T00:00:00Z",)"
                             R"("ends_at":"2040-01-02T00:00:00Z","items":[]})");
    };
    EXPECT_EQ(named("Sale \u202e nepo").text("/errors/0/code"), "turns_around");
    EXPECT_EQ(named("\u200b\u2060").text("/errors/0/code"), "line_blank");
    EXPECT_EQ(named("Sale 😀 \u200f").status, 204);
}

TEST(Activities, ThatAreDraftsAreDeletedByWhoSawTheNewestVersion) {
    Shop shop;
    shop.draft();
    const std::string path = "/admin/v1/activities/1";
    const auto remove = [&](const Badge& who, std::string version) {
        return shop.ask(http::Method::delete_, path, &who, "", {std::move(version), ""});
    };
    EXPECT_EQ(remove(shop.reviewer, "\"1\"").status, 403);
    EXPECT_EQ(remove(shop.seller, "").status, 428);
    EXPECT_EQ(remove(shop.seller, "*").status, 400);
    EXPECT_EQ(remove(shop.seller, "\"2\"").text("/reason"), "changed_since_read");
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    const Answered in_review = remove(shop.seller, "\"2\"");
    EXPECT_EQ(in_review.status, 409);
    EXPECT_EQ(in_review.text("/code"), "conflict");
    EXPECT_EQ(in_review.text("/reason"), "remove_only_drafts");
    EXPECT_EQ(in_review.text("/values/state"), "in_review");
    ASSERT_EQ(shop.step("reject", shop.reviewer, R"({"note":"too cheap"})").status, 200);
    EXPECT_EQ(remove(shop.seller, "\"3\"").status, 204);
    EXPECT_EQ(shop.last_audit().action, "activity.remove");
    EXPECT_EQ(shop.last_audit().subject, "activity/1");
    EXPECT_NE(shop.last_audit().before.find("双十一"), std::string::npos);
    EXPECT_EQ(shop.last_audit().after, "");
    EXPECT_EQ(shop.get(path, shop.viewer).status, 404);
    EXPECT_EQ(remove(shop.seller, "\"3\"").status, 404);
    EXPECT_TRUE(shop.get("/admin/v1/activities", shop.viewer).at("/activities").as_array().empty());
    const std::string body = shop.activity_json(shop.item_json(1, "reserve"));
    EXPECT_EQ(shop.post("/admin/v1/activities", shop.seller, body).text("/id"), "2");
}

TEST(Activities, ThatWereEverWarmAreNotDeleted) {
    Shop shop;
    shop.open();
    const auto remove = [&] {
        return shop.ask(http::Method::delete_, "/admin/v1/activities/1", &shop.seller, "",
                        {"\"3\"", ""});
    };
    EXPECT_EQ(remove().text("/code"), "already_open");
    ASSERT_EQ(shop.step("end", shop.seller, R"({"reason":"done"})").status, 200);
    EXPECT_EQ(remove().text("/code"), "already_open");
    // As after a rejection in the moment of the warm-up: the store has a draft, the sale has it.
    activity::Activity stored = *shop.activities.activity({1});
    stored.state = activity::State::draft;
    stored.version = shop.activities.replace(stored, {})->version;
    const Answered draft = shop.ask(http::Method::delete_, "/admin/v1/activities/1", &shop.seller,
                                    "", {"\"" + std::to_string(stored.version) + "\"", ""});
    EXPECT_EQ(draft.status, 409);
    EXPECT_EQ(draft.text("/code"), "already_open");
    EXPECT_TRUE(shop.activities.activity({1}));
}

// Another thread, as another desk: whoever holds a mutex must not try it.
bool is_held(std::mutex& mutex) {
    return std::async(std::launch::async,
                      [&] {
                          const bool is_free = mutex.try_lock();
                          if (is_free) mutex.unlock();
                          return !is_free;
                      })
        .get();
}

TEST(Activities, AreNeverOpenedAndDeletedAtOnce) {
    Shop shop;
    shop.approve();
    std::mutex& mutex = *shop.app->openings.hold().mutex();
    std::string seen;
    shop.activities.before_each = [&] { seen += is_held(mutex) ? "held " : "free "; };
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    EXPECT_EQ(seen, "held held ") << "before it is opened, and when it is compared afterwards";
    seen.clear();
    const std::string body = shop.activity_json(shop.item_json(1, "reserve"));
    ASSERT_EQ(shop.post("/admin/v1/activities", shop.seller, body).status, 201);
    EXPECT_EQ(
        shop.ask(http::Method::delete_, "/admin/v1/activities/2", &shop.seller, "", {"\"1\"", ""})
            .status,
        204);
    EXPECT_EQ(seen, "held held ") << "when it is read, and when it is removed";
    EXPECT_FALSE(is_held(mutex));
}

TEST(Activities, NobodyApprovesTheirOwn) {
    Shop shop;
    shop.add_product();
    const std::string body = shop.activity_json(shop.item_json(1, "reserve"));
    ASSERT_EQ(shop.post("/admin/v1/activities", shop.owner, body).status, 201);
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    const Answered own = shop.step("approve", shop.owner);  // may review, but wrote it
    EXPECT_EQ(own.status, 403);
    EXPECT_EQ(own.text("/reason"), "own_work");
    EXPECT_EQ(shop.step("approve", shop.reviewer).status, 200);

    ASSERT_EQ(shop.post("/admin/v1/activities", shop.seller, body).status, 201);
    ASSERT_EQ(shop.post("/admin/v1/activities/2/submit", shop.owner).status, 200);
    EXPECT_EQ(shop.post("/admin/v1/activities/2/approve", shop.owner).status, 403);
}

TEST(Activities, AreRejectedWithWordsAndCanThenBeChanged) {
    Shop shop;
    shop.draft();
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    const std::string body = shop.activity_json(shop.item_json(1, "reserve", 5));
    EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, body, "\"2\"").status, 409);
    EXPECT_EQ(shop.step("reject", shop.reviewer).status, 400);
    const Answered rejected = shop.step("reject", shop.reviewer, R"({"note":"too cheap"})");
    EXPECT_EQ(rejected.text("/state"), "draft");
    EXPECT_EQ(rejected.text("/review_note"), "too cheap");
    EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, body).status, 428);
    EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, body, "\"2\"").status, 409);
    for (const std::string& wrong : {std::string("{"), std::string(R"({"name":""})")}) {
        EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, wrong).status, 428);
        EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, wrong, "\"2\"").status, 409)
            << "what is wrong with an older text is nobody's concern";
        EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller, wrong, "\"3\"").status, 400);
    }
    const Answered changed = shop.put("/admin/v1/activities/1", shop.seller, body, "\"3\"");
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.number("/items/0/stock"), 5);
}

TEST(Activities, AStepAppliesOnlyToTheVersionThatWasSeen) {
    Shop shop;
    shop.draft();
    ASSERT_EQ(shop.step("submit", shop.seller).status, 200);
    const std::string path = "/admin/v1/activities/1/approve";
    EXPECT_EQ(shop.post(path, shop.reviewer, "{}", "\"1\"").status, 409);
    EXPECT_EQ(shop.post(path, shop.reviewer, "{}", "\"2\"").status, 200);
}

TEST(Activities, RefuseDraftsThatCannotBeSold) {
    Shop shop;
    shop.add_product();
    const auto refused = [&](const std::string& body) {
        const Answered answer = shop.post("/admin/v1/activities", shop.seller, body);
        EXPECT_TRUE(answer.status == 400 || answer.status == 422) << answer.body;
        return answer.text("/errors/0/pointer");
    };
    EXPECT_EQ(refused(shop.activity_json(shop.item_json(99, "reserve"))), "/items/0/sku_id");
    EXPECT_EQ(refused(shop.activity_json(shop.item_json(1, "lottery"))), "/items/0/policy");
    EXPECT_EQ(refused(R"({"name":"x","starts_at":"2090-01-02T00:00:00Z",)"
                      R"("ends_at":"2090-01-01T00:00:00Z"})"),
              "/ends_at");
    EXPECT_EQ(refused(R"({"name":"x","starts_at":"2001-01-01T00:00:00Z",)"
                      R"("ends_at":"2001-01-02T00:00:00Z"})"),
              "/ends_at");
    EXPECT_TRUE(shop.activities.activities({}, 10)->empty());
}

TEST(Activities, TellEverythingThatIsWrongInOneAnswer) {
    Shop shop;
    shop.add_product();
    // Missing, of another type, not known; not allowed; and not together: all at once, none twice.
    const Answered all = shop.post(
        "/admin/v1/activities", shop.seller,
        R"({"name":" ","starts_at":"2090-01-02T00:00:00Z","ends_at":"2089-01-02T00:00:00Z",)"
        R"("items":[{"sku_id":"99","title":7,"price":{"amount":200,"currency":"CNY"},"stock":0,)"
        R"("list_price":{"amount":100,"currency":"CNY"},"prize":1},)"
        R"({"sku_id":"1","price":{"amount":-1,"currency":"CNY"},"stock":1.5,)"
        R"("list_price":{"amount":100,"currency":"CNY"}},7,)"
        R"({"sku_id":"1","price":{"amount":1},"stock":1,)"
        R"("list_price":{"amount":2,"currency":"CNY"}}]})");
    EXPECT_EQ(all.status, 400) << all.body;
    EXPECT_EQ(pointers_of(all),
              (std::vector<std::string>{"/ends_at", "/items/0/list_price/amount", "/items/0/prize",
                                        "/items/0/sku_id", "/items/0/stock", "/items/0/title",
                                        "/items/1/price/amount", "/items/1/stock", "/items/2",
                                        "/items/3/price/currency", "/items/3/sku_id", "/name"}))
        << all.body;

    // What is judged against a field that is wrong itself is not judged; the end alone can be.
    const Answered start =
        shop.post("/admin/v1/activities", shop.seller,
                  R"({"name":"x","starts_at":"soon","ends_at":"2001-01-02T00:00:00Z","items":[]})");
    EXPECT_EQ(start.status, 400);
    EXPECT_EQ(pointers_of(start), (std::vector<std::string>{"/ends_at", "/starts_at"}));
    EXPECT_EQ(start.text("/errors/1/code"), "end_past");

    const Answered sku = shop.post("/admin/v1/activities", shop.seller,
                                   shop.activity_json(shop.item_json(99, "reserve")));
    EXPECT_EQ(pointers_of(sku), (std::vector<std::string>{"/items/0/sku_id"})) << "not its title";

    const Answered policy = shop.post(
        "/admin/v1/activities", shop.seller,
        shop.activity_json(R"({"sku_id":"1","price":{"amount":1,"currency":"CNY"},"stock":1,)"
                           R"("policy":"lottery","pay_window_ms":0})"));
    EXPECT_EQ(pointers_of(policy), (std::vector<std::string>{"/items/0/policy"})) << policy.body;

    const Answered damaged = shop.post("/admin/v1/activities", shop.seller, "{");
    EXPECT_EQ(damaged.status, 400);
    EXPECT_EQ(damaged.body.find("\"errors\""), std::string::npos) << damaged.body;
}

TEST(Activities, ADryRunSaysWhatWouldBeRefusedAndKeepsNothing) {
    Shop shop;
    shop.draft();
    const std::size_t entries = shop.log.entries().size();
    const std::string good = shop.activity_json(shop.item_json(1, "reserve"));
    const std::string bad = shop.activity_json(shop.item_json(99, "reserve"));
    const std::string all = "/admin/v1/activities?dry_run=true";
    const std::string one = "/admin/v1/activities/1?dry_run=true";
    EXPECT_EQ(shop.post(all, shop.seller, good).status, 204);
    EXPECT_EQ(shop.post(all, shop.seller, bad).status, 422);
    EXPECT_EQ(shop.put(one, shop.seller, good, "\"1\"").status, 204);
    EXPECT_EQ(shop.put(one, shop.seller, bad, "\"1\"").status, 422);
    EXPECT_EQ(shop.put(one, shop.seller, good, "\"7\"").status, 409);
    EXPECT_EQ(shop.post("/admin/v1/activities?dry_run=yes", shop.seller, good).status, 400);
    EXPECT_EQ(shop.activities.activities({}, 10)->size(), 1U);
    EXPECT_EQ(shop.activities.activity(base::ActivityId{1})->version, 1U);
    EXPECT_EQ(shop.log.entries().size(), entries);
    EXPECT_EQ(shop.post("/admin/v1/activities?dry_run=false", shop.seller, good).status, 201);
}

TEST(Activities, APastOneIsNotWarmed) {
    Shop shop;
    shop.approve();
    shop.clock.advance(base::kHour);
    const Answered late = shop.step("warm", shop.seller);
    EXPECT_EQ(late.text("/code"), "ended");
}

TEST(Activities, AWarmOneIsNoLongerRejectedOrChanged) {
    Shop shop;
    shop.warm();
    EXPECT_EQ(shop.step("reject", shop.reviewer, R"({"note":"no"})").text("/code"), "already_open");
    EXPECT_EQ(shop.put("/admin/v1/activities/1", shop.seller,
                       shop.activity_json(shop.item_json(1, "reserve")), "\"3\"")
                  .status,
              409);
}

TEST(Items, AreStoppedAloneAndGoOn) {
    Shop shop;
    shop.open();
    EXPECT_EQ(shop.post("/admin/v1/items/1/stop", shop.seller).status, 400);
    const Answered stopped =
        shop.post("/admin/v1/items/1/stop", shop.seller, R"({"reason":"broken"})");
    EXPECT_TRUE(stopped.flag("/stopped"));
    EXPECT_EQ(shop.last_audit().action, "item.stop");
    EXPECT_EQ(shop.buy("an", {1}).outcome, sale::Outcome::paused);
    EXPECT_EQ(shop.buy("an", {2}).outcome, sale::Outcome::accepted);
    EXPECT_EQ(shop.post("/admin/v1/items/1/resume", shop.seller, R"({"reason":"mended"})").status,
              200);
    EXPECT_EQ(shop.buy("an", {1}).outcome, sale::Outcome::accepted);
    const Answered shown = shop.get("/admin/v1/items/1", shop.viewer);
    EXPECT_EQ(shown.number("/reserved"), 1);
    EXPECT_EQ(shown.number("/available"), 9);
    EXPECT_EQ(shop.get("/admin/v1/items/9", shop.viewer).status, 404);
}

std::int64_t total_of_item_1(Shop& shop) {
    return shop.get("/admin/v1/items/1", shop.viewer).number("/total");
}

Answered propose(Shop& shop, int delta) {
    return shop.post("/admin/v1/items/1/stock-changes", shop.owner,
                     R"({"delta":)" + std::to_string(delta) + R"(,"reason":"more came"})");
}

TEST(StockChanges, AreProposedByOneAndApprovedByAnother) {
    Shop shop;
    shop.open();
    ASSERT_EQ(propose(shop, 5).status, 201);
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.owner).status, 403);
    EXPECT_EQ(total_of_item_1(shop), 10);
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 200);
    EXPECT_EQ(total_of_item_1(shop), 15);
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 200);
    EXPECT_EQ(total_of_item_1(shop), 15);
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/reject", shop.reviewer).status, 409);
    const Answered list = shop.get("/admin/v1/activities/1/stock-changes", shop.viewer);
    EXPECT_EQ(list.text("/stock_changes/0/state"), "approved");
    EXPECT_EQ(shop.last_audit().action, "stock.approve");
    EXPECT_EQ(shop.last_audit().subject, "stock_change/1");
}

TEST(StockChanges, ThatWaitAreListedForAllItemsInParts) {
    Shop shop;
    shop.open();
    const std::string list = "/admin/v1/stock-changes";
    EXPECT_TRUE(shop.get(list, shop.viewer).at("/stock_changes").as_array().empty());
    for (const int delta : {1, 2, 3}) ASSERT_EQ(propose(shop, delta).status, 201);
    ASSERT_EQ(shop.post(list + "/2/reject", shop.reviewer).status, 200);
    const Answered newest = shop.get(list + "?limit=1", shop.viewer);
    EXPECT_EQ(newest.text("/stock_changes/0/id"), "3");
    EXPECT_EQ(newest.text("/stock_changes/0/item_id"), "1");
    const Answered rest = shop.get(list + "?cursor=" + newest.text("/next_cursor"), shop.viewer);
    ASSERT_EQ(rest.at("/stock_changes").as_array().size(), 1U);
    EXPECT_EQ(rest.text("/stock_changes/0/id"), "1");
    EXPECT_EQ(shop.get(list + "?limit=201", shop.viewer).status, 400);
}

TEST(StockChanges, OfAnActivityAreListedInPartsAlsoThoseThatWereDecided) {
    Shop shop;
    shop.open();
    const std::string list = "/admin/v1/activities/1/stock-changes";
    EXPECT_TRUE(shop.get(list, shop.viewer).at("/stock_changes").as_array().empty());
    for (const int delta : {1, 2, 3}) ASSERT_EQ(propose(shop, delta).status, 201);
    ASSERT_EQ(shop.post("/admin/v1/stock-changes/2/reject", shop.reviewer).status, 200);
    const Answered newest = shop.get(list + "?limit=2", shop.viewer);
    ASSERT_EQ(newest.at("/stock_changes").as_array().size(), 2U);
    EXPECT_EQ(newest.text("/stock_changes/0/id"), "3");
    EXPECT_EQ(newest.text("/stock_changes/0/state"), "open");
    EXPECT_EQ(newest.text("/stock_changes/1/state"), "rejected");
    const Answered rest = shop.get(list + "?cursor=" + newest.text("/next_cursor"), shop.viewer);
    ASSERT_EQ(rest.at("/stock_changes").as_array().size(), 1U);
    EXPECT_EQ(rest.text("/stock_changes/0/id"), "1");
    EXPECT_EQ(shop.get(list + "?limit=201", shop.viewer).status, 400);
    EXPECT_EQ(shop.get(list + "?cursor=x", shop.viewer).status, 400);
    const std::string all = "/admin/v1/activities/";
    EXPECT_EQ(shop.get(all + "77/stock-changes", shop.viewer).status, 404);
    EXPECT_EQ(shop.get(all + "x/stock-changes", shop.viewer).status, 404);
}

TEST(StockChanges, ACrashBetweenTheTwoWritesNeitherLosesNorDoublesIt) {
    Shop shop;
    shop.open();
    ASSERT_EQ(propose(shop, 5).status, 201);
    shop.activities.fails_to_decide = true;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 503);
    EXPECT_EQ(total_of_item_1(shop), 15);
    EXPECT_FALSE(shop.get("/admin/v1/reconcile", shop.viewer).flag("/balanced"));
    shop.activities.fails_to_decide = false;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 200);
    EXPECT_EQ(total_of_item_1(shop), 15);
    EXPECT_TRUE(shop.get("/admin/v1/reconcile", shop.viewer).flag("/balanced"));
}

TEST(StockChanges, WhatTheSaleHasDoneCannotBeRejectedAfterACrash) {
    Shop shop;
    shop.open();
    ASSERT_EQ(propose(shop, 5).status, 201);
    shop.activities.fails_to_decide = true;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 503);
    shop.activities.fails_to_decide = false;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/reject", shop.reviewer).status, 409);
    EXPECT_EQ(shop.get("/admin/v1/activities/1/stock-changes", shop.viewer)
                  .text("/stock_changes/0/state"),
              "approved");
    EXPECT_EQ(total_of_item_1(shop), 15);
}

TEST(StockChanges, WhatWasRejectedCannotBeApprovedAfterACrash) {
    Shop shop;
    shop.open();
    ASSERT_EQ(propose(shop, 5).status, 201);
    shop.activities.fails_to_decide = true;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/reject", shop.owner).status, 503);
    shop.activities.fails_to_decide = false;
    EXPECT_EQ(shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer).status, 409);
    EXPECT_EQ(shop.get("/admin/v1/activities/1/stock-changes", shop.viewer)
                  .text("/stock_changes/0/state"),
              "rejected");
    EXPECT_EQ(total_of_item_1(shop), 10);
}

TEST(StockChanges, ANumberThatIsWrongIsToldOnce) {
    Shop shop;
    shop.open();
    for (const auto& [delta, code] :
         {std::pair("0", "zero"), {"9999999999999", "out_of_range"}, {"\"5\"", "out_of_range"}}) {
        const Answered told =
            shop.post("/admin/v1/items/1/stock-changes", shop.seller,
                      R"({"delta":)" + std::string(delta) + R"(,"reason":"more"})");
        EXPECT_EQ(told.status, 400) << delta;
        EXPECT_EQ(told.text("/errors/0/code"), code) << told.body;
        EXPECT_EQ(told.at("/errors").as_array().size(), 1U) << told.body;
    }
}

TEST(StockChanges, NeverGoBelowWhatIsReservedAndSold) {
    Shop shop;
    shop.open();
    ASSERT_EQ(shop.buy("an", {1}, 2).outcome, sale::Outcome::accepted);
    ASSERT_EQ(propose(shop, -9).status, 201);
    const Answered refused = shop.post("/admin/v1/stock-changes/1/approve", shop.reviewer);
    EXPECT_EQ(refused.text("/code"), "below_committed");
    EXPECT_EQ(shop.get("/admin/v1/activities/1/stock-changes", shop.viewer)
                  .text("/stock_changes/0/state"),
              "open");
    EXPECT_EQ(propose(shop, 0).status, 400);
    EXPECT_EQ(
        shop.post("/admin/v1/items/77/stock-changes", shop.owner, R"({"delta":1,"reason":"x"})")
            .status,
        404);
}

TEST(Activities, NameThePeopleToWhoMayNotListThem) {
    Shop shop;
    shop.approve();
    EXPECT_EQ(shop.get("/admin/v1/operators", shop.viewer).status, 403);
    const Answered one = shop.get("/admin/v1/activities/1", shop.viewer);
    EXPECT_EQ(one.text("/created_by_name"), "seller");
    EXPECT_EQ(one.text("/submitted_by_name"), "seller");
    EXPECT_EQ(one.text("/reviewed_by_name"), "reviewer");
    const Answered listed = shop.get("/admin/v1/activities", shop.viewer);
    EXPECT_EQ(listed.text("/activities/0/reviewed_by_name"), "reviewer");
    EXPECT_EQ(shop.last_audit().after.find("_by_name"), std::string::npos)
        << "the audit log has its own names";
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    const Answered proposed =
        shop.post("/admin/v1/items/1/stock-changes", shop.seller, R"({"delta":5,"reason":"more"})");
    ASSERT_EQ(proposed.status, 201) << proposed.body;
    EXPECT_EQ(proposed.text("/proposed_by_name"), "seller");
    const std::string path = "/admin/v1/stock-changes/" + proposed.text("/id");
    EXPECT_EQ(shop.post(path + "/approve", shop.reviewer).text("/decided_by_name"), "reviewer");
    EXPECT_EQ(shop.get("/admin/v1/activities/1/stock-changes", shop.viewer)
                  .text("/stock_changes/0/decided_by_name"),
              "reviewer");
    ASSERT_EQ(shop.put("/admin/v1/switches/accounts", shop.seller,
                       R"({"on":true,"reason":"quiet again"})")
                  .status,
              200);
    const Answered switches = shop.get("/admin/v1/switches", shop.viewer);
    EXPECT_NE(switches.body.find("\"changed_by_name\":\"seller\""), std::string::npos);
}

}  // namespace
}  // namespace sluice::api::admin
