// SPDX-License-Identifier: Apache-2.0
#include "api/admin/json_text.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace sluice::api::admin {

void JsonText::comma() {
    if (!first_) out_ += ',';
    first_ = false;
}

void JsonText::name(std::string_view name) {
    comma();
    base::append_json_string(out_, name);
    out_ += ':';
}

JsonText& JsonText::open() {
    comma();
    out_ += '{';
    first_ = true;
    ++depth_;
    return *this;
}

JsonText& JsonText::open(std::string_view field) {
    name(field);
    first_ = true;
    return open();
}

JsonText& JsonText::close() {
    out_ += '}';
    first_ = false;
    --depth_;
    return *this;
}

JsonText& JsonText::open_list() {
    comma();
    out_ += '[';
    first_ = true;
    ++depth_;
    return *this;
}

JsonText& JsonText::open_list(std::string_view field) {
    name(field);
    first_ = true;
    return open_list();
}

JsonText& JsonText::close_list() {
    out_ += ']';
    first_ = false;
    --depth_;
    return *this;
}

JsonText& JsonText::text(std::string_view field, std::string_view value) {
    name(field);
    base::append_json_string(out_, value);
    return *this;
}

JsonText& JsonText::flag(std::string_view field, bool value) {
    return raw(field, value ? "true" : "false");
}

JsonText& JsonText::real(std::string_view field, double value) {
    return raw(field, std::isfinite(value) ? fmt::format("{:.3f}", value) : "");
}

JsonText& JsonText::time(std::string_view field, base::Instant value) {
    return value ? text(field, base::to_rfc3339(value)) : *this;
}

JsonText& JsonText::money(std::string_view field, const base::Money& value) {
    return raw(field, base::to_json(value));
}

JsonText& JsonText::raw(std::string_view field, std::string_view json) {
    if (json.empty()) return *this;
    name(field);
    out_ += json;
    return *this;
}

JsonText& JsonText::raw(std::string_view json) {
    CHECK(!json.empty());
    comma();
    out_ += json;
    return *this;
}

JsonText& JsonText::element(std::string_view value) {
    comma();
    base::append_json_string(out_, value);
    return *this;
}

std::string JsonText::take() {
    CHECK(depth_ == 0);
    first_ = true;
    return std::exchange(out_, {});
}

}  // namespace sluice::api::admin
