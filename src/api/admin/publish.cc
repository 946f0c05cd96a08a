// SPDX-License-Identifier: Apache-2.0
// Publish: pages again, with a purge that a person asks for; and the traffic tag of an item that is
// warm. A tag says where customers are led, not what is sold, so it needs no second person.
#include <algorithm>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/pages.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

std::string subject_of(const PublishScope& scope) {
    if (scope.activity) return "activity/" + base::to_text(scope.activity);
    if (scope.item) return "item/" + base::to_text(scope.item);
    if (scope.sku) return "sku/" + base::to_text(scope.sku);
    return "pages";
}

/// The activity of an item that is warm.
base::Result<activity::Activity> activity_of_item(App& app, base::ItemId id) {
    base::ActivityId found;
    app.turnstile.look([&](const sale::Sale& sale) {
        if (const sale::OpenedItem* item = sale.item(id)) found = item->terms.activity;
    });
    if (!found) return base::failure(base::ErrorCode::not_found, base::say("tag_item_not_in_sale"));
    return app.activities.activity(found);
}

/// By the rule for drafts. What else a draft would be refused for does not matter any more.
base::Sentence complaint_about_tag(const activity::Activity& activity, base::Instant now) {
    for (const activity::Complaint& one : activity::complaints(activity, now))
        if (one.pointer.ends_with("/traffic_tag")) return one.what;
    return {};
}

std::string tag_json(std::string_view tag) {
    return JsonText().open().text("traffic_tag", tag).close().take();
}

}  // namespace

Response publish_again(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    PublishScope scope;
    scope.purge = true;
    scope.activity = root.maybe_id<base::ActivityId>("activity_id").value_or(base::ActivityId{});
    scope.item = root.maybe_id<base::ItemId>("item_id").value_or(base::ItemId{});
    scope.sku = root.maybe_id<base::SkuId>("sku_id").value_or(base::SkuId{});
    const std::string reason = root.text("reason", kReasonRule);
    if ((scope.activity && scope.item) || (scope.sku && (scope.activity || scope.item)))
        root.complain("activity_id", base::say("one_of_three"));
    if (auto refusal = body.refusal()) return std::move(*refusal);
    auto audit = audit_of(app, caller, request, "pages.publish", subject_of(scope));
    audit.reason = reason;
    if (const auto noted = app.accounts.note(std::move(audit)); !noted)
        return problem_of(noted.error());
    const auto published = publish_pages(app, scope);
    if (!published) return problem_of(published.error());
    JsonText out;
    out.open();
    if (published->edition > 0) out.number("edition", published->edition);
    out.open_list("purged");
    for (const std::string& address : published->purged) out.element(address);
    return http::json(200, out.close_list().close().take());
}

Response set_traffic_tag(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::ItemId>(request);
    if (!id) return http::not_found();
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    const std::string tag = root.text("traffic_tag", {0, activity::kTrafficTagMax, false});
    const std::string reason = root.text("reason", kReasonRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    auto found = activity_of_item(app, *id);
    if (!found) return problem_of(found.error());
    const auto item = std::ranges::find(found->items, *id, &activity::Item::id);
    if (item == found->items.end()) return http::not_found();
    auto audit = audit_of(app, caller, request, "item.traffic_tag", "item/" + base::to_text(*id));
    audit.before = tag_json(item->traffic_tag);
    audit.after = tag_json(tag);
    audit.reason = reason;
    item->traffic_tag = tag;
    if (const auto wrong = complaint_about_tag(*found, app.clock.now()); !wrong.empty())
        return http::invalid(wrong.text(), {{"/traffic_tag", wrong}});
    const auto saved = app.activities.replace(std::move(*found), std::move(audit));
    if (!saved) return problem_of(saved.error());
    if (const auto published = publish_pages(app, {}); !published)
        return problem_of(published.error());
    return http::json(200,
                      JsonText().open().id("item_id", *id).text("traffic_tag", tag).close().take());
}

}  // namespace sluice::api::admin
