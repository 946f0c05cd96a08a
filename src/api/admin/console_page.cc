// SPDX-License-Identifier: Apache-2.0
// The console: a program for the browser from web/console, the same bytes for everybody. No cache
// keeps its page, so that an upgrade reaches every tab; its other files have a hash in their names
// and are kept for ever.
#include <string>

#include "api/admin/handlers.h"
#include "api/asset_answer.h"
#include "api/problem_pages.h"
#include "asset/asset.h"
#include "http/problem.h"

namespace sluice::api::admin {

namespace {

/// Scripts and styles come from files of this listener alone; nothing is inline. Element Plus sets
/// single style properties from its script, which needs no exception.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

}  // namespace

Response console_page(App&, const Request& request) {
    // An address of the API that does not exist must not look like one that does.
    if (request.params[0] == "v1" || request.params[0] == "assets") return http::not_found();
    const asset::Asset* page = asset::find("console/index.html");
    if (page == nullptr) return http::not_found("This program was built without its console.");
    Response response = send_asset(*page, request, "no-store");
    response.add_header("Content-Security-Policy", kPolicy);
    response.add_header("Referrer-Policy", "no-referrer");  // the set-up link is a secret
    response.add_header("X-Frame-Options", "DENY");
    response.add_header("Cross-Origin-Opener-Policy", "same-origin");
    return response;
}

Response console_file(App&, const Request& request) {
    const std::string name = "console/assets/" + std::string(request.params[0]);
    const asset::Asset* file = asset::find(name);
    if (file == nullptr) return http::not_found();
    return send_asset(*file, request, "public, max-age=31536000, immutable");
}

Response explain_problem(App&, const Request& request) { return problem_page(request); }

}  // namespace sluice::api::admin
