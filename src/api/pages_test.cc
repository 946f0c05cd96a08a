// SPDX-License-Identifier: Apache-2.0
#include "api/pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/activities.h"
#include "api/publish_folder.h"
#include "api/tag_folder.h"
#include "base/check.h"

namespace sluice::api {
namespace {

namespace fs = std::filesystem;

/// A door that does its work when the test says so.
class FakeDoor final : public http::Door {
   public:
    explicit FakeDoor(std::uint32_t index) : index_(index) {}
    void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
    void complete(http::Later, http::Response) override { CHECK(false); }
    void complete_prepared(http::Later, const http::Prepared&) override { CHECK(false); }
    [[nodiscard]] std::uint32_t index() const override { return index_; }

    void run() {
        for (const auto& work : std::exchange(posted_, {})) work();
    }

   private:
    std::uint32_t index_;
    std::vector<std::function<void()>> posted_;
};

activity::Activity activity_of(std::uint32_t id, std::string name) {
    activity::Activity made;
    made.id = {id};
    made.name = std::move(name);
    made.starts_at = {1'800'000'000'000};
    made.ends_at = {1'800'003'600'000};
    activity::Item item;
    item.id = {id * 10};
    item.activity = made.id;
    item.title = "thing";
    item.price = {1999, *base::parse_currency("CNY")};
    made.items = {item};
    return made;
}

class TempFolder {
   public:
    TempFolder() {
        std::string name = (fs::temp_directory_path() / "sluice-pages-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~TempFolder() { fs::remove_all(path); }
    [[nodiscard]] std::string read(const std::string& file) const {
        std::ifstream in(path / file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    fs::path path;
};

TEST(Pages, ADoorSeesAPublicationWhenItAdoptsIt) {
    FakeDoor zero(0), one(1);
    Pages pages;
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    pages.attach({&zero, &one});
    EXPECT_NE(pages.find(1, "/activities/1"), nullptr) << "what was published before the doors";
    ASSERT_TRUE(pages.publish({activity_of(1, "first"), activity_of(2, "second")}));
    EXPECT_EQ(pages.find(0, "/activities/2"), nullptr);
    zero.run();
    EXPECT_NE(pages.find(0, "/activities/2"), nullptr);
    EXPECT_NE(pages.find(0, "/v1/activities/2"), nullptr);
    EXPECT_EQ(pages.find(1, "/activities/2"), nullptr);
    ASSERT_NE(pages.item(0, {20}), nullptr);
    EXPECT_EQ(pages.item(0, {20})->title, "thing");
    EXPECT_EQ(pages.item(1, {20}), nullptr);
    EXPECT_EQ(pages.item(0, {21}), nullptr);
}

TEST(Pages, WhatDidNotChangeIsNotReplacedAndWhatDidIsKept) {
    Pages pages;
    ASSERT_TRUE(pages.publish({activity_of(1, "first"), activity_of(2, "second")}));
    const Document* first = pages.find(0, "/v1/activities/1");
    const Document* second = pages.find(0, "/v1/activities/2");
    ASSERT_TRUE(pages.publish({activity_of(1, "first"), activity_of(2, "renamed")}));
    EXPECT_EQ(pages.find(0, "/v1/activities/1"), first);
    ASSERT_NE(pages.find(0, "/v1/activities/2"), second);
    // A slow client may still be taking the old bytes.
    EXPECT_NE(second->fresh.body.find("second"), std::string::npos);
    EXPECT_NE(pages.find(0, "/v1/activities/2")->etag, second->etag);
}

TEST(Pages, AnOlderPublicationNeverReplacesANewerOne) {
    const TempFolder folder;
    Pages pages(folder.path.string());
    const std::uint64_t slow = pages.begin();
    ASSERT_TRUE(pages.publish({activity_of(1, "newer"), activity_of(2, "second")}, pages.begin()));
    const std::string purge = folder.read("purge.txt");
    const auto late = pages.publish({activity_of(1, "older")}, slow);
    ASSERT_TRUE(late);
    EXPECT_TRUE(late->overtaken);
    EXPECT_NE(pages.find(0, "/v1/activities/2"), nullptr);
    EXPECT_EQ(folder.read("activities/1.html").find("older"), std::string::npos);
    EXPECT_NE(folder.read("activities/2.html"), "");
    EXPECT_EQ(folder.read("purge.txt"), purge) << "a late purge names nothing";
    ASSERT_TRUE(pages.publish({activity_of(3, "third")}));
    EXPECT_EQ(pages.find(0, "/v1/activities/2"), nullptr);
}

TEST(Pages, WhatIsNoLongerPublishedIsTakenAwayAndPurged) {
    const TempFolder folder;
    Pages pages(folder.path.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "first"), activity_of(2, "second")}));
    const auto published = pages.publish({activity_of(1, "first")});
    ASSERT_TRUE(published);
    EXPECT_FALSE(fs::exists(folder.path / "activities/2.html"));
    EXPECT_TRUE(fs::exists(folder.path / "activities/1.html"));
    EXPECT_EQ(std::ranges::count(published->purged, "/activities/2"), 1);
    EXPECT_EQ(published->edition, 2U);
}

TEST(Pages, ADamagedManifestRemovesNothingOutsideTheFolder) {
    const TempFolder folder;
    const fs::path folder_of_pages = folder.path / "pages";
    fs::create_directories(folder_of_pages);
    std::ofstream(folder.path / "mine.html") << "not a page";
    std::ofstream(folder_of_pages / "manifest.json")
        << R"({"edition":-3,"pages":[{"path":"/../mine","etag":"\"a\""}]})";
    Pages pages(folder_of_pages.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    EXPECT_TRUE(fs::exists(folder.path / "mine.html"));
}

