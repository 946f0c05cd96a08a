// SPDX-License-Identifier: Apache-2.0
#include "command/config_edit.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config.h"

namespace sluice::command {
namespace {

std::string edit(std::string_view text, std::uint64_t limit = 41) {
    const auto edited = with_purchase_limit(text, "sluice.toml", limit);
    return edited ? *edited : "error: " + edited.error().what;
}

TEST(ConfigEdit, ChangesTheLineOrAddsIt) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        // The option is there: only its value changes.
        {"[gates]\npurchases_per_second = 0\n", "[gates]\npurchases_per_second = 41\n"},
        {"[gates]\r\n\tpurchases_per_second=1.5e3# why\r\nuser_burst = 3\r\n",
         "[gates]\r\n\tpurchases_per_second=41# why\r\nuser_burst = 3\r\n"},
        {"[ gates ] # x\n\"purchases_per_second\" = 7",
         "[ gates ] # x\n\"purchases_per_second\" = 41"},
        {"gates.purchases_per_second = 7\n[public]\nport = 1\n",
         "gates.purchases_per_second = 41\n[public]\nport = 1\n"},
        {"[gates]\n# purchases_per_second = 9\npurchases_per_second = 8 # of 10\n",
         "[gates]\n# purchases_per_second = 9\npurchases_per_second = 41 # of 10\n"},
        // The section is there: the line follows its last option.
        {"[gates]\nuser_burst = 3\n\n# console\n[console]\nport = 1\n",
         "[gates]\nuser_burst = 3\npurchases_per_second = 41\n\n# console\n[console]\nport = 1\n"},
        {"[gates]\n[console]\nport = 1\n",
         "[gates]\npurchases_per_second = 41\n[console]\nport = 1\n"},
        {"[gates]", "[gates]\npurchases_per_second = 41\n"},
        {"[gates]\nuser_burst = 3", "[gates]\nuser_burst = 3\npurchases_per_second = 41\n"},
        {"gates.user_burst = 3\n[public]\nport = 1\n",
         "gates.user_burst = 3\ngates.purchases_per_second = 41\n[public]\nport = 1\n"},
        // Neither: the section is put at the end.
        {"", "[gates]\npurchases_per_second = 41\n"},
        {"log_level = \"warn\"", "log_level = \"warn\"\n\n[gates]\npurchases_per_second = 41\n"},
        {"[public]\r\nport = 1\r\n",
         "[public]\r\nport = 1\r\n\r\n[gates]\r\npurchases_per_second = 41\r\n"},
        {"[public]\npublish_dir = \"a#[gates]\"\n",
         "[public]\npublish_dir = \"a#[gates]\"\n\n[gates]\npurchases_per_second = 41\n"},
    };
    for (const auto& [before, after] : rows) EXPECT_EQ(edit(before), after) << before;
}

TEST(ConfigEdit, RefusesWhatItDoesNotUnderstand) {
    const std::string_view rows[] = {
        "gates = { user_burst = 3 }\n",
        "gates = { purchases_per_second = 3 }\n",
        "[public]\npublish_dir = \"\"\"\n[gates]\npurchases_per_second = 3\n\"\"\"\n",
    };
    for (const std::string_view text : rows)
        EXPECT_EQ(edit(text),
                  "error: cannot edit sluice.toml: [gates] is written in a way that this command "
                  "does not know; put `purchases_per_second = 41` there by hand")
            << text;
    EXPECT_EQ(edit("[gates]\nuser_brust = 3\n"),
              "error: sluice.toml:2:1: unknown option `gates.user_brust`; did you mean "
              "`gates.user_burst`?");
    EXPECT_NE(edit("[gates\n").find("error: sluice.toml:1:"), std::string::npos);
    EXPECT_NE(edit("", 99'000'000).find("error"), std::string::npos) << "out of its range";
}

TEST(ConfigEdit, LeavesEverythingElseAsItIs) {
    EXPECT_TRUE(rc::check([] {
        // Whole files from pieces, in any order and spelling.
        std::vector<std::string> pieces{"[public]\nport = 1\n",
                                        "[console]\n\nport=2 # c\n",
                                        "# [gates]\n",
                                        "[sale]\nnode = 3\n",
                                        "\n",
                                        "  \t\n",
                                        "[jwt]\nissuer = \"[gates]\"\n"};
        const auto gates = *rc::gen::element<std::string>(
            "", "[gates]\n", "[gates]\nuser_burst = 3\n", "  [gates] # g\nuser_burst=3\n\n",
            "[gates]\npurchases_per_second = 0 # p\n", "[gates]\npurchases_per_second=12.5\n");
        pieces.push_back(gates);
        std::string text;
        for (std::size_t left = pieces.size(); left > 0; --left) {
            const auto at = *rc::gen::inRange<std::size_t>(0, left);
            text += pieces[at];
            pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at));
        }
        if (*rc::gen::arbitrary<bool>()) text.pop_back();  // no line end at the end
        const auto limit = *rc::gen::inRange<std::uint64_t>(1, 10'000'000);
        const auto edited = with_purchase_limit(text, "f", limit);
        RC_ASSERT(edited.has_value());
        RC_ASSERT(with_purchase_limit(*edited, "f", limit).value_or("") == *edited);
        // Without what the difference tells of, both are the same.
        std::string rest = *edited;
        const std::string option = "purchases_per_second";
        if (text.find(option) == text.npos) {
            const std::size_t at = rest.find(option);
            rest.erase(at, rest.find('\n', at) + 1 - at);
            if (gates.empty()) rest.erase(rest.rfind("\n[gates]\n"));
            if (!text.ends_with('\n') && rest.ends_with('\n')) rest.pop_back();
        } else {
            const auto value_at = [&option](const std::string& in) {
                return in.find_first_not_of(" =", in.find(option) + option.size());
            };
            const std::size_t old_at = value_at(text);
            const std::size_t old_end = std::min(text.find_first_of(" \n", old_at), text.size());
            rest.replace(value_at(rest), std::to_string(limit).size(),
                         text.substr(old_at, old_end - old_at));
        }
        RC_ASSERT(rest == text);
    }));
}

TEST(ConfigEdit, EditsTheFileWithEveryOption) {
    Config config;
    const std::string before = to_toml(config);
    config.gates.purchase_rate.per_second = 41;
    EXPECT_EQ(edit(before), to_toml(config));
    EXPECT_EQ(line_difference(before, edit(before)),
              "-purchases_per_second = 0\n+purchases_per_second = 41\n");
    EXPECT_EQ(line_difference("a\nb\n", "a\nx\nb\n"), "+x\n");
    EXPECT_EQ(line_difference("a\n", "a\n"), "");
}

}  // namespace
}  // namespace sluice::command
