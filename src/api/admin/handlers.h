// SPDX-License-Identifier: Apache-2.0
// Handlers: every endpoint of the console, a file per subject; routes.cc binds them to methods,
// paths and permissions.   Threads: desks; each may wait for the disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/admin/access.h"
#include "base/result.h"

namespace sluice::asset {
struct Asset;
}

namespace sluice::api::admin {

using http::Request;
using http::Response;

// session.cc
Response sign_in(App& app, const Request& request);
Response set_up(App& app, const Request& request);
Response show_session(App& app, const Request& request, const Caller& caller);
Response sign_out(App& app, const Request& request, const Caller& caller);
Response list_sessions(App& app, const Request& request, const Caller& caller);
Response end_session(App& app, const Request& request, const Caller& caller);
Response change_own_password(App& app, const Request& request, const Caller& caller);
/// 429: too many failed tries of a password or a code.
[[nodiscard]] Response too_fast(base::Duration wait);

// second_factor.cc
Response begin_totp(App& app, const Request& request, const Caller& caller);
Response confirm_totp(App& app, const Request& request, const Caller& caller);
Response disable_totp(App& app, const Request& request, const Caller& caller);
Response step_up(App& app, const Request& request, const Caller& caller);

// operators.cc
Response list_sessions_of(App& app, const Request& request, const Caller& caller);
Response sign_out_everywhere(App& app, const Request& request, const Caller& caller);
Response list_operators(App& app, const Request& request, const Caller& caller);
Response add_operator(App& app, const Request& request, const Caller& caller);
Response change_operator(App& app, const Request& request, const Caller& caller);

// products.cc
Response list_products(App& app, const Request& request, const Caller& caller);
Response add_product(App& app, const Request& request, const Caller& caller);
Response show_product(App& app, const Request& request, const Caller& caller);
Response replace_product(App& app, const Request& request, const Caller& caller);
Response import_products(App& app, const Request& request, const Caller& caller);

// activities.cc
Response list_activities(App& app, const Request& request, const Caller& caller);
Response add_activity(App& app, const Request& request, const Caller& caller);
Response show_activity(App& app, const Request& request, const Caller& caller);
Response replace_activity(App& app, const Request& request, const Caller& caller);
Response remove_activity(App& app, const Request& request, const Caller& caller);
Response clone_activity(App& app, const Request& request, const Caller& caller);

// changes.cc
Response show_changes(App& app, const Request& request, const Caller& caller);

// preflight.cc
Response preflight(App& app, const Request& request, const Caller& caller);

// history.cc
Response show_history(App& app, const Request& request, const Caller& caller);

// report.cc
Response show_report(App& app, const Request& request, const Caller& caller);
Response download_report(App& app, const Request& request, const Caller& caller);

// preview.cc
Response preview_activity(App& app, const Request& request, const Caller& caller);
Response preview_item(App& app, const Request& request, const Caller& caller);
Response preview_image(App& app, const Request& request, const Caller& caller);

// lifecycle.cc
Response submit_activity(App& app, const Request& request, const Caller& caller);
Response approve_activity(App& app, const Request& request, const Caller& caller);
Response reject_activity(App& app, const Request& request, const Caller& caller);
Response warm_activity(App& app, const Request& request, const Caller& caller);
Response pause_activity(App& app, const Request& request, const Caller& caller);
Response resume_activity(App& app, const Request& request, const Caller& caller);
Response end_activity(App& app, const Request& request, const Caller& caller);

// items.cc
Response show_item(App& app, const Request& request, const Caller& caller);
Response stop_item(App& app, const Request& request, const Caller& caller);
Response resume_item(App& app, const Request& request, const Caller& caller);

// stock_changes.cc
Response list_activity_stock_changes(App& app, const Request& request, const Caller& caller);
Response list_open_stock_changes(App& app, const Request& request, const Caller& caller);
Response propose_stock_change(App& app, const Request& request, const Caller& caller);
Response approve_stock_change(App& app, const Request& request, const Caller& caller);
Response reject_stock_change(App& app, const Request& request, const Caller& caller);

// publish.cc
Response publish_again(App& app, const Request& request, const Caller& caller);
Response set_traffic_tag(App& app, const Request& request, const Caller& caller);

// orders.cc
Response list_orders(App& app, const Request& request, const Caller& caller);
Response show_order(App& app, const Request& request, const Caller& caller);
Response cancel_order(App& app, const Request& request, const Caller& caller);
Response refund_order(App& app, const Request& request, const Caller& caller);
Response mark_order_paid(App& app, const Request& request, const Caller& caller);

// timeline.cc
Response order_timeline(App& app, const Request& request, const Caller& caller);

// export.cc
Response export_orders(App& app, const Request& request, const Caller& caller);

// risk.cc
Response list_risk_entries(App& app, const Request& request, const Caller& caller);
Response add_risk_entry(App& app, const Request& request, const Caller& caller);
Response remove_risk_entry(App& app, const Request& request, const Caller& caller);

// switches.cc
Response list_switches(App& app, const Request& request, const Caller& caller);
Response set_switch(App& app, const Request& request, const Caller& caller);
/// Publishes the stored risk lists and switches to all doors. Whoever changed a list calls it; the
/// program calls it once at its start.
[[nodiscard]] base::Result<void> load_gates(App& app);

// audit.cc
Response list_audit(App& app, const Request& request, const Caller& caller);
Response verify_audit(App& app, const Request& request, const Caller& caller);

// reconcile.cc
Response reconcile(App& app, const Request& request, const Caller& caller);

// live.cc
Response live_now(App& app, const Request& request, const Caller& caller);
Response live_stream(App& app, const Request& request, const Caller& caller);

// health.cc
Response livez(App& app, const Request& request);
Response readyz(App& app, const Request& request);
Response startupz(App& app, const Request& request);
Response version(App& app, const Request& request);

// metrics.cc
Response metrics(App& app, const Request& request);

// openapi.cc
Response openapi(App& app, const Request& request);

// console_page.cc
Response console_page(App& app, const Request& request);
Response console_file(App& app, const Request& request);
Response explain_problem(App& app, const Request& request);

}  // namespace sluice::api::admin
