// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

namespace sluice::base {
namespace {

std::string encode(std::string_view text) {
    return to_base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::string json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(Base64url, HasTheVectorsOfRfc4648WithoutPadding) {
    const std::pair<const char*, const char*> kVectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : kVectors) {
        EXPECT_EQ(encode(bytes), text);
        EXPECT_EQ(parse_base64url(text), bytes);
    }
    EXPECT_EQ(encode("\xfb\xff\xfe"), "-__-");
}

TEST(Base64url, IsReadBackAsItWasWritten) {
    EXPECT_TRUE(rc::check([](const std::vector<unsigned char>& bytes) {
        const std::string text = to_base64url(bytes);
        RC_ASSERT(parse_base64url(text) == std::string(bytes.begin(), bytes.end()));
        std::vector<unsigned char> out(bytes.size());
        RC_ASSERT(parse_base64url(text, out));
        RC_ASSERT(out == bytes);
        out.push_back(0);
        RC_ASSERT(!parse_base64url(text, out));
    }));
}

TEST(Base64url, HasOneSpellingForEachValue) {
    // Whatever is read is written back as the same text, for all texts of up to three characters.
    constexpr std::string_view kAlphabet = "AQgwBRZz09-_=+/ \n.";
    std::vector<std::string> texts{""};
    for (std::size_t from = 0, size = 1; size <= 3; ++size) {
        const std::size_t to = texts.size();
        for (; from < to; ++from)
            for (const char c : kAlphabet) texts.push_back(texts[from] + c);
    }
    int accepted = 0;
    for (const std::string& text : texts) {
        const auto bytes = parse_base64url(text);
        if (!bytes) continue;
        ++accepted;
        EXPECT_EQ(encode(*bytes), text);
    }
    EXPECT_GT(accepted, 10);
}

TEST(Base64url, RefusesPaddingSpaceAndUnusedBits) {
    for (const char* bad : {"A", "AAAAA", "Zg==", "Zg=", "Z g", "Zg\n", "Zh", "Zm9", "Zm+v", "Zm/v",
                            "Zm9v=", "\xc3\xa4XX"})
        EXPECT_FALSE(parse_base64url(bad)) << bad;
    EXPECT_FALSE(parse_base64url(std::string("Zm\0v", 4)));
}

TEST(JsonString, EscapesWhatJsonDemands) {
    EXPECT_EQ(json(""), R"("")");
    EXPECT_EQ(json("plain text 1"), R"("plain text 1")");
    EXPECT_EQ(json(R"(a"b\c/d)"), R"("a\"b\\c/d")");
    EXPECT_EQ(json("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(json(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
    EXPECT_EQ(json("é 李 😀"), "\"é 李 😀\"");
}

TEST(JsonString, EscapesWhatMisleadsReaders) {
    EXPECT_EQ(json("\xc2\x85|\xe2\x80\xa8|\xe2\x80\xa9"), R"("\u0085|\u2028|\u2029")");
    EXPECT_EQ(json("\xe2\x80\xae|\xe2\x81\xa6"), R"("\u202e|\u2066")");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(json("a\xff"
                   "b"),
              "\"a\xef\xbf\xbd"
              "b\"");
    EXPECT_EQ(json("\xc3"), "\"\xef\xbf\xbd\"");
    // A broken sequence must not swallow the quote behind it.
    EXPECT_EQ(json("\xe6\"x"), "\"\xef\xbf\xbd\\\"x\"");
}

TEST(JsonString, IsOneLineOfCleanTextWhateverIsInIt) {
    EXPECT_TRUE(rc::check([](const std::vector<unsigned char>& bytes) {
        const std::string out = json(std::string(bytes.begin(), bytes.end()));
        RC_ASSERT(is_clean_text(out));
        RC_ASSERT((out.size() >= 2 && out.front() == '"' && out.back() == '"'));
        // Every quote inside is escaped: an odd number of backslashes stands before it.
        std::size_t backslashes = 0;
        for (std::size_t i = 1; i + 1 < out.size(); ++i) {
            if (out[i] == '"') RC_ASSERT(backslashes % 2 == 1);
            backslashes = out[i] == '\\' ? backslashes + 1 : 0;
        }
        RC_ASSERT(backslashes % 2 == 0);
    }));
}

TEST(Html, CannotBreakOutOfTextOrAttributes) {
    EXPECT_EQ(to_html(R"(<a href="x" id='y'>&amp;</a>)"),
              "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
    EXPECT_EQ(to_html("李 & Söhne"), "李 &amp; Söhne");
}

TEST(CsvField, IsQuotedWhenNeeded) {
    EXPECT_EQ(to_csv_field("plain"), "plain");
    EXPECT_EQ(to_csv_field(""), "");
    EXPECT_EQ(to_csv_field("a,b"), R"("a,b")");
    EXPECT_EQ(to_csv_field("a\"b"), R"("a""b")");
    EXPECT_EQ(to_csv_field("a\nb"), "\"a\nb\"");
    EXPECT_EQ(to_csv_field("a\rb"), "\"a\rb\"");
    EXPECT_EQ(to_csv_field(" a"), "\" a\"");
}

TEST(CsvField, IsNeverAFormula) {
    EXPECT_EQ(to_csv_field("=1+1"), "'=1+1");
    EXPECT_EQ(to_csv_field("+86 10"), "'+86 10");
    EXPECT_EQ(to_csv_field("-5"), "'-5");
    EXPECT_EQ(to_csv_field("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(to_csv_field("=HYPERLINK(\"http://x\",\"y\")"),
              R"csv("'=HYPERLINK(""http://x"",""y"")")csv");
    EXPECT_EQ(to_csv_field("\t=1"), "\"'\t=1\"");
    EXPECT_EQ(to_csv_field("\r=1"), "\"'\r=1\"");
    EXPECT_EQ(to_csv_field("a=1"), "a=1");
}

TEST(CsvField, IsReadBackAsOneField) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const std::string field = to_csv_field(text);
        if (field.starts_with('"')) {
            std::string inside;
            for (std::size_t i = 1; i + 1 < field.size(); ++i) {
                inside += field[i];
                if (field[i] != '"') continue;
                ++i;
                RC_ASSERT((i + 1 < field.size() && field[i] == '"'));
            }
            RC_ASSERT((inside == text || inside == "'" + text));
        } else {
            RC_ASSERT(field.find_first_of(",\"\r\n") == std::string::npos);
            RC_ASSERT((field == text || field == "'" + text));
        }
    }));
}

TEST(CleanText, IsWellFormedUtf8) {
    for (const char* good :
         {"", "plain", "é", "李", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xdf\xbf", "\xe0\xa0\x80", "\xf0\x90\x80\x80", "ab cd"})
        EXPECT_TRUE(is_clean_text(good)) << good;
    const std::pair<const char*, const char*> kBad[] = {
        {"\x80", "a continuation alone"},
        {"\xbf", "a continuation alone"},
        {"\xc3", "cut after the first byte"},
        {"\xe6\x9d", "cut after the second byte"},
        {"\xf0\x9f\x98", "cut after the third byte"},
        {"\xc0\xaf", "overlong slash in two bytes"},
        {"\xc1\xbf", "overlong in two bytes"},
        {"\xe0\x80\xaf", "overlong slash in three bytes"},
        {"\xe0\x9f\xbf", "overlong in three bytes"},
        {"\xf0\x80\x80\xaf", "overlong slash in four bytes"},
        {"\xf0\x8f\xbf\xbf", "overlong in four bytes"},
        {"\xed\xa0\x80", "the first surrogate"},
        {"\xed\xbf\xbf", "the last surrogate"},
        {"\xed\xa0\xbd\xed\xb8\x80", "a pair of surrogates"},
        {"\xf4\x90\x80\x80", "above U+10FFFF"},
        {"\xf5\x80\x80\x80", "above U+10FFFF"},
        {"\xff", "never a byte of UTF-8"},
        {"\xfe", "never a byte of UTF-8"},
        {"\xc3(", "no continuation"},
        {"\xe6\x9d(", "no second continuation"},
    };
    for (const auto& [bad, why] : kBad) {
        EXPECT_FALSE(is_clean_text(bad)) << why;
        EXPECT_FALSE(is_clean_text(std::string("x") + bad + "y")) << why;
    }
}

TEST(CleanText, HasNoControlCharacters) {
    for (int c = 0; c < 0x20; ++c)
        EXPECT_FALSE(is_clean_text(std::string(1, static_cast<char>(c)))) << c;
    EXPECT_FALSE(is_clean_text("\x7f"));
    EXPECT_FALSE(is_clean_text("\xc2\x80"));
    EXPECT_FALSE(is_clean_text("\xc2\x9f"));
    EXPECT_TRUE(is_clean_text("\xc2\xa0"));
    EXPECT_FALSE(is_clean_text("\xe2\x80\xa8"));
    EXPECT_FALSE(is_clean_text("user\xe2\x80\xaetxt.exe"));
    EXPECT_TRUE(is_clean_text("two\nlines\tand a tab", true));
    EXPECT_FALSE(is_clean_text("a carriage\rreturn", true));
    EXPECT_FALSE(is_clean_text("two\nlines"));
}

TEST(CleanText, MayHaveEmojiAndMarksOfRightToLeftWritingButNothingThatTurnsALineAround) {
    const std::string family = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7";  // with a joiner
    const std::string marked = "\xe2\x80\x8f\xd7\xa7\xd7\x95\xd7\x9e";
    for (const std::string& good : {family, marked}) {
        EXPECT_TRUE(is_clean_text(good)) << good;
        EXPECT_FALSE(turns_around(good)) << good;
        EXPECT_FALSE(is_blank(good)) << good;
    }
    for (const char* bad : {"\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"}) {
        EXPECT_TRUE(turns_around(std::string("a") + bad + "b")) << bad;
        EXPECT_FALSE(is_clean_text(bad)) << bad;
    }
    EXPECT_FALSE(turns_around("\xff\x01 plain"));
}

TEST(Blank, IsWhatNobodyCanSee) {
    for (const char* blank : {"", " \t\n", "\xe2\x80\x8b", "\xc2\xa0\xe3\x80\x80", "\xef\xbb\xbf",
                              "\xe2\x80\x8f\xe2\x81\xa0", "\xe3\x85\xa4"})
        EXPECT_TRUE(is_blank(blank)) << blank;
    for (const char* seen : {"a", " .", "\xe2\x80\x8b\xe6\x9d\x8e", "\xff"})
        EXPECT_FALSE(is_blank(seen)) << seen;
}

TEST(CodePoints, AreCountedNotBytes) {
    EXPECT_EQ(code_points(""), 0U);
    EXPECT_EQ(code_points("abc"), 3U);
    EXPECT_EQ(code_points("é李😀"), 3U);
}

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("hold_ms", "hold_ms_max"), 4U);
    EXPECT_EQ(edit_distance("flaw", "lawn"), 2U);
}

TEST(EditDistance, IsADistance) {
    const auto word = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab")));
    EXPECT_TRUE(rc::check([&] {
        const std::string a = *word;
        const std::string b = *word;
        const std::string c = *word;
        RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
        RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
        RC_ASSERT(edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c));
        RC_ASSERT(edit_distance(a, a + "x") == 1U);
    }));
}

}  // namespace
}  // namespace sluice::base
