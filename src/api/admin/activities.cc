// SPDX-License-Identifier: Apache-2.0
// Activities: what is sold, when, and for how much, while people still write it. Steps of its life
// are in lifecycle.cc.
#include <unordered_map>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/shown_state.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

constexpr TextRule kAnyText{0, 8000, true};  // activity::complaints knows the exact limits

activity::Item item_in(const JsonReader& row, const activity::Activity& activity) {
    activity::Item item;
    if (const auto id = row.maybe_id<base::ItemId>("id")) {
        for (const activity::Item& known : activity.items)
            if (known.id == *id) item.id = known.id;
        if (!item.id) row.complain("id", base::say("item_not_of_activity"));
    }
    item.activity = activity.id;
    item.sku = row.id<base::SkuId>("sku_id");
    item.title = row.maybe_text("title", kAnyText).value_or("");
    item.price = row.money("price");
    item.list_price = row.maybe_money("list_price").value_or(base::Money{});
    item.stock = row.number("stock", 0, activity::kStockMax);
    item.limit_per_user = static_cast<std::uint32_t>(
        row.maybe_number("limit_per_user", 0, activity::kQuantityMax).value_or(1));
    item.policy = static_cast<activity::StockPolicy>(
        row.maybe_choice("policy", {"reserve", "on_order", "on_payment"}).value_or(0));
    // The other policies ask more of the time to pay; which one is meant is not known.
    if (row.is_wrong("policy")) item.policy = activity::StockPolicy::on_order;
    item.entry = static_cast<activity::Entry>(
        row.maybe_choice("entry", {"open", "ticket", "challenge"}).value_or(0));
    item.pay_window.ms = row.maybe_number("pay_window_ms", 0, activity::kPayWindowMax.ms)
                             .value_or(activity::Item{}.pay_window.ms);
    item.cancel_returns_unit = row.maybe_flag("cancel_returns_unit").value_or(true);
    item.traffic_tag = row.maybe_text("traffic_tag", kAnyText).value_or("sale");
    return item;
}

/// `activity` with what the person typed in place of what was there.
activity::Activity activity_in(const JsonReader& root, activity::Activity activity) {
    activity.name = root.text("name", kAnyText);
    activity.description = root.maybe_text("description", kAnyText).value_or("");
    activity.starts_at = root.instant("starts_at");
    activity.ends_at = root.instant("ends_at");
    activity.rehearsal =
        root.maybe_flag("rehearsal").value_or(activity.rehearsal);  // never by omission
    std::vector<activity::Item> items;
    for (const JsonReader& row : root.maybe_objects("items", activity::kItemsPerActivityMax))
        items.push_back(item_in(row, activity));
    activity.items = std::move(items);
    return activity;
}

/// Every sku must exist; its own title stands where the person typed none. Without a sku nobody
/// knows whether a title is missing: the draft is refused, and not for its title.
base::Result<std::vector<http::FieldError>> check_skus(App& app, activity::Activity& activity) {
    std::vector<http::FieldError> errors;
    for (std::size_t i = 0; i < activity.items.size(); ++i) {
        activity::Item& item = activity.items[i];
        const bool is_untitled = item.title.empty();
        if (is_untitled) item.title = "?";
        if (!item.sku) continue;  // activity::complaints says it
        const auto sku = app.catalog.sku(item.sku);
        if (sku) {
            if (is_untitled) item.title = sku->title;
        } else if (sku.error().code == base::ErrorCode::not_found) {
            errors.push_back({"/items/" + std::to_string(i) + "/sku_id", base::say("sku_unknown")});
        } else {
            return std::unexpected(sku.error());
        }
    }
    return errors;
}

/// Everything that is wrong, or nothing: 400 if the form of `body` is wrong somewhere, otherwise
/// 422.
std::optional<Response> refusal_of(App& app, activity::Activity& activity, const JsonBody& body) {
    auto errors = check_skus(app, activity);
    if (!errors) return problem_of(errors.error());
    for (activity::Complaint& complaint : activity::complaints(activity, app.clock.now()))
        errors->push_back({std::move(complaint.pointer), std::move(complaint.what)});
    if (auto refusal = body.refusal(*errors)) return refusal;
    if (errors->empty()) return std::nullopt;
    return http::problem({.status = 422,
                          .code = "invalid",
                          .title = "The activity cannot be kept like this.",
                          .detail = "Repair what is listed and send all of it again.",
                          .retry_after_s = 0,
                          .errors = std::move(*errors)});
}

/// `?dry_run=true`: everything is judged and nothing is kept. A complaint if it is no flag.
std::optional<Response> dry_run_refusal(const Request& request, bool& is_dry_run) {
    const std::string text = request.query_value("dry_run").value_or("false");
    is_dry_run = text == "true";
    if (is_dry_run || text == "false") return std::nullopt;
    return http::invalid("?dry_run must be true or false.",
                         {{"?dry_run", base::say("not_a_flag")}});
}

}  // namespace