// A web server that makes its ETag of size and seconds would take these two for one.
TEST(Pages, ANewVersionOfAFileIsASecondLaterThanTheOldOne) {
    const TempFolder folder;
    Pages pages(folder.path.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "one")}));
    const auto seconds = [&] {
        return std::chrono::floor<std::chrono::seconds>(
            fs::last_write_time(folder.path / "activities/1.html"));
    };
    const auto before = seconds();
    ASSERT_TRUE(pages.publish({activity_of(1, "two")}));
    EXPECT_GT(seconds(), before);
}

TEST(Pages, WhatAPersonWantsPurgedIsPurgedAndTheListKeepsWhatNobodyReadYet) {
    const TempFolder folder;
    Pages pages(folder.path.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    const auto published =
        pages.publish({activity_of(1, "first")}, pages.begin(), {{}, {"/items/10"}});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->purged, std::vector<std::string>{"/items/10"});
    EXPECT_NE(folder.read("purge.txt").find("1 /activities/1\n"), std::string::npos);
    EXPECT_TRUE(folder.read("purge.txt").ends_with("2 /items/10\n"));
}

TEST(Pages, TheListOfPurgesHasAnEnd) {
    const TempFolder folder;
    std::string old = "8 /oldest\n";
    for (std::size_t i = 1; i < kPurgeLinesMax; ++i) old += "9 /old\n";
    std::ofstream(folder.path / "purge.txt") << old;
    Pages pages(folder.path.string());
    const auto published = pages.publish({});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->edition, 10U) << "it counts on";
    const std::string list = folder.read("purge.txt");
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(list, '\n')), kPurgeLinesMax);
    EXPECT_EQ(list.find("/oldest"), std::string::npos);
    EXPECT_TRUE(list.starts_with("9 /old\n"));
}

TaggedItem tagged(std::uint32_t item, std::string sku, std::int64_t ends_ms, bool over = false) {
    TaggedItem made;
    made.item = {item};
    made.sku = std::move(sku);
    made.tag = "sale";
    made.ends_at = {ends_ms};
    made.over = over;
    return made;
}

TEST(Tags, ASkuLeadsToTheSaleThatIsOverFirstOfThoseThatAreNotOver) {
    std::vector<TaggedItem> all{tagged(1, "a", 300), tagged(2, "a", 100, true), tagged(3, "a", 200),
                                tagged(4, "b", 100, true), tagged(5, "", 900)};
    choose_routes(all);
    for (const TaggedItem& one : all) EXPECT_EQ(one.routed, one.item.value == 3) << one.item.value;
}

