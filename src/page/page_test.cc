// SPDX-License-Identifier: Apache-2.0
#include "page/page.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "page/script.h"

namespace sluice::page {
namespace {

using activity::Activity;
using activity::Entry;
using activity::Item;

constexpr std::string_view kHostile = "</script><script>alert(1)</script> \"'><img src=x> &amp;";

Item item(std::uint32_t id, Entry entry, std::uint32_t limit) {
    Item made;
    made.id = {id};
    made.sku = {id};
    made.title = "手机 " + std::to_string(id);
    made.price = {199'900, *base::parse_currency("CNY")};
    made.list_price = {299'905, *base::parse_currency("CNY")};
    made.stock = 4'321;
    made.entry = entry;
    made.limit_per_user = limit;
    return made;
}

std::vector<Activity> two_activities() {
    Activity first;
    first.id = {7};
    first.name = "双十一";
    first.description = "第一行\n第二行";
    first.starts_at = {1'790'000'000'000};
    first.ends_at = {1'790'003'600'000};
    first.items = {item(12, Entry::open, 1), item(13, Entry::ticket, 3)};
    Activity second = first;
    second.id = {6};
    second.name = "年货节";
    second.starts_at = {1'780'000'000'000};
    second.items = {item(5, Entry::open, 0)};
    second.items[0].price = {1'500, *base::parse_currency("JPY")};
    second.items[0].list_price = {};
    return {first, second};
}

std::vector<Activity> hostile_activities() {
    std::vector<Activity> activities = two_activities();
    for (Activity& activity : activities) {
        activity.name = kHostile;
        activity.description = kHostile;
        for (Item& item : activity.items) item.title = kHostile;
    }
    return activities;
}

const Page& at(const std::vector<Page>& pages, std::string_view path) {
    const auto found = std::ranges::find(pages, path, &Page::path);
    if (found == pages.end()) throw std::runtime_error("no page " + std::string(path));
    return *found;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (auto place = text.find(part); place != std::string_view::npos;
         place = text.find(part, place + part.size())) {
        ++times;
    }
    return times;
}

std::string between(std::string_view text, std::string_view open, std::string_view close) {
    const auto start = text.rfind(open);
    if (start == std::string_view::npos) return {};
    const auto end = text.find(close, start + open.size());
    return std::string(text.substr(start + open.size(), end - start - open.size()));
}

std::string sha256_source(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    std::array<char, 64> base64{};
    sodium_bin2base64(base64.data(), base64.size(), digest.data(), digest.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    return std::string("'sha256-") + base64.data() + "'";
}

TEST(Page, EveryActivityAndItemHasItsPageAndHomeIsFirst) {
    const auto pages = render(two_activities());
    std::vector<std::string> paths;
    for (const Page& page : pages) paths.push_back(page.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"/", "/activities/7", "/items/12", "/items/13",
                                               "/activities/6", "/items/5", "/orders", "/404"}));
    for (const Page& page : pages) EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
}

TEST(Page, NoActivitiesStillMakePages) {
    const auto pages = render({});
    ASSERT_EQ(pages.size(), 3U);
    EXPECT_NE(pages[0].body.find("data-t=\"empty\""), std::string::npos);
}

TEST(Page, TheSameActivitiesMakeTheSameBytes) {
    const auto once = render(two_activities());
    const auto again = render(two_activities());
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t i = 0; i < once.size(); ++i) {
        EXPECT_EQ(once[i].body, again[i].body);
        EXPECT_EQ(once[i].etag, again[i].etag);
        EXPECT_EQ(once[i].headers, again[i].headers);
    }
}

TEST(Page, AChangeChangesTheTagOfItsPagesOnly) {
    const auto before = render(two_activities());
    auto activities = two_activities();
    activities[0].items[0].title += "!";
    const auto after = render(activities);
    EXPECT_NE(at(before, "/items/12").etag, at(after, "/items/12").etag);
    EXPECT_EQ(at(before, "/items/13").etag, at(after, "/items/13").etag);
    EXPECT_TRUE(before[0].etag.starts_with('"') && before[0].etag.ends_with('"'));
}

TEST(Page, HomeListsActivitiesByTheirStart) {
    const std::string body = render(two_activities())[0].body;
    EXPECT_LT(body.find("/activities/6\""), body.find("/activities/7\""));
}

TEST(Page, ThePolicyAdmitsExactlyTheInlineScriptAndStyle) {
    for (const Page& page : render(two_activities())) {
        const std::string script = between(page.body, "<script>", "</script>");
        const std::string style = between(page.body, "<style>", "</style>");
        EXPECT_GT(script.size(), 1000U);
        EXPECT_NE(page.headers.find("script-src " + sha256_source(script) + ";"),
                  std::string::npos);
        EXPECT_NE(page.headers.find("style-src " + sha256_source(style) + ";"), std::string::npos);
        EXPECT_NE(page.headers.find("default-src 'none'"), std::string::npos);
        EXPECT_NE(page.headers.find("frame-ancestors 'none'"), std::string::npos);
        EXPECT_EQ(page.headers.find("unsafe"), std::string::npos);
        EXPECT_TRUE(page.headers.ends_with("\r\n"));
        EXPECT_EQ(page.headers.find("\r\n\r\n"), std::string::npos);
    }
}

TEST(Page, NothingOnAPageBelongsToAViewerOrComesFromElsewhere) {
    for (const Page& page : render(two_activities())) {
        for (const std::string_view word : {"cookie", "Cookie", "http://", "https://", " style=\"",
                                            " onclick", "innerHTML", "eval(", "4321"}) {
            EXPECT_EQ(page.body.find(word), std::string::npos) << page.path << " has " << word;
        }
        EXPECT_EQ(page.headers.find("Cookie"), std::string::npos);
        EXPECT_EQ(count(page.body, "<script"), 2U) << page.path;
    }
}

TEST(Page, HostileTextStaysText) {
    const auto fine = render(two_activities());
    const auto hostile = render(hostile_activities());
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        const std::string& body = hostile[i].body;
        EXPECT_EQ(body.find("alert(1)</script>"), std::string::npos) << hostile[i].path;
        EXPECT_EQ(body.find("<img"), std::string::npos) << hostile[i].path;
        for (const std::string_view tag : {"<script", "</script", "<"}) {
            EXPECT_EQ(count(body, tag), count(fine[i].body, tag)) << hostile[i].path << " " << tag;
        }
        EXPECT_EQ(hostile[i].headers, fine[i].headers) << "the script does not depend on text";
    }
    EXPECT_NE(at(hostile, "/items/12").body.find("&lt;/script&gt;"), std::string::npos);
}

TEST(Page, PagesAreSmall) {
    for (const Page& page : render(hostile_activities())) {
        EXPECT_LE(page.body.size(), 40U * 1024U) << page.path;
    }
}

TEST(Page, AnItemPageKnowsItsEntryWindowAndChoices) {
    const auto pages = render(two_activities());
    const std::string& open = at(pages, "/items/12").body;
    const std::string& ticket = at(pages, "/items/13").body;
    const std::string& unlimited = at(pages, "/items/5").body;
    EXPECT_NE(
        open.find(R"({"id":"12","entry":"open","starts":1790000000000,"ends":1790003600000})"),
        std::string::npos);
    EXPECT_NE(ticket.find(R"({"id":"13","entry":"ticket")"), std::string::npos);
    EXPECT_EQ(count(open, "<option>"), 0U) << "one is the limit: nothing to choose";
    EXPECT_EQ(count(ticket, "<option>"), 3U);
    EXPECT_EQ(count(unlimited, "<option>"), 10U);
    EXPECT_EQ(count(unlimited, "data-t=\"limit\""), 0U);
    EXPECT_NE(ticket.find("data-t=\"limit\" data-n=\"3\""), std::string::npos);
}

TEST(Page, MoneyAndTimesReadWithoutTheScript) {
    const auto pages = render(two_activities());
    EXPECT_NE(at(pages, "/items/12").body.find(">CNY 1999.00</span>"), std::string::npos);
    EXPECT_NE(at(pages, "/items/12").body.find(">CNY 2999.05</s>"), std::string::npos);
    EXPECT_NE(at(pages, "/items/5").body.find(">JPY 1500</span>"), std::string::npos);
    EXPECT_NE(at(pages, "/items/12")
                  .body.find("<time datetime=\"2026-09-21T14:13:20.000Z\" "
                             "data-ms=\"1790000000000\">2026-09-21 14:13 UTC</time>"),
              std::string::npos);
}

TEST(Page, SmallAmountsKeepTheirZeros) {
    auto activities = two_activities();
    activities[0].items[0].price.amount = 5;
    activities[0].items[1].price = {0, *base::parse_currency("KWD")};
    const auto pages = render(activities);
    EXPECT_NE(at(pages, "/items/12").body.find(">CNY 0.05</span>"), std::string::npos);
    EXPECT_NE(at(pages, "/items/13").body.find(">KWD 0.000</span>"), std::string::npos);
}

// The keys of one language of the dictionary, in their order.
std::vector<std::string> keys_of(std::string_view part) {
    std::vector<std::string> keys;
    for (std::size_t place = part.find(": '"); place != std::string_view::npos;
         place = part.find(": '", place + 3)) {
        std::size_t start = place;
        while (start > 0 && (std::isalnum(static_cast<unsigned char>(part[start - 1])) != 0 ||
                             part[start - 1] == '_')) {
            --start;
        }
        keys.emplace_back(part.substr(start, place - start));
    }
    return keys;
}

TEST(Page, BothLanguagesHaveTheSameWordsAndEveryRefusal) {
    const std::string_view text = words_script();
    const std::size_t middle = text.find("\nen: {");
    ASSERT_NE(middle, std::string_view::npos);
    const auto chinese = keys_of(text.substr(0, middle));
    EXPECT_EQ(chinese, keys_of(text.substr(middle)));
    for (const std::string_view code : {"read_only",
                                        "in_progress",
                                        "duplicate_key_mismatch",
                                        "not_found",
                                        "rehearsal_only",
                                        "stopped",
                                        "not_started",
                                        "ended",
                                        "paused",
                                        "ticket_required",
                                        "ticket_invalid",
                                        "limit_reached",
                                        "busy",
                                        "sold_out",
                                        "amount_mismatch",
                                        "already_paid",
                                        "already_cancelled",
                                        "already_expired",
                                        "already_refunded",
                                        "not_paid",
                                        "payment_closed",
                                        "unauthorized",
                                        "too_fast",
                                        "blocked",
                                        "forbidden",
                                        "invalid",
                                        "challenge_failed"}) {
        EXPECT_TRUE(std::ranges::count(chinese, "e_" + std::string(code)) == 1) << code;
    }
}

TEST(Page, EveryWordOnAPageIsInTheDictionary) {
    const auto keys = keys_of(words_script().substr(0, words_script().find("\nen: {")));
    for (const Page& page : render(two_activities())) {
        const std::string_view body = page.body;
        constexpr std::string_view kMark = "data-t=\"";
        for (auto place = body.find(kMark); place != std::string_view::npos;
             place = body.find(kMark, place + 1)) {
            const auto start = place + kMark.size();
            const std::string key(body.substr(start, body.find('"', start) - start));
            EXPECT_EQ(std::ranges::count(keys, key), 1) << key << " on " << page.path;
        }
    }
}

TEST(Page, EveryPartThatTheScriptLooksForIsThere) {
    for (const Page& page : render(two_activities())) {
        const std::string script = between(page.body, "<script>", "</script>");
        const std::string_view html = std::string_view(page.body).substr(0, page.body.find(script));
        constexpr std::string_view kMark = "find('";
        for (auto place = script.find(kMark); place != std::string::npos;
             place = script.find(kMark, place + 1)) {
            const auto start = place + kMark.size();
            const std::string id = script.substr(start, script.find('\'', start) - start);
            if (id == "quantity" || script.compare(start + id.size(), 2, "')") != 0) continue;
            EXPECT_EQ(count(html, "id=\"" + id + "\""), 1U) << id << " on " << page.path;
        }
    }
}

}  // namespace
}  // namespace sluice::page
