// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/import_text.h"

namespace sluice::catalog {
namespace {

constexpr const char* kHeader = "product_code,product_title,sku_code,sku_title\n";

std::string with_header(std::string_view rows) { return kHeader + std::string(rows); }

TEST(ImportCsv, RowsOfOneProductCodeMakeOneProduct) {
    const Import import = import_csv(
        "\xEF\xBB\xBF"
        "sku_title, product_code ,description,product_title,sku_code,image_url\r\n"
        "红色,P1,\"line one\r\nline \"\"two\"\"\",手机,P1-R,/p1.jpg\r\n"
        "\r\n"
        "\"only, one\",P2,,\"6\"\" screen\",P2-A,\r\n"
        "蓝色,P1,,手机,P1-B,\r\n");
    ASSERT_TRUE(import.errors.empty()) << import.errors[0].what.text();
    ASSERT_EQ(import.products.size(), 2U);
    const Product& phone = import.products[0];
    EXPECT_EQ(phone.code, "P1");
    EXPECT_EQ(phone.title, "手机");
    EXPECT_EQ(phone.description, "line one\nline \"two\"");
    EXPECT_EQ(phone.image_url, "/p1.jpg");
    ASSERT_EQ(phone.skus.size(), 2U);
    EXPECT_EQ(phone.skus[0].code, "P1-R");
    EXPECT_EQ(phone.skus[1].title, "蓝色");
    EXPECT_EQ(import.products[1].title, "6\" screen");
    EXPECT_EQ(import.products[1].skus[0].title, "only, one");
}

TEST(ImportCsv, ALastLineNeedsNoLineBreak) {
    EXPECT_EQ(import_csv(with_header("P,t,S,s")).products.size(), 1U);
}

struct Refusal {
    std::string text;
    std::size_t line;
    std::size_t column;
    std::string words;  // that the message contains
};

TEST(ImportCsv, EachMistakeIsNamedWithItsLineAndColumn) {
    const std::vector<Refusal> table{
        {"", 1, 1, "empty"},
        {"\xEF\xBB\xBF \n", 1, 1, "empty"},
        {kHeader, 1, 1, "no rows"},
        {"product_code,product_title,sku_kode,sku_title\n", 1, 28, "Did you mean \"sku_code\"?"},
        {"product_code,product_title,sku_code,sku_title,price\n", 1, 47, "Known columns"},
        {"product_code,product_title,sku_code\n", 1, 1, "\"sku_title\" is missing"},
        {"\xEF\xBB\xBF"
         "product_code,product_title,sku_code,sku_code\n",
         1, 37, "second time"},
        {"product_code,product_title,sku_code,sku_title,\n", 1, 47, "no name"},
        {"product_code;product_title;sku_code;sku_title\n", 1, 1, "not separated by commas"},
        {std::string(100, ',') + "\n", 1, 1, "101 columns"},
        {with_header("P,t,S,s,extra\n"), 2, 9, "5 fields"},
        {with_header("P,t,S\n"), 2, 1, "3 fields"},
        {with_header("P,手\"机,S,s\n"), 2, 4, "quotation mark stands inside"},
        {with_header("P,\"手\"机,S,s\n"), 2, 6, "closing quotation mark"},
        {with_header("P,t,S,s\nQ,\"t,S,s\nmore"), 3, 3, "never ends"},
        {with_header("P,t,S,s\nP x,t,T,s\n"), 3, 1, "A code has only"},
        {with_header("P,,S,s\n"), 2, 3, "title is needed"},
        {with_header("P,t,,s\n"), 2, 5, "code is needed"},
        {with_header("P,t,S,a\ab\n"), 2, 7, "control characters"},
        {with_header("P,t,S,s\nQ,u,S,s\n"), 3, 5, "in line 2 already"},
        {with_header("P,t,S,s\nP,u,T,s\n"), 3, 3, "in line 2"},
        {with_header("P,t,S,caf\xe9\n"), 2, 10, "not UTF-8"},
        {"\xff\xfep\0r\0", 1, 1, "not UTF-8"},
        {"product_code,product_title,sku_code,sku_title,image_url\nP,t,S,s,ftp://x\n", 2, 9,
         "https://"},
        {"product_code,product_title,sku_code,sku_title,description\nP,t,S,s,a\nP,t,T,s,b\n", 3, 9,
         "another description"},
    };
    for (const Refusal& row : table) {
        const Import import = import_csv(row.text);
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

TEST(ImportCsv, LinesInsideQuotedFieldsCount) {
    const Import import = import_csv(
        "product_code,product_title,sku_code,sku_title,description\n"
        "P,t,S,s,\"one\ntwo\nthree\"\nQ,t,bad code,s,\n");
    ASSERT_EQ(import.errors.size(), 1U);
    EXPECT_EQ(import.errors[0].line, 5U);
    EXPECT_EQ(import.errors[0].column, 5U);
}

TEST(ImportCsv, TellsWhereEachSkuStands) {
    const std::string text = with_header("P,t,S,s\n\nP,t,\"T\",s\n");
    const SkuOffsets offsets = sku_offsets_in_csv(text);
    ASSERT_EQ(offsets.size(), 2U);
    EXPECT_EQ(text.substr(offsets.at("S"), 1), "S");
    EXPECT_EQ(text.substr(offsets.at("T"), 3), "\"T\"");
}

TEST(ImportCsv, AllMistakesAreToldUpToAHundred) {
    std::string text = kHeader;
    for (int i = 0; i < 30; ++i) text += "P,t,bad code,\n";
    EXPECT_EQ(import_csv(text).errors.size(), 60U);
    for (int i = 0; i < 300; ++i) text += "P,t,bad code,\n";
    EXPECT_EQ(import_csv(text).errors.size(), 100U);
}

std::string rows_of(std::size_t count, std::size_t skus_per_product) {
    std::string text = kHeader;
    for (std::size_t i = 0; i < count; ++i) {
        text += "P" + std::to_string(i / skus_per_product) + ",t,S" + std::to_string(i) + ",s\n";
    }
    return text;
}

TEST(ImportCsv, LimitsOfRowsSkusAndBytesHold) {
    EXPECT_TRUE(import_csv(rows_of(kImportRowsMax, 1)).errors.empty());
    const Import rows = import_csv(rows_of(kImportRowsMax + 1, 1));
    ASSERT_EQ(rows.errors.size(), 1U);
    EXPECT_EQ(rows.errors[0].line, kImportRowsMax + 2);

    EXPECT_TRUE(import_csv(rows_of(kSkusPerProductMax, 1000)).errors.empty());
    const Import skus = import_csv(rows_of(kSkusPerProductMax + 5, 1000));
    ASSERT_EQ(skus.errors.size(), 1U);
    EXPECT_EQ(skus.errors[0].line, kSkusPerProductMax + 2);

    const Import bytes = import_csv(std::string(kImportBytesMax + 1, 'x'));
    ASSERT_EQ(bytes.errors.size(), 1U);
    EXPECT_NE(bytes.errors[0].what.text().find("bytes"), std::string::npos);
}

// Any text a title may have, written as RFC 4180 says.
rc::Gen<std::string> any_title() {
    const auto piece = rc::gen::element<std::string>("a", "\"", ",", "手", "é", " ", "=", "'", "🐉",
                                                     ";", "\\", "<");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                        [](const std::vector<std::string>& pieces) {
                            std::string text = "t";
                            for (std::size_t i = 0; i < pieces.size() && i < 100; ++i) {
                                text += pieces[i];
                            }
                            return text;
                        });
}

std::string in_quotes(std::string_view text) {
    std::string field = "\"";
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    return field + '"';
}

TEST(ImportCsv, AnyQuotedTextComesBackUnchanged) {
    EXPECT_TRUE(rc::check([] {
        const std::string product_title = *any_title();
        const std::string sku_title = *any_title();
        const std::string description = *any_title() + "\n" + *any_title();
        const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
        std::string text = "product_code,product_title,sku_code,sku_title,description" + line_end;
        text += "P," + in_quotes(product_title) + ",S," + in_quotes(sku_title) + "," +
                in_quotes(description) + line_end;
        // A second product, written as our own exports write it.
        text += "Q," + base::to_csv_field(product_title) + ",T," + base::to_csv_field(sku_title) +
                "," + base::to_csv_field(description) + line_end;
        const Import import = import_csv(text);
        RC_ASSERT(import.errors.empty());
        RC_ASSERT(import.products.size() == 2U);
        for (const Product& product : import.products) {
            RC_ASSERT(product.title == product_title);
            RC_ASSERT(product.description == description);
            RC_ASSERT(product.skus.at(0).title == sku_title);
        }
    }));
}

TEST(ImportCsv, NeverGivesBothErrorsAndProducts) {
    EXPECT_TRUE(rc::check([] {
        const auto piece =
            rc::gen::element<std::string>("P", "Q", "S1", "S2", ",", ",", "\n", "\n", "\r\n", "\"",
                                          "\r", "title", "手", "\xff", "P,t,S,s\n", "\n\n");
        std::string text = *rc::gen::element<std::string>(kHeader, kHeader, "");
        for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) {
            text += part;
        }
        const Import import = import_csv(text);
        RC_ASSERT(import.products.empty() != import.errors.empty());
        RC_ASSERT(import.errors.size() <= 100U);
        for (const Product& product : import.products) RC_ASSERT(complaints(product).empty());
        for (const ImportError& error : import.errors) {
            RC_ASSERT(error.line >= 1U);
            RC_ASSERT(error.column >= 1U);
        }
    }));
}

}  // namespace
}  // namespace sluice::catalog
