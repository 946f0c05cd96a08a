// SPDX-License-Identifier: Apache-2.0
#include "page/page.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "asset/asset.h"

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

Shop two_activities() {
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
    Shop shop;
    shop.activities = {first, second};
    shop.skus[first.items[0].sku] = {"/images/phone.svg", "一部手机"};
    shop.skus[first.items[1].sku] = {"https://cdn.example:8443/a.jpg?x=1", ""};
    return shop;
}

Shop hostile_activities() {
    Shop shop = two_activities();
    for (auto& [sku, shown] : shop.skus)
        if (!shown.description.empty()) shown.description = kHostile;
    for (Activity& activity : shop.activities) {
        activity.name = kHostile;
        activity.description = kHostile;
        for (Item& item : activity.items) item.title = kHostile;
    }
    return shop;
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
                                               "/activities/6", "/items/5", "/orders", "/account",
                                               "/later", "/404"}));
    for (const Page& page : pages) EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
}

TEST(Page, NoActivitiesStillMakePages) {
    const auto pages = render({});
    ASSERT_EQ(pages.size(), 5U);
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
    auto shop = two_activities();
    shop.activities[0].items[0].title += "!";
    const auto after = render(shop);
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
        const std::string boot =
            between(page.body.substr(0, page.body.find("</head>")), "<script>", "</script>");
        EXPECT_GT(script.size(), 1000U);
        const std::string allowed = "script-src " + sha256_source(boot) + " " +
                                    sha256_source(script) + "; style-src " + sha256_source(style) +
                                    ";";
        EXPECT_NE(page.headers.find(allowed), std::string::npos);
        // Also in the page, before the first of them, for who serves it from a folder.
        EXPECT_LT(page.body.find(allowed), page.body.find("<style>")) << page.path;
        EXPECT_NE(page.headers.find("default-src 'none'"), std::string::npos);
        EXPECT_NE(page.headers.find("frame-ancestors 'none'"), std::string::npos);
        EXPECT_EQ(page.headers.find("unsafe"), std::string::npos);
        EXPECT_TRUE(page.headers.ends_with("\r\n"));
        EXPECT_EQ(page.headers.find("\r\n\r\n"), std::string::npos);
    }
}

TEST(Page, EachPageSaysInItsHeadWhatItIs) {
    auto shop = two_activities();
    shop.activities[0].name = "Tea \"&\" cups";
    const auto pages = render(shop);
    for (const Page& page : pages)
        EXPECT_FALSE(between(page.body, "<meta name=\"description\" content=\"", "\">").empty())
            << page.path;
    EXPECT_EQ(between(at(pages, "/items/12").body, "description\" content=\"", "\">"),
              "Tea &quot;&amp;&quot; cups");
}

TEST(Page, NothingOnAPageBelongsToAViewerOrComesFromElsewhere) {
    for (const Page& page : render(two_activities())) {
        for (const std::string_view word : {"cookie", "Cookie", "http://", " style=\"", " onclick",
                                            "innerHTML", "eval(", "4321"}) {
            EXPECT_EQ(page.body.find(word), std::string::npos) << page.path << " has " << word;
        }
        EXPECT_EQ(page.headers.find("Cookie"), std::string::npos);
        EXPECT_EQ(count(page.body, "<script"), 3U) << page.path;
        EXPECT_EQ(count(page.body, "https://"), count(page.body, "https://cdn.example:8443"));
    }
}

TEST(Page, HostileTextStaysText) {
    const auto fine = render(two_activities());
    const auto hostile = render(hostile_activities());
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        const std::string& body = hostile[i].body;
        EXPECT_EQ(body.find("alert(1)</script>"), std::string::npos) << hostile[i].path;
        for (const std::string_view tag : {"<script", "</script", "<img", "<"}) {
            EXPECT_EQ(count(body, tag), count(fine[i].body, tag)) << hostile[i].path << " " << tag;
        }
        EXPECT_EQ(hostile[i].headers, fine[i].headers) << "the script does not depend on text";
    }
    EXPECT_NE(at(hostile, "/items/12").body.find("&lt;/script&gt;"), std::string::npos);
}

