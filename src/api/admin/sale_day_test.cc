// SPDX-License-Identifier: Apache-2.0
// What is kept of a sale: samples, report, preview.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/admin/sampler.h"
#include "api/admin/served.h"
#include "api/admin/shop_test.h"
#include "api/arrivals.h"
#include "api/history.h"

namespace sluice::api::admin {
namespace {

class MemoryHistory final : public activity::HistoryStore {
   public:
    using Sample = activity::Sample;
    base::Result<void> add_samples(std::span<const Sample> samples) override {
        if (fails) return failure(ErrorCode::unavailable, "The disk does not answer.");
        for (const Sample& one : samples) kept[{one.activity.value, one.at.ms}] = one.json;
        return {};
    }
    base::Result<std::vector<Sample>> samples(base::ActivityId activity, base::Instant from,
                                              base::Instant to, std::size_t limit) override {
        std::vector<Sample> found;
        for (const auto& [key, json] : kept)
            if (key.first == activity.value && from.ms <= key.second && key.second <= to.ms &&
                found.size() < limit)
                found.push_back({activity, {key.second}, json});
        return found;
    }
    base::Result<void> thin_out(base::ActivityId, base::Instant, base::Instant) override {
        ++thinned;
        return {};
    }
    base::Result<void> keep_tally(base::ActivityId, base::Instant since,
                                  const std::string& json) override {
        tally[since.ms] = json;
        return {};
    }
    base::Result<std::vector<std::string>> tallies(base::ActivityId) override {
        std::vector<std::string> all;
        for (const auto& [since, json] : tally) all.push_back(json);
        return all;
    }

    std::map<std::pair<std::uint32_t, std::int64_t>, std::string> kept;
    std::map<std::int64_t, std::string> tally;
    int thinned = 0;
    bool fails = false;
};

/// A shop whose sale is sampled.
struct Watched : Shop {
    MemoryHistory store;
    History history{store};
    Arrivals arrivals{1};
    std::unique_ptr<Sampler> sampler;

