// SPDX-License-Identifier: Apache-2.0
// Changes: what an activity has that the version approved last had not, or the first one if none
// was approved. The audit log keeps both versions whole, so nothing else has to.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"

namespace sluice::api::admin {

namespace {

namespace json = boost::json;

constexpr std::size_t kEntriesPerRead = 200;
constexpr std::size_t kReadsMax = 50;  // ten thousand entries of one activity, then we give up

/// A version of the activity that the audit log has kept.
struct Kept {
    account::AuditEntry entry;
    json::object whole;
};

std::optional<Kept> kept_in(const account::AuditEntry& entry) {
    json::error_code failed;
    json::value after = json::parse(entry.after, failed);
    if (failed || !after.is_object() || !after.get_object().contains("items")) return std::nullopt;
    return Kept{entry, std::move(after.get_object())};
}

/// The approval that was last, else the first version there was.
base::Result<std::optional<Kept>> last_approved_or_first(App& app, base::ActivityId id) {
    std::optional<Kept> oldest;
    std::uint64_t before = 0;
    for (std::size_t reads = 0; reads < kReadsMax; ++reads) {
        const auto entries = app.accounts.audit(
            before, account::about("activity/" + base::to_text(id)), kEntriesPerRead);
        if (!entries) return std::unexpected(entries.error());
        for (const account::AuditEntry& entry : *entries) {
            auto kept = kept_in(entry);
            if (kept && entry.action == "activity.approve") return kept;
            if (kept) oldest = std::move(kept);
        }
        if (entries->size() < kEntriesPerRead) break;
        before = entries->back().seq;
    }
    return oldest;
}

// What the steps of its life change is no change of the activity.
constexpr std::array<std::string_view, 9> kBookkeeping = {
    "id",          "state",   "created_by", "submitted_by", "reviewed_by",
    "review_note", "version", "created_at", "updated_at"};

/// Writes the differences of two objects, field by field.
class Differences {
   public:
    explicit Differences(JsonText& out) : out_(out) {}

    void compare(const json::object& before, const json::object& after) {
        compare_fields("", "", before, after);
        const json::array was = items_of(before);
        const json::array is = items_of(after);
        for (std::size_t at = 0; at < is.size(); ++at) {
            const auto* known = find(was, sku_of(is[at]));
            const std::string path = "/items/" + std::to_string(at);
            if (known == nullptr)
                write(path, sku_of(is[at]), nullptr, &is[at]);
            else
                compare_fields(path, sku_of(is[at]), known->get_object(), is[at].get_object());
        }
        for (std::size_t at = 0; at < was.size(); ++at)
            if (find(is, sku_of(was[at])) == nullptr)
                write("/items/" + std::to_string(at), sku_of(was[at]), &was[at], nullptr);
        compare_order(was, is);
    }

   private:
    static json::array items_of(const json::object& activity) {
        const json::value* items = activity.if_contains("items");
        return items != nullptr && items->is_array() ? items->get_array() : json::array();
    }
    static std::string sku_of(const json::value& item) {
        const json::value* sku =
            item.is_object() ? item.get_object().if_contains("sku_id") : nullptr;
        return sku != nullptr && sku->is_string() ? std::string(sku->get_string()) : "";
    }
    /// An activity has a sku once, so this is the same item, wherever it stands.
    static const json::value* find(const json::array& items, std::string_view sku) {
        const auto found = std::ranges::find_if(
            items, [&](const json::value& item) { return sku_of(item) == sku; });
        return found == items.end() ? nullptr : found;
    }

    void compare_fields(const std::string& path, const std::string& sku, const json::object& before,
                        const json::object& after) {
        for (const auto& [name, value] : after) {
            const json::value* old = before.if_contains(name);
            if (is_compared(name) && (old == nullptr || *old != value))
                write(path + "/" + std::string(name), sku, old, &value);
        }
        for (const auto& [name, value] : before)
            if (is_compared(name) && !after.contains(name))
                write(path + "/" + std::string(name), sku, &value, nullptr);
    }
    static bool is_compared(std::string_view name) {
        return name != "items" && std::ranges::find(kBookkeeping, name) == kBookkeeping.end();
    }

    /// The order is what customers see. Only of what is in both: the rest is said already.
    void compare_order(const json::array& was, const json::array& is) {
        const auto common = [](const json::array& list, const json::array& other) {
            json::array skus;
            for (const json::value& item : list)
                if (find(other, sku_of(item)) != nullptr) skus.emplace_back(sku_of(item));
            return json::value(std::move(skus));
        };
        const json::value before = common(was, is);
        const json::value after = common(is, was);
        if (before != after) write("/items", "", &before, &after);
    }

    void write(const std::string& path, const std::string& sku, const json::value* before,
               const json::value* after) {
        out_.open().text("path", path);
        if (!sku.empty()) out_.text("sku_id", sku);
        if (before != nullptr) out_.raw("before", json::serialize(*before));
        if (after != nullptr) out_.raw("after", json::serialize(*after));
        out_.close();
    }

    JsonText& out_;
};

void append_against(JsonText& out, const Kept& kept) {
    out.open("against");
    if (const json::value* version = kept.whole.if_contains("version"))
        out.raw("version", json::serialize(*version));
    if (const json::value* state = kept.whole.if_contains("state"))
        out.raw("state", json::serialize(*state));
    out.text("action", kept.entry.action)
        .time("at", kept.entry.at)
        .id("by", kept.entry.who)
        .text("by_name", kept.entry.who_name)
        .close();
}

}  // namespace

Response show_changes(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto found = app.activities.activity(*id);
    if (!found) return problem_of(found.error());
    const auto kept = last_approved_or_first(app, *id);
    if (!kept) return problem_of(kept.error());
    JsonText out;
    out.open().id("activity_id", *id).number("version", found->version);
    if (*kept) append_against(out, **kept);
    out.open_list("changes");
    if (*kept) {
        const json::value now = json::parse(to_json(*found, found->state));
        Differences(out).compare((*kept)->whole, now.get_object());
    }
    return http::json(200, out.close_list().close().take());
}

}  // namespace sluice::api::admin