TEST(Page, PagesAreSmall) {
    for (const Page& page : render(hostile_activities())) {
        EXPECT_LE(page.body.size(), 60U * 1024U) << page.path;
    }
}

TEST(Page, AnItemPageKnowsItsEntryWindowAndChoices) {
    const auto pages = render(two_activities());
    const std::string& open = at(pages, "/items/12").body;
    const std::string& ticket = at(pages, "/items/13").body;
    const std::string& unlimited = at(pages, "/items/5").body;
    EXPECT_NE(
        open.find(
            R"("id":"12","entry":"open","digits":2,"starts":1790000000000,"ends":1790003600000})"),
        std::string::npos);
    EXPECT_NE(ticket.find(R"("id":"13","entry":"ticket")"), std::string::npos);
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
                  .body.find("<time datetime=\"2026-09-21T14:13:20.000Z\">2026-09-21 14:13 UTC"),
              std::string::npos);
}

TEST(Page, SmallAmountsKeepTheirZeros) {
    auto shop = two_activities();
    shop.activities[0].items[0].price.amount = 5;
    shop.activities[0].items[1].price = {0, *base::parse_currency("KWD")};
    const auto pages = render(shop);
    EXPECT_NE(at(pages, "/items/12").body.find(">CNY 0.05</span>"), std::string::npos);
    EXPECT_NE(at(pages, "/items/13").body.find(">KWD 0.000</span>"), std::string::npos);
}

TEST(Page, EveryWordOnAPageIsInTheDictionaryOfItsScript) {
    for (const Page& page : render(two_activities())) {
        const std::string script = between(page.body, "<script>", "</script>");
        const std::string_view html = std::string_view(page.body).substr(0, page.body.find(script));
        const std::string keys = "|" + between(script, "keys:\"", "\"") + "|";
        EXPECT_GT(keys.size(), 100U);
        for (const std::string_view mark : {" data-t=\"", " data-label=\""}) {
            for (auto place = html.find(mark); place != std::string_view::npos;
                 place = html.find(mark, place + 1)) {
                const auto start = place + mark.size();
                const std::string key(html.substr(start, html.find('"', start) - start));
                EXPECT_NE(keys.find("|" + key + "|"), std::string::npos)
                    << key << " on " << page.path;
            }
        }
    }
}

TEST(Page, TheScriptKnowsTheSameCurrencies) {
    const std::string script =
        between(at(render(two_activities()), "/orders").body, "<script>", "</script>");
    EXPECT_NE(script.find("\"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF\""),
              std::string::npos);
    EXPECT_NE(script.find("\"BHD IQD JOD KWD LYD OMR TND\""), std::string::npos);
}

TEST(Page, APictureHasItsSizeAndItsHostIsInThePolicy) {
    const auto pages = render(two_activities());
    const Page& own = at(pages, "/items/12");
    EXPECT_NE(own.body.find("src=\"/images/phone.svg\" alt=\"\" width=\"640\" height=\"480\""),
              std::string::npos);
    EXPECT_NE(own.headers.find("img-src 'self' data:;"), std::string::npos);
    const Page& elsewhere = at(pages, "/items/13");
    EXPECT_NE(elsewhere.headers.find("img-src 'self' data: https://cdn.example:8443;"),
              std::string::npos);
    EXPECT_NE(at(pages, "/").headers.find("img-src 'self' data:;"), std::string::npos);
    // Without a picture: its first letter, a whole one.
    EXPECT_NE(at(pages, "/items/5").body.find("aria-hidden=\"true\">手</div>"), std::string::npos);
}

