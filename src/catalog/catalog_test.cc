// SPDX-License-Identifier: Apache-2.0
#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sluice::catalog {
namespace {

Sku sku(std::string code, std::string title) {
    Sku made;
    made.code = std::move(code);
    made.title = std::move(title);
    return made;
}

Product fine_product() {
    Product product;
    product.code = "PHONE.9_x-1";
    product.title = "手机 9";
    product.description = "第一行\nsecond line";
    product.image_url = "https://cdn.example/phone.jpg";
    product.skus = {sku("PHONE-RED", "红色"), sku("PHONE-BLUE", "蓝色")};
    return product;
}

std::string text_of(std::size_t count, std::string_view unit) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += unit;
    return text;
}

TEST(Catalog, AFineProductHasNoComplaints) {
    EXPECT_TRUE(complaints(fine_product()).empty());
    Product product = fine_product();
    product.image_url = "/pictures/a%20b.jpg?x=1";
    product.description.clear();
    EXPECT_TRUE(complaints(product).empty());
    product.image_url = "/images/Mug_2.small-1.jpeg";
    product.skus.clear();
    EXPECT_TRUE(complaints(product).empty());
}

TEST(Catalog, LimitsCountCharactersAndAreInclusive) {
    Product product = fine_product();
    product.title = text_of(kTitleMax, "龙");
    product.description = text_of(kDescriptionMax, "龙");
    product.code = text_of(kCodeMax, "x");
    EXPECT_TRUE(complaints(product).empty());
}

struct Refusal {
    const char* pointer;
    std::function<void(Product&)> spoil;
};

TEST(Catalog, EachRuleRefusesAndNamesItsField) {
    const std::vector<Refusal> table{
        {"/code", [](Product& p) { p.code = ""; }},
        {"/code", [](Product& p) { p.code = "has space"; }},
        {"/code", [](Product& p) { p.code = "手机"; }},
        {"/code", [](Product& p) { p.code = text_of(kCodeMax + 1, "x"); }},
        {"/title", [](Product& p) { p.title = ""; }},
        {"/title", [](Product& p) { p.title = "  "; }},
        {"/title", [](Product& p) { p.title = "two\nlines"; }},
        {"/title", [](Product& p) { p.title = "bell\a"; }},
        {"/title", [](Product& p) { p.title = "not utf-8 \xff"; }},
        {"/title", [](Product& p) { p.title = text_of(kTitleMax + 1, "龙"); }},
        {"/description", [](Product& p) { p.description = text_of(kDescriptionMax + 1, "龙"); }},
        {"/description", [](Product& p) { p.description = std::string("nul\0", 4); }},
        {"/image_url", [](Product& p) { p.image_url = "http://plain.example/a.jpg"; }},
        {"/image_url", [](Product& p) { p.image_url = "//other.example/a.jpg"; }},
        {"/image_url", [](Product& p) { p.image_url = "javascript:alert(1)"; }},
        {"/image_url", [](Product& p) { p.image_url = "https://"; }},
        {"/image_url", [](Product& p) { p.image_url = "https:///a.jpg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/a\" onerror=\"x"; }},
        {"/image_url", [](Product& p) { p.image_url = "/a b.jpg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/" + text_of(2000, "x"); }},
        {"/image_url", [](Product& p) { p.image_url = "/images/"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/../mug.svg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/a/mug.svg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/.mug.svg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/mug%20.svg"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/mug.svg?x=1"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/mug.exe"; }},
        {"/image_url", [](Product& p) { p.image_url = "/images/" + text_of(97, "x") + ".svg"; }},
        {"/skus/1/code", [](Product& p) { p.skus[1].code = ""; }},
        {"/skus/0/title", [](Product& p) { p.skus[0].title = "\t"; }},
        {"/skus/1/code", [](Product& p) { p.skus[1].code = p.skus[0].code; }},
        {"/skus", [](Product& p) { p.skus.resize(kSkusPerProductMax + 1); }},
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        Product product = fine_product();
        table[i].spoil(product);
        const auto found = complaints(product);
        ASSERT_EQ(found.size(), 1U) << "row " << i;
        EXPECT_EQ(found[0].pointer, table[i].pointer) << "row " << i;
        EXPECT_TRUE(found[0].what.text().ends_with('.')) << found[0].what.text();
    }
}

}  // namespace
}  // namespace sluice::catalog
