// SPDX-License-Identifier: Apache-2.0
#include "api/pages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/activities.h"
#include "api/publish_folder.h"
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
    Pages pages;
    ASSERT_TRUE(pages.publish({activity_of(1, "first"), activity_of(2, "second")}, 9));
    ASSERT_TRUE(pages.publish({activity_of(1, "first")}, 8));
    EXPECT_NE(pages.find(0, "/v1/activities/2"), nullptr);
    ASSERT_TRUE(pages.publish({activity_of(3, "third")}));
    EXPECT_EQ(pages.find(0, "/v1/activities/2"), nullptr);
    ASSERT_TRUE(pages.publish({activity_of(4, "fourth")}, 10));
    EXPECT_NE(pages.find(0, "/v1/activities/4"), nullptr);
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
    EXPECT_EQ(folder.read("purge.txt"), "") << "nothing changed";
    ASSERT_TRUE(pages.publish({activity_of(1, "renamed")}));
    EXPECT_NE(folder.read("purge.txt").find("/activities/1\n"), std::string::npos);
    EXPECT_EQ(folder.read("purge.txt").find("/orders\n"), std::string::npos);
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
