// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/sentences.h"

namespace sluice::base {
namespace {

TEST(Sentence, HasACodeItsValuesAndTheEnglish) {
    const Sentence sentence = say("csv_title_differs", "P-1", "red {most}", 7, std::string("blue"));
    EXPECT_EQ(sentence.code(), "csv_title_differs");
    EXPECT_EQ(sentence.text(),
              "The product P-1 is \"red {most}\" in line 7 and \"blue\" here. Write the same title "
              "in all its rows.")
        << "a value is put in as it is";
    ASSERT_EQ(sentence.values().size(), 4U);
    EXPECT_EQ(sentence.values()[2].name, "line");
    EXPECT_TRUE(sentence.values()[2].is_number);
    EXPECT_FALSE(sentence.values()[3].is_number);
}

TEST(Sentence, SaysTimesAndFractionsAsTheWireHasThem) {
    EXPECT_EQ(to_json(say("ledger_is", 7U, Instant{1000}, 1.25)),
              R"({"code":"ledger_is","values":{"records":7,"at":"1970-01-01T00:00:01.000Z",)"
              R"("commit":1.2},"detail":"7 records, the last one at 1970-01-01T00:00:01.000Z; )"
              R"(99 of 100 commits took at most 1.2 ms."})");
}

TEST(Sentence, TakesTheCodeOfACauseAlong) {
    const Error why = failure(ErrorCode::full, say("store_full")).error();
    EXPECT_EQ(to_json(say("provider_silent", Error{why.code, "SQLite error 13", why.sentence})),
              R"({"code":"provider_silent","values":{"why":"SQLite error 13",)"
              R"("why_code":"store_full"},)"
              R"("detail":"The payment provider does not answer: SQLite error 13"})");
    EXPECT_EQ(to_json(say("provider_silent", Error{ErrorCode::full, "timed out"})),
              to_json(say("provider_silent", "timed out")));
}

TEST(Sentence, LeavesOutWhatItHasNot) {
    EXPECT_EQ(to_json(say("required")), R"({"code":"required","detail":"is required."})");
    EXPECT_TRUE(Sentence().empty());
    EXPECT_EQ(to_json(Sentence()), R"({"detail":""})");
    std::string out;
    append_json_code(out, Sentence());
    EXPECT_EQ(out, "");
}

TEST(Sentence, StandsBehindAnother) {
    EXPECT_EQ(joined({say("no_items"), say("over")}), "It sells nothing. It is over.");
    EXPECT_EQ(joined({}), "");
}

TEST(Sentences, HaveDifferentCodesThatProgramsCanRead) {
    std::set<std::string_view> codes;
    for (const auto& [code, english] : kSentences) {
        EXPECT_TRUE(codes.insert(code).second) << code << " comes twice";
        EXPECT_FALSE(english.empty()) << code;
        EXPECT_TRUE(std::ranges::all_of(code, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        })) << code;
    }
    EXPECT_GT(codes.size(), 150U);
}

TEST(Sentences, HaveEachHoleOnce) {
    for (const auto& [code, english] : kSentences) {
        std::set<std::string_view> names;
        for (Hole hole = next_hole(english, 0); hole.size > 0;
             hole = next_hole(english, hole.at + hole.size))
            EXPECT_TRUE(names.insert(hole.name).second)
                << code << " has {" << hole.name << "} twice";
    }
}

TEST(Sentences, TakeOnlyNamesInBracesForHoles) {
    EXPECT_EQ(next_hole("{\"code\":…} {} {A} {a", 0).size, 0U);
    EXPECT_EQ(next_hole("{{code}", 0).name, "code");
}

}  // namespace
}  // namespace sluice::base
