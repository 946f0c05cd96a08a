// SPDX-License-Identifier: Apache-2.0
// Products and their SKUs: what goes in comes out, and every rule of the contract holds.
#include "adapter/sqlite/catalog_store.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "adapter/sqlite/stores_test.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using catalog::Product;

using Catalog = Stores;

TEST_F(Catalog, KeepsAProductWithItsSkusAcrossARestart) {
    const Product added = stored_phone("P1");
    EXPECT_EQ(added.id.value, 1U);
    EXPECT_EQ(added.skus[1].product, added.id);
    const Product read = must(catalog_.product(added.id));
    EXPECT_EQ(read.code, "P1");
    EXPECT_EQ(read.title, "手机 P1");
    EXPECT_EQ(read.description, "line one\nline two");
    EXPECT_EQ(read.image_url, "https://example.com/a.png");
    EXPECT_EQ(read.version, 1U);
    EXPECT_EQ(read.created_at, kNow);
    EXPECT_EQ(read.updated_at, kNow);
    ASSERT_EQ(read.skus.size(), 2U);
    EXPECT_EQ(read.skus[1].code, "P1-BLUE");
    EXPECT_EQ(read.skus[1].title, "蓝色");
    EXPECT_EQ(must(catalog_.sku(read.skus[1].id)).code, "P1-BLUE");
    store_.database.reset();
    store_.database = store_.open();
    SqliteCatalogStore again(*store_.database);
    EXPECT_EQ(must(again.product(added.id)).skus.size(), 2U);
}

TEST_F(Catalog, SaysWhatItDoesNotHave) {
    EXPECT_EQ(error_of(catalog_.product({7})).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(catalog_.sku({7})).code, ErrorCode::not_found);
    Product unknown = phone("P1");
    unknown.id = {7};
    EXPECT_EQ(error_of(catalog_.replace(unknown, entry("a"))).code, ErrorCode::not_found);
}

