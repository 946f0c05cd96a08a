// SPDX-License-Identifier: Apache-2.0
// The two tables of the console. A new route is one line here, one in the test's table, one in
// docs/api/openapi.yaml, where `x-red` repeats the mark of a red one.
#include "api/admin/handlers.h"
#include "catalog/catalog.h"

namespace sluice::api::admin {

namespace {

using enum account::Permission;
using enum http::Method;

constexpr std::size_t kNoBody = 0;
constexpr std::size_t kSmallBody = 16 * 1024;      // a form: texts of people, no files
constexpr std::size_t kProductBody = 256 * 1024;   // 200 skus with titles of 120 code points
constexpr std::size_t kActivityBody = 512 * 1024;  // 200 items with titles and prices
constexpr std::size_t kImportBody = catalog::kImportBytesMax;

constexpr bool kRed = true;
constexpr bool kNotRed = false;
constexpr bool kTakesFiles = true;
constexpr bool kTakesNoFiles = false;
constexpr bool kVersioned = true;

}  // namespace

const std::vector<AdminRoute>& admin_routes() {
    static const std::vector<AdminRoute> table = {
        {get, "/admin/v1/sessions/current", {}, show_session},
        {delete_, "/admin/v1/sessions/current", {}, sign_out},
        {post, "/admin/v1/sessions/current/step-up", {}, step_up, kSmallBody},
        {get, "/admin/v1/sessions", {}, list_sessions},
        {delete_, "/admin/v1/sessions/{id}", {}, end_session},

        {get, "/admin/v1/operators", manage_users, list_operators},
        {post, "/admin/v1/operators", manage_users, add_operator, kSmallBody, kRed},
        {patch, "/admin/v1/operators/{id}", manage_users, change_operator, kSmallBody, kRed},
        {get, "/admin/v1/operators/{id}/sessions", manage_users, list_sessions_of},
        {post, "/admin/v1/operators/{id}/sign-out", manage_users, sign_out_everywhere, kSmallBody,
         kRed},
        {post, "/admin/v1/operators/current/password", {}, change_own_password, kSmallBody},
        {post, "/admin/v1/operators/current/totp", {}, begin_totp, kSmallBody},
        {delete_, "/admin/v1/operators/current/totp", {}, disable_totp, kSmallBody},
        {post, "/admin/v1/operators/current/totp/confirm", {}, confirm_totp, kSmallBody},

        {get, "/admin/v1/products", view, list_products},
        {post, "/admin/v1/products", edit_catalog, add_product, kProductBody},
        {post, "/admin/v1/products/import", edit_catalog, import_products, kImportBody, kNotRed,
         kTakesFiles},
        {get, "/admin/v1/products/{id}", view, show_product},
        {put, "/admin/v1/products/{id}", edit_catalog, replace_product, kProductBody, kNotRed,
         kTakesNoFiles, kVersioned},

        {get, "/admin/v1/activities", view, list_activities},
        {post, "/admin/v1/activities", edit_activity, add_activity, kActivityBody},
        {get, "/admin/v1/activities/{id}", view, show_activity},
        {put, "/admin/v1/activities/{id}", edit_activity, replace_activity, kActivityBody, kNotRed,
         kTakesNoFiles, kVersioned},
        {delete_, "/admin/v1/activities/{id}", edit_activity, remove_activity, kNoBody, kNotRed,
         kTakesNoFiles, kVersioned},
        {get, "/admin/v1/activities/{id}/changes", view, show_changes},
        {get, "/admin/v1/activities/{id}/preflight", view, preflight},
        {get, "/admin/v1/activities/{id}/history", view, show_history},
        {get, "/admin/v1/activities/{id}/stock-changes", view, list_activity_stock_changes},
        {get, "/admin/v1/activities/{id}/report", view, show_report},
        {get, "/admin/v1/activities/{id}/report.csv", view, download_report},
        {get, "/admin/v1/preview/activities/{id}", view, preview_activity},
        {get, "/admin/v1/preview/items/{id}", view, preview_item},
        {get, "/admin/v1/preview/images/{name}", view, preview_image},
        {post, "/admin/v1/activities/{id}/clone", edit_activity, clone_activity, kSmallBody},
        {post, "/admin/v1/activities/{id}/submit", edit_activity, submit_activity, kSmallBody},
        {post, "/admin/v1/activities/{id}/approve", review, approve_activity, kSmallBody},
        {post, "/admin/v1/activities/{id}/reject", review, reject_activity, kSmallBody},
        {post, "/admin/v1/activities/{id}/warm", run_sale, warm_activity, kSmallBody},
        {post, "/admin/v1/activities/{id}/pause", run_sale, pause_activity, kSmallBody, kRed},
        {post, "/admin/v1/activities/{id}/resume", run_sale, resume_activity, kSmallBody, kRed},
        {post, "/admin/v1/activities/{id}/end", run_sale, end_activity, kSmallBody, kRed},

        {get, "/admin/v1/items/{id}", view, show_item},
        {post, "/admin/v1/items/{id}/stop", run_sale, stop_item, kSmallBody, kRed},
        {post, "/admin/v1/items/{id}/resume", run_sale, resume_item, kSmallBody, kRed},
        {put, "/admin/v1/items/{id}/traffic-tag", run_sale, set_traffic_tag, kSmallBody, kRed},
        {post, "/admin/v1/pages/publish", run_sale, publish_again, kSmallBody},
        {post, "/admin/v1/items/{id}/stock-changes", edit_activity, propose_stock_change,
         kSmallBody, kRed},
        {get, "/admin/v1/stock-changes", view, list_open_stock_changes},
        {post, "/admin/v1/stock-changes/{id}/approve", review, approve_stock_change, kSmallBody,
         kRed},
        {post, "/admin/v1/stock-changes/{id}/reject", review, reject_stock_change, kSmallBody},

        {get, "/admin/v1/orders", view, list_orders},
        {get, "/admin/v1/orders/export", view_orders, export_orders},
        {get, "/admin/v1/orders/{id}", view, show_order},
        {get, "/admin/v1/orders/{id}/timeline", view, order_timeline},
        {post, "/admin/v1/orders/{id}/cancel", settle_orders, cancel_order, kSmallBody, kRed},
        {post, "/admin/v1/orders/{id}/refund", settle_orders, refund_order, kSmallBody, kRed},
        {post, "/admin/v1/orders/{id}/mark-paid", settle_orders, mark_order_paid, kSmallBody, kRed},

        {get, "/admin/v1/risk-entries", edit_risk, list_risk_entries},
        {post, "/admin/v1/risk-entries", edit_risk, add_risk_entry, kSmallBody},
        {delete_, "/admin/v1/risk-entries/{id}", edit_risk, remove_risk_entry},

        {get, "/admin/v1/switches", view, list_switches},
        {put, "/admin/v1/switches/{name}", run_sale, set_switch, kSmallBody, kRed},

        {get, "/admin/v1/audit", view_audit, list_audit},
        {get, "/admin/v1/audit/verify", view_audit, verify_audit},

        {get, "/admin/v1/reconcile", view, reconcile},
        {get, "/admin/v1/live", view, live_stream},
        {get, "/admin/v1/live/now", view, live_now},
    };
    return table;
}

const std::vector<OpenRoute>& open_routes() {
    static const std::vector<OpenRoute> table = {
        {post, "/admin/v1/sessions", sign_in, kSmallBody},
        {post, "/admin/v1/setup", set_up, kSmallBody},
        {get, "/admin", console_page, kNoBody},
        {get, "/admin/{page}", console_page, kNoBody},
        {get, "/admin/{page}/{id}", console_page, kNoBody},
        {get, "/admin/{page}/{id}/{part}", console_page, kNoBody},
        {get, "/admin/assets/{file}", console_file, kNoBody},
        {get, "/livez", livez, kNoBody},
        {get, "/readyz", readyz, kNoBody},
        {get, "/startupz", startupz, kNoBody},
        {get, "/version", version, kNoBody},
        {get, "/metrics", metrics, kNoBody},
        {get, "/openapi.json", openapi, kNoBody},
        {get, "/problems/{code}", explain_problem, kNoBody},
    };
    return table;
}

}  // namespace sluice::api::admin
