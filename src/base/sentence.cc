// SPDX-License-Identifier: Apache-2.0
#include "base/sentence.h"

#include "base/check.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::base {

Sentence said(std::string_view code, std::string_view english,
              std::vector<Sentence::Value> values) {
    Sentence sentence;
    std::size_t from = 0;
    for (Sentence::Value& value : values) {
        if (!value.name.empty()) continue;  // the code of a cause
        const Hole hole = next_hole(english, from);
        CHECK(hole.size > 0);  // `say` has counted them
        value.name = hole.name;
        sentence.text_ += english.substr(from, hole.at - from);
        sentence.text_ += value.text;
        from = hole.at + hole.size;
    }
    sentence.text_ += english.substr(from);
    sentence.code_ = code;
    sentence.values_ = std::move(values);
    return sentence;
}

void append_json_code(std::string& out, const Sentence& sentence, std::string_view code_name) {
    if (sentence.empty()) return;
    append_json_string(out, code_name);
    out += ':';
    append_json_string(out, sentence.code());
    if (sentence.values().empty()) return;
    out += ",\"values\":{";
    bool is_first = true;
    for (const Sentence::Value& value : sentence.values()) {
        if (!is_first) out += ',';
        is_first = false;
        append_json_string(out, value.name);
        out += ':';
        if (value.is_number)
            out += value.text;
        else
            append_json_string(out, value.text);
    }
    out += '}';
}

std::string to_json(const Sentence& sentence) {
    std::string out = "{";
    append_json_code(out, sentence);
    out += out.size() > 1 ? ",\"detail\":" : "\"detail\":";
    append_json_string(out, sentence.text());
    return out + '}';
}

std::string joined(const std::vector<Sentence>& sentences) {
    std::string text;
    for (const Sentence& sentence : sentences) text += (text.empty() ? "" : " ") + sentence.text();
    return text;
}

}  // namespace sluice::base
