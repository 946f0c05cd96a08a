// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "catalog/catalog.h"

namespace sluice::catalog {
namespace {

TEST(ImportJson, AnArrayOfProductsIsRead) {
    const Import import = import_json(
        "\xEF\xBB\xBF"
        R"([
  {"code":"P1","title":"手机 \"9\"","description":"a\nb","image_url":"/p.jpg",
   "skus":[{"code":"P1-R","title":"红色"},{"title":"[\\\"]","code":"P1-B"}]},
  {"code":"P2","title":"\u58f6","skus":[]}
]
)");
    ASSERT_TRUE(import.errors.empty()) << import.errors[0].what.text();
    ASSERT_EQ(import.products.size(), 2U);
    EXPECT_EQ(import.products[0].title, "手机 \"9\"");
    EXPECT_EQ(import.products[0].description, "a\nb");
    ASSERT_EQ(import.products[0].skus.size(), 2U);
    EXPECT_EQ(import.products[0].skus[1].code, "P1-B");
    EXPECT_EQ(import.products[0].skus[1].title, "[\\\"]");
    EXPECT_EQ(import.products[1].title, "壶");
}

struct Refusal {
    std::string text;
    std::size_t line;
    std::size_t column;
    std::string words;  // that the message contains
};

TEST(ImportJson, EachMistakeIsNamedWithItsLineAndColumn) {
    const std::string one = R"({"code":"P","title":"t","skus":[{"code":"S","title":"s"}]})";
    const std::vector<Refusal> table{
        {"", 1, 1, "empty"},
        {"[\n", 2, 1, "ends in the middle"},
        {"[\n  {\"手\" 1}]", 2, 8, "not JSON"},
        {"[" + one + "]\n x", 2, 2, "after the end"},
        {"[[[[[[[[[[1]]]]]]]]]]", 1, 9, "nested"},
        {"{}", 1, 1, "array of products"},
        {" []", 1, 2, "nothing to import"},
        {"[\n 5]", 2, 2, "must be an object"},
        {"[\n {\"code\":\"P\",\"skus\":[]}]", 2, 2, "\"title\" is missing"},
        {"[{\"code\":\"P\",\"title\":\n5,\"skus\":[]}]", 2, 1, "must be text"},
        {R"([{"code":"手","title":"t","skus":[]}])", 1, 10, "A code has only"},
        {R"([{"code":"P","titel":"t","title":"t","skus":[]}])", 1, 14, "Did you mean \"title\"?"},
        {R"([{"code":"P","colour":"t","title":"t","skus":[]}])", 1, 14, "Known are"},
        {R"([{"code":"P","title":"t","\u0063ode":"Q","skus":[]}])", 1, 26, "second time"},
        {R"([{"code":"P","title":"t","skus":"}","skus":[{"code":"","title":"s"}]}])", 1, 37,
         "second time"},
        {R"([{"code":"P","title":"t","skus":"}","skus":[{"code":"","title":"s"}]}])", 1, 53,
         "A code is needed"},
        {R"([{"code":"P","title":"t","image_url":"x","skus":[]}])", 1, 38, "https://"},
        {R"([{"code":"P","title":"t","skus":{}}])", 1, 33, "must be an array"},
        {R"([{"code":"P","title":"t"}])", 1, 2, "must be an array"},
        {"[{\"code\":\"P\",\"title\":\"t\",\"skus\":[{\"code\":\"S\",\"title\":\"s\"},\n"
         "  [1,\"]\"] ]}]",
         2, 3, "A sku must be an object"},
        {"[" + one + ",\n" + one + "]", 2, 9, "product code P is in line 1 already"},
        {"[" + one +
             ",\n{\"code\":\"Q\",\"title\":\"t\",\"skus\":[{\"title\":\"s\",\"code\":\"S\"}]}]",
         2, 53, "sku code S is in line 1 already"},
        {"[\"caf\xe9\"]", 1, 6, "not UTF-8"},
    };
    for (const Refusal& row : table) {
        const Import import = import_json(row.text);
        EXPECT_TRUE(import.products.empty());
        ASSERT_FALSE(import.errors.empty()) << row.text;
        bool found = false;
        for (const ImportError& error : import.errors) {
            found = found || (error.line == row.line && error.column == row.column &&
                              error.what.text().find(row.words) != std::string::npos);
        }
        EXPECT_TRUE(found) << row.text << "\ngot " << import.errors[0].line << ":"
                           << import.errors[0].column << " " << import.errors[0].what.text();
    }
}