Response list_activities(App& app, const Request& request, const Caller&) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const auto found = app.activities.activities(
        base::ActivityId{static_cast<std::uint32_t>(part->before)}, part->limit);
    if (!found) return problem_of(found.error());
    const std::vector<Shown> shown = shown_states(app, *found);
    std::vector<std::string> rows;
    const Names names = names_of(app);
    for (std::size_t i = 0; i < found->size(); ++i)
        rows.push_back(to_json((*found)[i], shown[i], names));
    std::optional<std::uint64_t> next;
    if (found->size() == part->limit) next = found->back().id.value;
    return list_answer("activities", rows, next);
}

Response show_activity(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto found = app.activities.activity(*id);
    if (!found) return problem_of(found.error());
    return with_version(http::json(200, to_json(*found, shown_state(app, *found), names_of(app))),
                        found->version);
}

Response add_activity(App& app, const Request& request, const Caller& caller) {
    bool is_dry_run = false;
    if (auto refusal = dry_run_refusal(request, is_dry_run)) return std::move(*refusal);
    const JsonBody body(request.body);
    activity::Activity activity = activity_in(body.root(), {});
    if (auto refusal = refusal_of(app, activity, body)) return std::move(*refusal);
    if (is_dry_run) return http::no_content();
    activity.created_by = caller.who.id;
    activity.created_at = activity.updated_at = app.clock.now();
    auto audit = audit_of(app, caller, request, "activity.add", "activity/");
    audit.after = to_json(activity, activity.state);
    const auto added = app.activities.add(std::move(activity), std::move(audit));
    if (!added) return problem_of(added.error());
    return with_version(http::json(201, to_json(*added, Shown{added->state, {}}, names_of(app))),
                        added->version);
}

Response replace_activity(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto version = version_in(request);
    if (!version) return version_problem(version.error());
    const auto stored = app.activities.activity(*id);
    if (!stored) return problem_of(stored.error());
    if (auto refusal = version_refusal(*version, stored->version)) return std::move(*refusal);
    if (const auto editable = activity::check_editable(*stored); !editable)
        return problem_of(editable.error());
    if (is_warm(app, *id)) return problem_of(sale::Outcome::already_open);

    bool is_dry_run = false;
    if (auto refusal = dry_run_refusal(request, is_dry_run)) return std::move(*refusal);
    const JsonBody body(request.body);
    activity::Activity activity = activity_in(body.root(), *stored);
    if (auto refusal = refusal_of(app, activity, body)) return std::move(*refusal);
    if (is_dry_run) return http::no_content();
    activity.version = *version;
    activity.updated_at = app.clock.now();
    auto audit =
        audit_of(app, caller, request, "activity.replace", "activity/" + base::to_text(*id));
    audit.before = to_json(*stored, stored->state);
    activity::Activity after = activity;
    ++after.version;  // as the store will count
    audit.after = to_json(after, after.state);
    const auto replaced = app.activities.replace(std::move(activity), std::move(audit));
    if (!replaced) return problem_of(replaced.error());
    return with_version(
        http::json(200, to_json(*replaced, Shown{replaced->state, {}}, names_of(app))),
        replaced->version);
}

Response remove_activity(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto version = version_in(request);
    if (!version) return version_problem(version.error());
    const auto held = app.openings.hold();  // before it is read: nobody opens it from here on
    const auto stored = app.activities.activity(*id);
    if (!stored) return problem_of(stored.error());
    if (auto refusal = version_refusal(*version, stored->version)) return std::move(*refusal);
    // The records of the sale refer to it for ever.
    if (is_warm(app, *id)) return problem_of(sale::Outcome::already_open);
    if (const auto removable = activity::check_removable(*stored); !removable)
        return problem_of(removable.error());
    auto audit =
        audit_of(app, caller, request, "activity.remove", "activity/" + base::to_text(*id));
    audit.before = to_json(*stored, stored->state);
    if (const auto removed = app.activities.remove(*id, *version, std::move(audit)); !removed)
        return problem_of(removed.error());
    return http::no_content();
}

Response clone_activity(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto source = app.activities.activity(*id);
    if (!source) return problem_of(source.error());
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    activity::Activity clone = activity::clone_of(*source, caller.who.id, app.clock.now());
    if (auto name = body.root().maybe_text("name", kAnyText)) clone.name = std::move(*name);
    if (auto refusal = refusal_of(app, clone, body)) return std::move(*refusal);
    auto audit = audit_of(app, caller, request, "activity.clone", "activity/");
    audit.before =
        JsonText().open().id("cloned_from", *id).number("version", source->version).close().take();
    audit.after = to_json(clone, clone.state);
    const auto added = app.activities.add(std::move(clone), std::move(audit));
    if (!added) return problem_of(added.error());
    return with_version(http::json(201, to_json(*added, Shown{added->state, {}}, names_of(app))),
                        added->version);
}

}  // namespace sluice::api::admin
