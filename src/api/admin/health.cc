// SPDX-License-Identifier: Apache-2.0
// Health: what a supervisor and a load balancer ask. Without a session: the listener is bound to
// loopback unless told otherwise, and nothing personal is said.
#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"

namespace sluice::api::admin {

namespace {

constexpr std::string_view kStarting = "starting";

Response plain(int status, std::string body) {
    Response response = http::json(status, std::move(body));
    response.add_header("Cache-Control", "no-store");
    if (status == 503) response.add_header("Retry-After", "1");
    return response;
}

std::string why_not_ready(const App& app) { return app.not_ready ? app.not_ready() : ""; }

}  // namespace

/// The process answers: that is all. Restarting it would not help against anything else.
Response livez(App&, const Request&) {
    return plain(200, JsonText().open().flag("live", true).close().take());
}

/// Whether customers should be sent here.
Response readyz(App& app, const Request&) {
    std::vector<std::string> reasons;
    if (std::string why = why_not_ready(app); !why.empty()) reasons.push_back(std::move(why));
    // The program may have said so itself.
    if (app.turnstile.read_only() && (reasons.empty() || !reasons[0].starts_with("read_only")))
        reasons.push_back("read_only: " + app.turnstile.read_only_reason());
    JsonText out;
    out.open().flag("ready", reasons.empty()).open_list("reasons");
    for (const std::string& reason : reasons) out.element(reason);
    return plain(reasons.empty() ? 200 : 503, out.close_list().close().take());
}

/// 200 from the end of the recovery on, also while it drains.
Response startupz(App& app, const Request&) {
    const bool started = why_not_ready(app) != kStarting;
    return plain(started ? 200 : 503, JsonText().open().flag("started", started).close().take());
}

Response version(App&, const Request&) {
    return plain(
        200,
        JsonText().open().text("name", "sluice").text("version", SLUICE_VERSION).close().take());
}

}  // namespace sluice::api::admin
