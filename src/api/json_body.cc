// SPDX-License-Identifier: Apache-2.0
#include "api/json_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "base/json_keys.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::api {

namespace json = boost::json;
using base::say;
using base::to_pointer_token;

namespace {

/// An object of the body that somebody reads, and the keys that were asked for.
struct Opened {
    const json::object* object = nullptr;  // nullptr: it was missing or no object; told already
    std::string pointer;
    std::vector<std::string> asked;
};

constexpr std::size_t kComplaintsMax = 50;  // nobody repairs more at once
constexpr std::size_t kKeyShownMax = 64;    // bytes of a key that is not ours, when it is named

}  // namespace

struct JsonReader::Inside {
    // Most bodies are small: they are parsed without asking the heap.
    std::array<unsigned char, 2048> buffer;
    json::monotonic_resource memory{buffer.data(), buffer.size()};
    json::value value = json::value(json::storage_ptr(&memory));
    std::vector<Opened> opened;
    std::vector<http::FieldError> complaints;

    std::size_t open(const json::object* object, std::string pointer) {
        opened.push_back({object, std::move(pointer), {}});
        return opened.size() - 1;
    }

    /// The value of a key, which counts as asked for; nullptr if it is missing or null.
    const json::value* find(std::size_t number, std::string_view key) {
        Opened& from = opened[number];
        if (std::ranges::find(from.asked, key) == from.asked.end()) from.asked.emplace_back(key);
        if (from.object == nullptr) return nullptr;
        const json::value* found = from.object->if_contains(json::string_view(key));
        return found == nullptr || found->is_null() ? nullptr : found;
    }

    void complain(std::size_t number, std::string_view key, base::Sentence what) {
        complaints.push_back(
            {opened[number].pointer + "/" + to_pointer_token(key), std::move(what)});
    }

    /// The same, but a missing key is a complaint.
    const json::value* need(std::size_t number, std::string_view key) {
        const json::value* found = find(number, key);
        if (found == nullptr && opened[number].object != nullptr)
            complain(number, key, say("required"));
        return found;
    }
};

bool JsonReader::has(std::string_view key) const { return inside_->find(number_, key) != nullptr; }

void JsonReader::complain(std::string_view key, base::Sentence what) const {
    inside_->complain(number_, key, std::move(what));
}

bool JsonReader::is_wrong(std::string_view key) const {
    const std::string asked = pointer(key);
    return std::ranges::any_of(inside_->complaints,
                               [&](const http::FieldError& each) { return each.pointer == asked; });
}

void JsonReader::complain_about_id(std::string_view key) const { complain(key, say("not_an_id")); }

std::string JsonReader::pointer(std::string_view key) const {
    return inside_->opened[number_].pointer + "/" + to_pointer_token(key);
}

std::string JsonReader::text(std::string_view key, TextRule rule) const {
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return {};
    const json::string* string = found->if_string();
    if (string == nullptr) {
        complain(key, say("not_a_text"));
        return {};
    }
    std::string text(string->data(), string->size());
    if (base::turns_around(text)) {
        complain(key, say("turns_around"));
        return {};
    }
    if (!base::is_clean_text(text, rule.lines)) {
        complain(key, rule.lines ? say("not_clean") : say("not_one_line"));
        return {};
    }
    const std::size_t length = base::code_points(text);
    if (length < rule.least || length > rule.most) {
        complain(key,
                 length == 0 ? say("empty") : say("wrong_length", rule.least, rule.most, length));
        return {};
    }
    return text;
}

std::int64_t JsonReader::number(std::string_view key, std::int64_t least, std::int64_t most) const {
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return 0;
    // A number past 64 bits is a double to the parser; it is out of range, as any fraction is.
    const std::int64_t* whole = found->if_int64();
    if (whole == nullptr || *whole < least || *whole > most) {
        complain(key, say("out_of_range", least, most));
        return 0;
    }
    return *whole;
}

bool JsonReader::flag(std::string_view key) const {
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return false;
    const bool* flag = found->if_bool();
    if (flag == nullptr) complain(key, say("not_a_flag"));
    return flag != nullptr && *flag;
}