TEST_F(Catalog, NamesTheCodeThatExistsAndChangesNothing) {
    stored_phone("P1");
    EXPECT_NE(error_of(catalog_.add(phone("P1"), entry("a"))).what.find("P1"), std::string::npos);
    Product other = phone("P2");
    other.skus[1].code = "P1-RED";
    const auto error = error_of(catalog_.add(other, entry("a")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.what.find("P1-RED"), std::string::npos) << error.what;
    EXPECT_EQ(must(catalog_.products({}, "", 10)).size(), 1U);
    EXPECT_EQ(audited(), 1U);
}

TEST_F(Catalog, TellsEveryCodeThatAnotherProductHasAtItsField) {
    const auto taken = [&](const Product& product) {
        std::string pointers;
        for (const auto& complaint : must(catalog_.taken_codes(product)))
            pointers += complaint.pointer + " ";
        return pointers;
    };
    Product first = stored_phone("P1");
    EXPECT_EQ(taken(phone("P1")), "/code /skus/0/code /skus/1/code ");
    Product other = phone("P2");
    EXPECT_EQ(taken(other), "");
    other.skus[1].code = "P1-RED";
    EXPECT_EQ(taken(other), "/skus/1/code ");
    std::swap(first.skus[0].code, first.skus[1].code);
    EXPECT_EQ(taken(first), "") << "its own skus may swap their codes";
}

TEST_F(Catalog, ReplacesOnlyTheVersionThatWasRead) {
    Product product = stored_phone("P1");
    const base::SkuId red = product.skus[0].id;
    product.title = "new";
    std::swap(product.skus[0].code, product.skus[1].code);
    product.skus.push_back({{}, {}, "P1-GREEN", "绿色"});
    const Product replaced = must(catalog_.replace(product, entry("product.replace")));
    EXPECT_EQ(replaced.version, 2U);
    const Product read = must(catalog_.product(product.id));
    EXPECT_EQ(read.title, "new");
    EXPECT_EQ(read.skus.size(), 3U);
    EXPECT_EQ(must(catalog_.sku(red)).code, "P1-BLUE");
    EXPECT_EQ(error_of(catalog_.replace(product, entry("product.replace"))).code,
              ErrorCode::conflict);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Catalog, RefusesASkuOfAnotherProduct) {
    const Product first = stored_phone("P1");
    Product second = stored_phone("P2");
    second.skus.push_back(first.skus[0]);
    EXPECT_EQ(error_of(catalog_.replace(second, entry("a"))).code, ErrorCode::invalid);
}

TEST_F(Catalog, RemovesASkuUnlessAnActivityUsesIt) {
    Product product = stored_phone("P1");
    stored_sale({product.skus[0]});
    Product without = product;
    without.skus.erase(without.skus.begin());
    const auto error = error_of(catalog_.replace(without, entry("a")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.what.find("P1-RED"), std::string::npos) << error.what;
    product.skus.pop_back();
    must(catalog_.replace(product, entry("product.replace")));
    EXPECT_EQ(must(catalog_.product(product.id)).skus.size(), 1U);
}

TEST_F(Catalog, NeverUsesAnIdTwice) {
    Product product = stored_phone("P1");
    const base::SkuId last = product.skus[1].id;
    product.skus.pop_back();
    product = must(catalog_.replace(product, entry("a")));
    product.skus.push_back({{}, {}, "P1-BLUE", "again"});
    product = must(catalog_.replace(product, entry("a")));
    EXPECT_GT(product.skus[1].id, last);
}

TEST_F(Catalog, ImportsAllOrNothing) {
    const Product known = stored_phone("P1");
    Product update = phone("P1");
    update.title = "imported";
    update.skus = {{{}, {}, "P1-RED", "dark red"}, {{}, {}, "P1-GREEN", "绿色"}};
    const auto imported =
        must(catalog_.import({update, phone("P2")}, entry("product.import", "products")));
    EXPECT_EQ(imported.added, 1U);
    EXPECT_EQ(imported.updated, 1U);
    EXPECT_EQ(imported.skus, 4U);
    const Product read = must(catalog_.product(known.id));
    EXPECT_EQ(read.title, "imported");
    EXPECT_EQ(read.version, 2U);
    ASSERT_EQ(read.skus.size(), 3U);
    EXPECT_EQ(read.skus[0].id, known.skus[0].id);
    EXPECT_EQ(read.skus[0].title, "dark red");

    Product thief = phone("P4");
    thief.skus[0].code = "P2-RED";
    const auto error = error_of(catalog_.import({phone("P3"), thief}, entry("product.import")));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_EQ(must(catalog_.products({}, "", 10)).size(), 2U);
    EXPECT_EQ(audited(), 2U);
}

TEST_F(Catalog, ListsFromTheNewestByCursor) {
    for (int at = 1; at <= 5; ++at) stored_phone("P" + std::to_string(at));
    auto page = must(catalog_.products({}, "", 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].code, "P5");
    page = must(catalog_.products(page[1].id, "", 10));
    ASSERT_EQ(page.size(), 3U);
    EXPECT_EQ(page[0].code, "P3");
    EXPECT_TRUE(must(catalog_.products(page[2].id, "", 10)).empty());
}

TEST_F(Catalog, SearchesForTheLettersThemselves) {
    for (const char* code : {"A_1", "AB1", "C%D", "CXD", "E\\F"}) stored_phone(code);
    EXPECT_EQ(must(catalog_.products({}, "A_", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "%", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "\\", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "手机 AB", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "ab1", 10)).size(), 1U);
    EXPECT_EQ(must(catalog_.products({}, "' OR 1=1", 10)).size(), 0U);
}

TEST_F(Catalog, FindsAProductByTheCodeOrTitleOfItsSkuOnceAndByCursor) {
    for (int at = 1; at <= 3; ++at) stored_phone("P" + std::to_string(at));
    Product other = phone("Q1");
    other.skus = {{{}, {}, "Q1-A", "100% wool"}};
    must(catalog_.add(other, entry("product.add")));

    EXPECT_EQ(must(catalog_.products({}, "p2-red", 10)).at(0).code, "P2");
    EXPECT_EQ(must(catalog_.products({}, "0% w", 10)).at(0).code, "Q1");
    EXPECT_EQ(must(catalog_.products({}, "0%%", 10)).size(), 0U);
    EXPECT_EQ(must(catalog_.products({}, "P2-", 10)).size(), 1U) << "two skus, one product";
    const auto page = must(catalog_.products({}, "红色", 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[1].code, "P2");
    const auto rest = must(catalog_.products(page[1].id, "红色", 2));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].code, "P1");
}

}  // namespace
}  // namespace sluice::adapter