std::string products_of(std::size_t count, std::size_t skus) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "" : ",";
        text += R"({"code":"P)" + std::to_string(i) + R"(","title":"t","skus":[)";
        for (std::size_t s = 0; s < skus; ++s) {
            text += s == 0 ? "" : ",";
            text += R"({"code":"S)" + std::to_string(i * skus + s) + R"(","title":"t"})";
        }
        text += "]}";
    }
    return text + "]";
}

TEST(ImportJson, LimitsOfProductsAndSkusHold) {
    EXPECT_TRUE(import_json(products_of(kImportRowsMax, 1)).errors.empty());
    EXPECT_EQ(import_json(products_of(kImportRowsMax + 1, 1)).errors.size(), 1U);
    EXPECT_TRUE(import_json(products_of(50, kSkusPerProductMax)).errors.empty());
    EXPECT_EQ(import_json(products_of(52, kSkusPerProductMax)).errors.size(), 1U);
    EXPECT_EQ(import_json(products_of(1, kSkusPerProductMax + 1)).errors.size(), 1U);
    EXPECT_EQ(import_json(std::string(kImportBytesMax + 1, '[')).errors.size(), 1U);
}

TEST(ImportJson, AllMistakesAreToldUpToAHundred) {
    std::string text = "[1";
    for (int i = 0; i < 49; ++i) text += ",1";
    EXPECT_EQ(import_json(text + "]").errors.size(), 50U);
    for (int i = 0; i < 500; ++i) text += ",1";
    EXPECT_EQ(import_json(text + "]").errors.size(), 100U);
}

TEST(ImportJson, AnyTextComesBackUnchanged) {
    EXPECT_TRUE(rc::check([] {
        const auto piece = rc::gen::element<std::string>("a", "\"", "\\", "[", "]", "{", "}", ",",
                                                         ":", "手", "🐉", " ", "/");
        std::string title = "t";
        for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) {
            if (base::code_points(title) < kTitleMax) title += part;
        }
        std::string text = R"([{"title":)";
        base::append_json_string(text, title);
        text += R"(,"skus":[{"title":)";
        base::append_json_string(text, title);
        text += R"(,"code":"S"}],"code":"P"}])";
        const Import import = import_json(text);
        RC_ASSERT(import.errors.empty());
        RC_ASSERT(import.products.at(0).title == title);
        RC_ASSERT(import.products.at(0).skus.at(0).title == title);
    }));
}

TEST(ImportJson, NeverGivesBothErrorsAndProducts) {
    EXPECT_TRUE(rc::check([] {
        const auto piece = rc::gen::element<std::string>(
            "[", "]", "{", "}", ",", ":", "\"code\":\"P\"", "\"title\":\"t\"", "\"skus\":[]", "\n",
            " ", "\"", "\\", "1", "null",
            R"({"code":"P","title":"t","skus":[{"code":"S","title":"s"}]})");
        std::string text = *rc::gen::element<std::string>("[", "[", "");
        for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) {
            text += part;
        }
        text += *rc::gen::element<std::string>("]", "]", "");
        const Import import = import_json(text);
        RC_ASSERT(import.products.empty() != import.errors.empty());
        RC_ASSERT(import.errors.size() <= 100U);
        for (const Product& product : import.products) RC_ASSERT(complaints(product).empty());
    }));
}

}  // namespace
}  // namespace sluice::catalog