TEST(Tags, TheFolderSaysExactlyWhatIsTagged) {
    const TempFolder folder;
    std::vector<TaggedItem> all{tagged(1, "..", 100), tagged(2, "b", 100), tagged(3, "", 100)};
    choose_routes(all);
    ASSERT_TRUE(write_tags(folder.path, all));
    EXPECT_EQ(folder.read("tags/items/1"), "sale\n");
    EXPECT_EQ(folder.read("tags/items/3"), "sale\n");
    EXPECT_EQ(fs::canonical(folder.path / "tags/skus/...tag"),
              fs::canonical(folder.path / "tags/items/1"));
    std::ofstream(folder.path / "tags/items/7.0123456789abcdef.new") << "left by a crash";
    all.erase(all.begin() + 1, all.end());
    all[0] = tagged(2, "b", 100);
    choose_routes(all);
    ASSERT_TRUE(write_tags(folder.path, all));
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path / "tags"))
        if (!entry.is_directory()) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"2", "b.tag"}));
    EXPECT_NE(folder.read("tags.json").find(R"("sku":"b","item_id":"2")"), std::string::npos);
    ASSERT_TRUE(write_tags(folder.path, {}));
    EXPECT_FALSE(fs::exists(folder.path / "tags/items/2"));
}

TEST(Pages, TheFolderHasTheSameBytesAManifestAndWhatToPurge) {
    const TempFolder folder;
    Pages pages(folder.path.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    EXPECT_EQ(folder.read("index.html"), pages.find(0, "/")->fresh.body);
    EXPECT_EQ(folder.read("activities/1.html"), pages.find(0, "/activities/1")->fresh.body);
    const std::string manifest = folder.read("manifest.json");
    EXPECT_NE(manifest.find(R"("file":"items/10.html")"), std::string::npos) << manifest;
    EXPECT_NE(folder.read("purge.txt").find("/activities/1\n"), std::string::npos);

    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    EXPECT_EQ(folder.read("purge.txt").find("2 "), std::string::npos) << "nothing changed";
    ASSERT_TRUE(pages.publish({activity_of(1, "renamed")}));
    EXPECT_NE(folder.read("purge.txt").find("3 /activities/1\n"), std::string::npos);
    EXPECT_EQ(folder.read("purge.txt").find("3 /orders\n"), std::string::npos);
    for (const auto& entry : fs::recursive_directory_iterator(folder.path))
        EXPECT_NE(entry.path().extension(), ".new") << "nothing half-written is left";
}

TEST(Pages, AFolderThatCannotBeWrittenIsAnErrorButTheDoorsHaveThePages) {
    const TempFolder folder;
    std::ofstream(folder.path / "file") << "not a folder";
    Pages pages((folder.path / "file").string());
    const auto published = pages.publish({activity_of(1, "first")});
    ASSERT_FALSE(published);
    EXPECT_NE(published.error().what.find("file"), std::string::npos);
    EXPECT_NE(pages.find(0, "/activities/1"), nullptr);
}

TEST(Pages, ADamagedManifestPurgesEverything) {
    const TempFolder folder;
    std::ofstream(folder.path / "manifest.json") << "{\"pages\":[7,{\"path\":1},";
    Pages pages(folder.path.string());
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}));
    EXPECT_NE(folder.read("purge.txt").find("/\n"), std::string::npos);
}

TEST(Etag, IsComparedAsRfc9110Says) {
    EXPECT_TRUE(names_etag("\"a\"", "\"a\""));
    EXPECT_TRUE(names_etag("\"x\" ,  W/\"a\"", "\"a\""));
    EXPECT_TRUE(names_etag("*", "\"a\""));
    EXPECT_FALSE(names_etag("", "\"a\""));
    EXPECT_FALSE(names_etag("\"ab\"", "\"a\""));
    EXPECT_FALSE(names_etag("a", "\"a\""));
    EXPECT_FALSE(names_etag(",,", "\"a\""));
}

TEST(ActivitiesJson, ListsTheSoonestToEndFirst) {
    auto late = activity_of(1, "late");
    late.ends_at = {1'900'000'000'000};
    const std::string json = activities_json({late, activity_of(2, "soon")});
    EXPECT_LT(json.find("soon"), json.find("late"));
    EXPECT_EQ(activities_json({}), R"({"data":[]})");
}

}  // namespace
}  // namespace sluice::api
