// SPDX-License-Identifier: Apache-2.0
// Sentence: something that the server says to a person: a stable code, the values in it, and its
// English words. The wire carries all three; a program decides by the code, and the console says it
// in the language of its reader. Only `say` makes one (base/sentences.h), so no code is unknown.
// Threads: any; a plain value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::base {

class Sentence {
   public:
    struct Value {
        std::string_view name;   ///< of a hole in the table
        std::string text;        ///< decimal digits if it is a number
        bool is_number = false;  ///< on the wire without quotes
    };

    /// Nothing is said.
    Sentence() = default;

    [[nodiscard]] bool empty() const { return code_.empty(); }
    [[nodiscard]] std::string_view code() const { return code_; }
    [[nodiscard]] const std::vector<Value>& values() const { return values_; }
    /// In English, the values filled in; "" if nothing is said.
    [[nodiscard]] const std::string& text() const { return text_; }

   private:
    friend Sentence said(std::string_view code, std::string_view english,
                         std::vector<Value> values);

    std::string_view code_;  // of the table, which lives as long as the program
    std::vector<Value> values_;
    std::string text_;
};

/// Behind `say`: fills `{name}` after `{name}` of `english` with the values, which get these names.
[[nodiscard]] Sentence said(std::string_view code, std::string_view english,
                            std::vector<Sentence::Value> values);

/// `"<code_name>":"…","values":{…}`; without values only the code. Nothing for an empty one.
void append_json_code(std::string& out, const Sentence& sentence,
                      std::string_view code_name = "code");

/// `{"code":"…","values":{…},"detail":"…"}`
[[nodiscard]] std::string to_json(const Sentence& sentence);

/// All of them in English, one behind the other.
[[nodiscard]] std::string joined(const std::vector<Sentence>& sentences);

}  // namespace sluice::base