    Watched() {
        app->history = &history;
        app->arrivals = &arrivals;
        sampler = std::make_unique<Sampler>(*app);
    }
    void tick(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            sampler->step(clock.now());
            clock.advance(base::kSecond);
        }
    }
};

const char* const kHistory = "/admin/v1/activities/1/history";
const char* const kReport = "/admin/v1/activities/1/report";

TEST(SaleHistory, HasASampleOfEverySecondOfTheSaleFromMemoryAndStore) {
    Watched shop;
    shop.warm();  // it starts in a minute, and from there on it is sampled
    shop.tick(61);
    shop.buy("an", {1});
    shop.tick(14);
    EXPECT_LT(shop.store.kept.size(), 75U);  // the last ones are in memory alone
    const Answered all = shop.get(std::string(kHistory) + "?limit=1000", shop.viewer);
    ASSERT_EQ(all.status, 200) << all.body;
    EXPECT_EQ(all.at("/samples").as_array().size(), 75U);
    EXPECT_EQ(all.text("/samples/0/phase"), "warming");
    EXPECT_EQ(all.text("/samples/70/phase"), "running");
    EXPECT_EQ(all.number("/samples/60/items/2/reserved"), 0);
    EXPECT_EQ(all.number("/samples/61/items/2/reserved"), 1);
    EXPECT_EQ(all.number("/samples/61/items/2/available"), 9);  // the newest item comes first
    EXPECT_GE(shop.store.thinned, 1);

    const Answered part = shop.get(std::string(kHistory) + "?limit=10", shop.viewer);
    EXPECT_EQ(part.at("/samples").as_array().size(), 10U);
    const Answered next = shop.get(
        std::string(kHistory) + "?limit=10&cursor=" + part.text("/next_cursor"), shop.viewer);
    EXPECT_EQ(next.at("/samples/0").as_object().at("at_ms").as_int64(),
              part.number("/samples/9/at_ms") + 1000);
    const std::string from = std::to_string(part.number("/samples/3/at_ms"));
    const std::string to = std::to_string(part.number("/samples/5/at_ms"));
    EXPECT_EQ(shop.get(std::string(kHistory) + "?from_ms=" + from + "&to_ms=" + to, shop.viewer)
                  .at("/samples")
                  .as_array()
                  .size(),
              3U);
    for (const char* bad : {"from_ms=x", "to_ms=-1", "limit=1001", "cursor=x"})
        EXPECT_EQ(shop.get(std::string(kHistory) + "?" + bad, shop.viewer).status, 400) << bad;
    EXPECT_EQ(shop.get("/admin/v1/activities/9/history", shop.viewer).status, 404);
}

TEST(SaleHistory, SavesWhatWasCountedBeforeTheFirstStep) {
    Watched shop;
    shop.approve();
    shop.clock.advance(base::kMinute);  // warmed after its start, it is counted at once
    ASSERT_EQ(shop.step("warm", shop.seller).status, 200);
    shop.sampler->save(shop.clock.now());  // as a stop does
    EXPECT_EQ(shop.store.tallies(base::ActivityId{1})->size(), 1U);
}

TEST(SaleHistory, KeepsInMemoryWhatTheStoreDoesNotTake) {
    Watched shop;
    shop.warm();
    shop.store.fails = true;
    shop.tick(30);
    EXPECT_TRUE(shop.store.kept.empty());
    shop.store.fails = false;
    shop.sampler->save(shop.clock.now());
    EXPECT_EQ(shop.store.kept.size(), 30U);
}

TEST(SaleHistory, PercentilesAreThoseOfTheSecond) {
    base::Latencies all;
    Interval interval;
    for (int i = 0; i < 1000; ++i) all.record(1'000'000);
    interval.advance(all);
    EXPECT_EQ(interval.count(), 1000U);
    EXPECT_NEAR(interval.percentile_ms(0.999), 1.0, 0.05);
    interval.advance(all);
    EXPECT_EQ(interval.count(), 0U);
    EXPECT_EQ(interval.percentile_ms(0.5), 0);
    for (int i = 0; i < 99; ++i) all.record(5'000'000);
    all.record(80'000'000);
    interval.advance(all);
    EXPECT_NEAR(interval.percentile_ms(0.5), 5.0, 0.2);
    EXPECT_NEAR(interval.percentile_ms(0.999), 80.0, 3.0);
}

TEST(Report, SaysWhatBecameOfTheSale) {
    Watched shop;
    shop.warm();
    shop.tick(61);
    const order::Order paid = shop.buy("an", {1}, 2).order;
    shop.pay(paid);
    const order::Order refunded = shop.buy("bo", {1}).order;
    shop.pay(refunded);
    ASSERT_EQ(shop.post("/admin/v1/orders/" + base::to_text(refunded.id) + "/refund", shop.support,
                        R"({"reason":"broken"})")
                  .status,
              200);
    shop.buy("cy", {1});
    sale::Posting posting;
    posting.activity = 1;
    const Arrival arrival =
        shop.arrivals.arrive(0, posting, "203.0.113.7", paid.user, shop.clock.now());
    shop.arrivals.count(0, arrival, sale::Outcome::accepted);
    shop.arrivals.count(0, arrival, TurnedAway::no_session);
    const Answered live = shop.get("/admin/v1/live/now", shop.viewer);
    EXPECT_EQ(live.number("/activities/0/attempts/accepted"), 1);
    const Answered figures = shop.get("/admin/v1/items/1", shop.viewer);
    EXPECT_EQ(figures.number("/sold"), 2);
    EXPECT_EQ(figures.number("/paid_units"), 2);  // what was refunded is not paid any more
    EXPECT_EQ(figures.number("/released_units"), 1);
    EXPECT_EQ(figures.number("/orders/paid"), 1);
    EXPECT_EQ(figures.number("/orders/pending"), 1);
    EXPECT_EQ(live.number("/activities/0/attempts/no_session"), 1);
    shop.tick(11);

    const Answered history = shop.get(std::string(kHistory) + "?limit=1000", shop.viewer);
    boost::json::value kept;
    const boost::json::value samples = history.at("/samples");
    for (const auto& item : samples.as_array().back().at("items").as_array())
        if (item.at("item_id").as_string() == "1") kept = item;
    const auto live_orders = [&](const std::string& end) {
        return shop.get("/admin/v1/items/1", shop.viewer).number("/orders/" + end);
    };
    EXPECT_EQ(kept.at("refunded").as_int64(), 1) << "the replay shows what the live room did";
    EXPECT_EQ(kept.at("released_units").as_int64(), figures.number("/released_units"));
    for (const char* end : {"cancelled", "expired", "refunded"})
        EXPECT_EQ(kept.at(end).as_int64(), live_orders(end)) << end;

    const Answered report = shop.get(kReport, shop.viewer);
    ASSERT_EQ(report.status, 200) << report.body;
    EXPECT_EQ(report.number("/items/0/total"), 10);
    EXPECT_EQ(report.number("/items/0/sold"), 2);
    EXPECT_EQ(report.number("/items/0/reserved"), 1);
    EXPECT_EQ(report.number("/items/0/unsold"), 7);
    EXPECT_EQ(report.number("/items/0/orders/created"), 3);
    EXPECT_EQ(report.number("/items/0/orders/pending"), 1);
    EXPECT_EQ(report.number("/items/0/orders/paid"), 1);
    EXPECT_EQ(report.number("/items/0/orders/refunded"), 1);
    EXPECT_EQ(report.number("/items/0/paid_units"), 2);
    EXPECT_EQ(report.number("/items/0/turnover/amount"), 2 * 1999);
    EXPECT_EQ(report.number("/items/0/refunded/amount"), 1999);
    EXPECT_EQ(report.number("/orders_by_second/0/orders"), 3);
    EXPECT_TRUE(report.flag("/proof/balanced"));
    EXPECT_EQ(report.number("/proof/oversold"), 0);
    EXPECT_EQ(report.number("/counted/0/wins"), 1);
    EXPECT_EQ(report.number("/counted/0/attempts"), 2);
    EXPECT_EQ(report.number("/coverage/orders"), 3);
    EXPECT_EQ(report.number("/coverage/wins_counted"), 1);
    EXPECT_FALSE(report.flag("/coverage/complete")) << "two orders were made past the doors";
    EXPECT_EQ(report.number("/counted/0/by_outcome/no_session"), 1);
    EXPECT_EQ(report.text("/counted/0/networks/0/network"), "203.0.113.0/24");
    EXPECT_EQ(report.text("/counted/0/suspects/rules/0/name"), "first_attempt_sooner_than_ms");
    EXPECT_EQ(report.number("/server/samples"), 12);
    EXPECT_EQ(report.number("/server/accepted_ms/count"), 0);
    EXPECT_EQ(report.body.find(base::to_text(paid.user)), std::string::npos);
    EXPECT_EQ(report.body.find("203.0.113.7"), std::string::npos);

    const Answered csv = shop.get(std::string(kReport) + ".csv", shop.viewer);
    ASSERT_EQ(csv.status, 200) << csv.body;
    EXPECT_TRUE(csv.body.starts_with("path,value\r\n")) << csv.body;
    EXPECT_NE(csv.body.find("items/0/turnover/amount,3998\r\n"), std::string::npos) << csv.body;
    EXPECT_NE(csv.body.find("proof/oversold,0\r\n"), std::string::npos);
    EXPECT_NE(csv.body.find("server/samples,12\r\n"), std::string::npos);
    // A fraction has the digits of the JSON, which a spreadsheet and grep can read.
    for (const char* fraction : {"arrivals/0/success_rate", "suspects/wins_share"}) {
        const std::string name = "counted/0/" + std::string(fraction);
        const double value = report.at("/" + name).to_number<double>();
        EXPECT_NE(csv.body.find(fmt::format("{},{:.3f}\r\n", name, value)), std::string::npos)
            << name << "\n"
            << csv.body;
    }
    EXPECT_NE(csv.headers.find("attachment; filename=\"report-1.csv\""), std::string::npos);
}

activity::Sample served(int second, const char* purchases, int refused, int accepted, double p99) {
    return {{1},
            {second * 1000},
            R"({"server":{"purchases":)" + std::string(purchases) +
                R"(,"refused_by_gate":{"token":0,"window":)" + std::to_string(refused) +
                R"(},"accepted_ms":{"count":)" + std::to_string(accepted) + R"(,"p99":)" +
                std::to_string(p99) + "}}}"};
}

Answered answer_of(const Served& served) {
    JsonText out;
    out.open();
    served.append_to(out);
    Answered answered;
    answered.body = out.close().take();
    return answered;
}

TEST(Report, CountsWhatTheServerDidFromTheLastSampleBeforeTheStartAndAcrossARestart) {
    Served sum({10'000});
    sum.add(served(8, R"({"accepted":1})", 40, 9, 99.0));
    sum.add(served(9, R"({"accepted":2})", 50, 9, 99.0));
    EXPECT_FALSE(sum.any()) << "nothing of the sale itself";
    sum.add(served(10, R"({"accepted":5})", 53, 3, 4.0));
    sum.add(served(11, R"({"accepted":5,"sold_out":7})", 60, 0, 0.0));
    sum.add({{1}, {11'500}, "not json"});
    sum.add({{1}, {11'600}, R"({"server":[]})"});
    // A restart: one counter fell, so also the one that is higher by now began at 0.
    sum.add(served(12, R"({"accepted":8})", 2, 8, 2.0));
    sum.add(served(13, R"({"accepted":9})", 2, 1, 6.0));
    const Answered all = answer_of(sum);
    EXPECT_EQ(all.number("/samples"), 4);
    EXPECT_EQ(all.text("/from"), "1970-01-01T00:00:10.000Z");
    EXPECT_EQ(all.text("/until"), "1970-01-01T00:00:13.000Z");
    EXPECT_EQ(all.number("/purchases/accepted"), 3 + 8 + 1);
    EXPECT_EQ(all.number("/purchases/sold_out"), 7);
    EXPECT_EQ(all.number("/refused_by_gate/window"), 3 + 7 + 2);
    EXPECT_EQ(all.number("/refused_by_gate/token"), 0);
    EXPECT_EQ(all.number("/accepted_ms/count"), 3 + 8 + 1);
    EXPECT_EQ(all.number("/accepted_ms/seconds"), 3);
    EXPECT_EQ(all.at("/accepted_ms/p99_worst_second").to_number<double>(), 6.0);
    EXPECT_EQ(all.at("/accepted_ms/p99_median_second").to_number<double>(), 4.0);
}

TEST(Report, ReadsTheSamplesOfALongSaleInPagesAndNoneOfAfterIt) {
    MemoryHistory store;
    const History history(store);
    activity::Activity activity;
    activity.id = {1};
    activity.starts_at = {100'000};
    activity.ends_at = {2'600'000};
    for (int second = 40; second < 3000; ++second)
        store.kept[{1, second * 1000}] = served(second, "{}", second, 1, 1.0).json;
    const auto found = served_during(history, activity, activity.ends_at);
    ASSERT_TRUE(found);
    const Answered all = answer_of(*found);
    EXPECT_EQ(all.number("/samples"), 2501);
    EXPECT_EQ(all.number("/refused_by_gate/window"), 2501);
    EXPECT_EQ(all.number("/accepted_ms/count"), 2501);
}

TEST(SaleHistory, EndsWithAnActivityThatWasEndedBeforeItsTime) {
    Watched shop;
    shop.warm();  // planned for an hour, from a minute on
    shop.tick(90);
    ASSERT_EQ(shop.step("end", shop.seller, R"({"reason":"enough"})").status, 200);
    const base::Instant ended_at = shop.clock.now();
    shop.tick(static_cast<int>(kSampledAfter.ms / 1000) + 60);
    const Answered last = shop.get(
        std::string(kHistory) + "?limit=1000&from_ms=" + std::to_string(ended_at.ms), shop.viewer);
    ASSERT_EQ(last.at("/samples").as_array().size(),
              static_cast<std::size_t>(kSampledAfter.ms / 1000 + 1))
        << "for as long as the payments may take, as after any sale";
    EXPECT_FALSE(shop.arrivals.endings({1})) << "the doors count no more";
    const Answered report = shop.get(kReport, shop.viewer);
    EXPECT_EQ(report.text("/ended_at"), base::to_rfc3339(ended_at));
    EXPECT_LE(report.text("/server/until"), base::to_rfc3339(ended_at));
    EXPECT_EQ(report.number("/server/samples"), 31) << "of the sale, not of what was planned";
    EXPECT_LE(report.text("/counted/0/until"), base::to_rfc3339(ended_at + kSampledAfter));
}

TEST(Report, IsOfWhatWasWarm) {
    Watched shop;
    shop.draft();
    EXPECT_EQ(shop.get(kReport, shop.viewer).status, 409);
    EXPECT_EQ(shop.get("/admin/v1/activities/9/report", shop.viewer).status, 404);
}

TEST(Preview, IsThePageBeforeItIsPublishedAtAChosenTime) {
    Shop shop;
    shop.draft();
    const auto starts = shop.activities.activity({1})->starts_at;
    const Answered page = shop.get("/admin/v1/preview/activities/1", shop.viewer);
    ASSERT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("双十一"), std::string::npos);
    EXPECT_NE(page.body.find("id=\"data\">{\"now\":" + std::to_string(starts.ms) + ",\"page\":"),
              std::string::npos);
    EXPECT_NE(page.headers.find("Content-Security-Policy"), std::string::npos);
    EXPECT_NE(page.headers.find("Cache-Control: no-store"), std::string::npos);
    const Answered item = shop.get("/admin/v1/preview/items/2?at_ms=1790000000000", shop.viewer);
    ASSERT_EQ(item.status, 200);
    EXPECT_NE(item.body.find("{\"now\":1790000000000,"), std::string::npos);
    EXPECT_EQ(shop.get("/admin/v1/preview/items/2?at_ms=now", shop.viewer).status, 400);
    EXPECT_NE(item.body.find("Preview, clock set to"), std::string::npos);
    EXPECT_NE(item.headers.find("connect-src 'none'"), std::string::npos);
    EXPECT_EQ(shop.get("/admin/v1/preview/items/99", shop.viewer).status, 404);
    EXPECT_EQ(shop.get("/admin/v1/preview/activities/99", shop.viewer).status, 404);
}

TEST(Preview, HasThePicturesThatWouldBePublished) {
    namespace fs = std::filesystem;
    Shop shop;
    const fs::path folder = Shop::image_dir();
    fs::create_directories(folder);
    std::ofstream(folder / "cup.svg") << "<svg xmlns='http://www.w3.org/2000/svg'/>";
    const std::string skus = R"(,"skus":[{"code":"S-1","title":"Cup"}]})";
    const std::string product = R"({"code":"P-1","title":"Cup","image_url":"/images/)";
    ASSERT_EQ(shop.post("/admin/v1/products", shop.owner, product + "cup.svg\"" + skus).status,
              201);
    ASSERT_EQ(shop.post("/admin/v1/activities", shop.seller,
                        shop.activity_json(shop.item_json(1, "reserve")))
                  .status,
              201);
    const std::string picture = "/admin/v1/preview/images/cup.svg";
    for (const char* page : {"activities/1", "items/1"})
        EXPECT_NE(shop.get(std::string("/admin/v1/preview/") + page, shop.viewer)
                      .body.find("src=\"" + picture + '"'),
                  std::string::npos)
            << page;
    const Answered shown = shop.get(picture, shop.viewer);
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body, "<svg xmlns='http://www.w3.org/2000/svg'/>");
    EXPECT_NE(shown.headers.find("default-src 'none'; sandbox"), std::string::npos);
    EXPECT_EQ(shop.ask(http::Method::get, picture, nullptr).status, 401);
    for (const char* name : {"mug.svg", "cup.txt", "..%2fcup.svg", ".cup.svg"})
        EXPECT_EQ(shop.get(std::string("/admin/v1/preview/images/") + name, shop.viewer).status,
                  404)
            << name;
    fs::remove(folder / "cup.svg");  // as it would be published: with its first letter
    EXPECT_EQ(shop.get("/admin/v1/preview/items/1", shop.viewer).body.find("<img"),
              std::string::npos);
    fs::remove_all(folder);
}

TEST(Live, TellsThePhasesOfTheActivitiesToo) {
    Shop shop;
    shop.open();
    const Answered now = shop.get("/admin/v1/live/now", shop.viewer);
    EXPECT_EQ(now.text("/activities/0/activity_id"), "1");
    EXPECT_EQ(now.text("/activities/0/phase"), "running");
    EXPECT_LT(now.number("/activities/0/starts_at_ms"), now.number("/activities/0/ends_at_ms"));
    EXPECT_EQ(shop.get("/admin/v1/live/now?activity_id=5", shop.viewer)
                  .at("/activities")
                  .as_array()
                  .size(),
              0U);
    EXPECT_NE(now.body.find("\"p99_9\":"), std::string::npos);
}

}  // namespace
}  // namespace sluice::api::admin