TEST(Page, HasOneCanonicalAddress) {
    Shop shop = two_activities();
    EXPECT_NE(
        at(render(shop), "/items/12").body.find("<link rel=\"canonical\" href=\"/items/12\">"),
        std::string::npos);
    shop.public_url = "https://sale.example";
    EXPECT_NE(at(render(shop), "/items/12")
                  .body.find("<link rel=\"canonical\" href=\"https://sale.example/items/12\">"),
              std::string::npos);
    // What stands in for other pages has none.
    EXPECT_EQ(at(render(shop), "/later").body.find("canonical"), std::string::npos);
    EXPECT_EQ(at(render(shop), "/404").body.find("canonical"), std::string::npos);
}

TEST(Page, OneThatWasEndedIsOverWhateverTheClockSays) {
    Shop shop = two_activities();
    shop.activities[0].state = activity::State::ended;
    const auto pages = render(shop);
    EXPECT_NE(at(pages, "/").body.find("data-starts=\"1790000000000\" data-ends=\"0\""),
              std::string::npos);
    EXPECT_NE(at(pages, "/items/12").body.find("\"ends\":0}"), std::string::npos);
    EXPECT_NE(at(pages, "/items/5").body.find("\"ends\":1790003600000}"), std::string::npos);
}

TEST(Page, CarriesTheVersionOfTheScripts) {
    EXPECT_EQ(version().size(), 8U);
    for (const Page& page : render(two_activities()))
        EXPECT_NE(page.body.find("{\"page\":\"" + std::string(version()) + '"'), std::string::npos);
}

TEST(Page, APreviewSaysSoInBothLanguagesAndAsksNobody) {
    Shop shop = two_activities();
    const auto published = render(shop);
    shop.preview_at = base::Instant{1'789'999'990'000};
    for (const Page& page : render(shop)) {
        EXPECT_EQ(count(page.body, "<aside id=\"preview\" "), 1U) << page.path;
        EXPECT_NE(page.body.find(" data-at=\"1789999990000\">"), std::string::npos);
        EXPECT_NE(
            page.body.find("预览，时钟设为 <span class=\"preview-at\">2026-09-21 14:13:10 UTC"),
            std::string::npos);
        EXPECT_NE(page.body.find(
                      "Preview, clock set to <span class=\"preview-at\">2026-09-21 14:13:10 UTC"),
                  std::string::npos);
        EXPECT_NE(page.body.find("<title>预览 Preview · "), std::string::npos);
        EXPECT_NE(page.body.find("id=\"data\">{\"now\":1789999990000,\"page\":"),
                  std::string::npos);
        EXPECT_NE(page.headers.find("; connect-src 'none';"), std::string::npos);
        EXPECT_EQ(page.headers.find("unsafe"), std::string::npos);
        EXPECT_EQ(count(page.body, "<script>"), 3U);
        EXPECT_EQ(count(page.body, "<style>"), 2U);
        for (const std::string_view part : {"script", "style"}) {
            const std::string open = "<" + std::string(part) + ">";
            const std::string close = "</" + std::string(part) + ">";
            EXPECT_NE(page.headers.find(sha256_source(between(page.body, open, close))),
                      std::string::npos)
                << page.path;
        }
    }
    for (const Page& page : published) {
        EXPECT_EQ(page.body.find("\"preview"), std::string::npos) << page.path;
        EXPECT_EQ(page.body.find("{\"now\":"), std::string::npos) << page.path;
        EXPECT_NE(page.headers.find("; connect-src 'self';"), std::string::npos);
    }
}

// That the parts which a script looks for are there, the tests of web/storefront check.
TEST(Page, NoIdIsThereTwice) {
    for (const Page& page : render(two_activities())) {
        constexpr std::string_view kMark = " id=\"";
        for (auto place = page.body.find(kMark); place != std::string::npos;
             place = page.body.find(kMark, place + 1)) {
            const auto start = place + kMark.size();
            const std::string id = page.body.substr(start, page.body.find('"', start) - start);
            EXPECT_EQ(count(page.body, std::string(kMark) + id + '"'), 1U)
                << id << " on " << page.path;
        }
    }
}

}  // namespace
}  // namespace sluice::page