base::Instant JsonReader::instant(std::string_view key) const {
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return {};
    const json::string* string = found->if_string();
    const auto at = base::parse_rfc3339(
        string == nullptr ? std::string_view() : std::string_view(string->data(), string->size()));
    if (at) return *at;
    complain(key, at.error() == base::NoTime::malformed
                      ? say("not_a_time")
                      : say("time_out_of_range", base::kYearMin, base::kYearMax));
    return {};
}

base::Money JsonReader::money(std::string_view key, std::int64_t least) const {
    const JsonReader inner = object(key);
    base::Money money;
    money.amount = inner.number("amount", least, base::kAmountMax);
    const std::string letters = inner.text("currency", {0, 16, false});
    if (const auto currency = base::parse_currency(letters))
        money.currency = *currency;
    else if (!letters.empty())
        inner.complain("currency", say("not_a_currency"));
    return money;
}

std::size_t JsonReader::choice(std::string_view key,
                               std::initializer_list<std::string_view> choices) const {
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return 0;
    if (const json::string* string = found->if_string()) {
        const std::string_view text(string->data(), string->size());
        const auto at = std::ranges::find(choices, text);
        if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
    }
    complain(key, say("not_a_choice", fmt::format("{}", fmt::join(choices, ", "))));
    return 0;
}

std::string JsonReader::id_text(std::string_view key) const {
    const json::value* found = inside_->need(number_, key);
    const json::string* string = found == nullptr ? nullptr : found->if_string();
    return string == nullptr ? std::string() : std::string(string->data(), string->size());
}

JsonReader JsonReader::object(std::string_view key) const {
    const json::value* found = inside_->need(number_, key);
    const json::object* object = found == nullptr ? nullptr : found->if_object();
    if (found != nullptr && object == nullptr) complain(key, say("not_an_object"));
    return {inside_, inside_->open(object, pointer(key))};
}

std::vector<JsonReader> JsonReader::objects(std::string_view key, std::size_t most) const {
    std::vector<JsonReader> readers;
    const json::value* found = inside_->need(number_, key);
    if (found == nullptr) return readers;
    const json::array* array = found->if_array();
    if (array == nullptr || array->size() > most) {
        complain(key, say("not_objects", most));
        return readers;
    }
    const std::string path = pointer(key);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const json::object* object = (*array)[i].if_object();
        const std::string element = fmt::format("{}/{}", path, i);
        if (object == nullptr) inside_->complaints.push_back({element, say("not_an_object")});
        readers.emplace_back(inside_, inside_->open(object, element));
    }
    return readers;
}

std::optional<std::string> JsonReader::maybe_text(std::string_view key, TextRule rule) const {
    if (!has(key)) return std::nullopt;
    return text(key, rule);
}
std::optional<std::int64_t> JsonReader::maybe_number(std::string_view key, std::int64_t least,
                                                     std::int64_t most) const {
    if (!has(key)) return std::nullopt;
    return number(key, least, most);
}
std::optional<bool> JsonReader::maybe_flag(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    return flag(key);
}
std::optional<base::Instant> JsonReader::maybe_instant(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    return instant(key);
}
std::optional<base::Money> JsonReader::maybe_money(std::string_view key, std::int64_t least) const {
    if (!has(key)) return std::nullopt;
    return money(key, least);
}
std::optional<std::size_t> JsonReader::maybe_choice(
    std::string_view key, std::initializer_list<std::string_view> choices) const {
    if (!has(key)) return std::nullopt;
    return choice(key, choices);
}
std::vector<JsonReader> JsonReader::maybe_objects(std::string_view key, std::size_t most) const {
    if (!has(key)) return {};
    return objects(key, most);
}

