// SPDX-License-Identifier: Apache-2.0
#include "api/admin/difference.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

namespace sluice::api::admin {

namespace json = boost::json;

namespace {

bool is_row(const json::value& value) { return value.is_object() && !value.get_object().empty(); }

bool is_same_row(const json::value& before, const json::value& after) {
    if (!is_row(before) || !is_row(after)) return false;
    const auto& was = *before.get_object().begin();
    const auto& is = *after.get_object().begin();
    return was.key() == is.key() && was.value() == is.value();
}

std::optional<json::array> changed_rows(const json::array& before, const json::array& after) {
    if (!std::ranges::equal(before, after, is_same_row)) return std::nullopt;
    json::array rows;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const json::object& row = after[i].get_object();
        const auto changed = difference(before[i].get_object(), row);
        if (!changed) return std::nullopt;
        if (changed->empty()) continue;
        json::object told;
        told.emplace(row.begin()->key(), row.begin()->value());
        for (const auto& member : *changed) told.emplace(member.key(), member.value());
        rows.emplace_back(std::move(told));
    }
    return rows;
}

}  // namespace

std::optional<json::object> difference(const json::object& before, const json::object& after) {
    const auto is_gone = [&](const auto& member) { return !after.contains(member.key()); };
    if (std::ranges::any_of(before, is_gone)) return std::nullopt;
    json::object changed;
    for (const auto& [name, value] : after) {
        const json::value* old = before.if_contains(name);
        if (old != nullptr && *old == value) continue;
        if (old != nullptr && old->is_object() && value.is_object()) {
            auto inside = difference(old->get_object(), value.get_object());
            if (!inside) return std::nullopt;
            changed.emplace(name, std::move(*inside));
        } else if (old != nullptr && old->is_array() && value.is_array()) {
            auto rows = changed_rows(old->get_array(), value.get_array());
            if (!rows) return std::nullopt;
            changed.emplace(name, std::move(*rows));
        } else {
            changed.emplace(name, value);
        }
    }
    return changed;
}

}  // namespace sluice::api::admin