JsonBody::JsonBody(std::string_view text, Empty empty)
    : inside_(std::make_unique<JsonReader::Inside>()) {
    const json::object* object = nullptr;
    if (text.empty() && empty == Empty::allowed) {
        object = &inside_->value.emplace_object();
    } else if (text.empty()) {
        inside_->complaints.push_back({"", say("body_empty")});
    } else {
        json::parse_options options;
        options.max_depth = kJsonDepthMax;
        json::error_code failed;
        inside_->value = json::parse(text, failed, &inside_->memory, options);
        object = failed ? nullptr : inside_->value.if_object();
        if (failed == json::error::too_deep)
            inside_->complaints.push_back({"", say("body_too_deep", kJsonDepthMax)});
        else if (failed)
            inside_->complaints.push_back({"", say("body_not_json", failed.message())});
        else if (object == nullptr)
            inside_->complaints.push_back({"", say("body_not_object")});
        else if (const std::string twice = base::find_repeated_key(text); !twice.empty()) {
            inside_->complaints.push_back({"", say("body_key_twice", twice)});
            object = nullptr;  // which of the two is meant nobody knows
        }
    }
    inside_->open(object, "");
}

JsonBody::~JsonBody() = default;

JsonReader JsonBody::root() const { return {inside_.get(), 0}; }

namespace {

/// `"quantitty" is not known here; did you mean "quantity"?`
base::Sentence complaint_about_unknown(std::string_view key,
                                       const std::vector<std::string>& asked) {
    const auto nearest = std::ranges::min_element(
        asked, {}, [&](const std::string& known) { return base::edit_distance(key, known); });
    if (nearest == asked.end() || base::edit_distance(key, *nearest) > 2) return say("unknown_key");
    return say("unknown_key_near", *nearest);
}

/// True if one is the other, or a part of it.
bool is_about_same(std::string_view one, std::string_view other) {
    if (one.size() > other.size()) std::swap(one, other);
    return other.starts_with(one) && (other.size() == one.size() || other[one.size()] == '/');
}

}  // namespace

std::vector<http::FieldError> JsonBody::complaints() const {
    std::vector<http::FieldError> all = inside_->complaints;
    if (all.size() > kComplaintsMax) all.resize(kComplaintsMax);
    for (const Opened& opened : inside_->opened) {
        if (opened.object == nullptr) continue;
        for (const auto& member : *opened.object) {
            const std::string_view key(member.key().data(), member.key().size());
            if (all.size() >= kComplaintsMax) return all;
            if (std::ranges::find(opened.asked, key) != opened.asked.end()) continue;
            const std::string_view shown = key.substr(0, kKeyShownMax);
            all.push_back({opened.pointer + "/" + to_pointer_token(shown),
                           complaint_about_unknown(shown, opened.asked)});
        }
    }
    return all;
}

std::optional<http::Response> JsonBody::refusal(const std::vector<http::FieldError>& values) const {
    std::vector<http::FieldError> all = complaints();
    if (all.empty()) return std::nullopt;
    if (all.size() == 1 && all[0].pointer.empty()) return http::invalid(std::move(all[0].what));
    const std::size_t own = all.size();
    for (const http::FieldError& value : values) {
        const auto end = all.begin() + static_cast<std::ptrdiff_t>(own);
        const bool told = std::any_of(all.begin(), end, [&](const http::FieldError& each) {
            return is_about_same(each.pointer, value.pointer);
        });
        if (!told) all.push_back(value);
    }
    return http::invalid("Some fields of the body are missing, wrong or not known; see errors.",
                         std::move(all));
}

namespace {

void skip_blanks(std::string_view& text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// Takes `word` and the blanks behind it.
bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    skip_blanks(text);
    return true;
}

/// Takes a quotation mark alone: what follows it counts.
bool take_quote(std::string_view& text) {
    if (!text.starts_with('"')) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<std::int64_t> sole_number(std::string_view text, std::string_view key) noexcept {
    constexpr std::size_t kDigitsMax = 9;
    skip_blanks(text);
    if (!take(text, "{") || !take_quote(text) || !text.starts_with(key)) return std::nullopt;
    text.remove_prefix(key.size());
    if (!take(text, "\"") || !take(text, ":")) return std::nullopt;
    std::int64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits)
        if (digits < kDigitsMax) number = number * 10 + (text[digits] - '0');
    const bool is_padded = digits > 1 && text.front() == '0';
    if (digits == 0 || digits > kDigitsMax || is_padded) return std::nullopt;
    text.remove_prefix(digits);
    skip_blanks(text);
    if (!take(text, "}") || !text.empty()) return std::nullopt;
    return number;
}

}  // namespace sluice::api
