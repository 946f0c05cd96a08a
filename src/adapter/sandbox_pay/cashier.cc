// SPDX-License-Identifier: Apache-2.0
// The cashier's two routes: GET shows the page, POST takes the choice. Both run on a desk, because
// the choice is written to the journal.
#include <array>
#include <utility>

#include "adapter/sandbox_pay/cashier_page.h"
#include "adapter/sandbox_pay/sandbox.h"
#include "base/text.h"
#include "http/problem.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;

constexpr std::size_t kBodyMax = 1024;  // bytes; an action and a number

std::string new_nonce() {
    std::array<unsigned char, 16> bytes{};
    base::fill_random(bytes);
    return base::to_base64url(bytes);
}

http::Response page(int status, std::string body, const std::string& policy) {
    http::Response response;
    response.status = status;
    response.content_type = "text/html; charset=utf-8";
    response.body = std::move(body);
    response.add_header("Content-Security-Policy", policy);
    response.add_header("Cache-Control", "no-store");
    // The address of the cashier is a key to the payment; nobody else may learn it.
    response.add_header("Referrer-Policy", "no-referrer");
    return response;
}

http::Response refusal(const base::Error& error) {
    switch (error.code) {
        case ErrorCode::not_found: return http::not_found(error.what);
        case ErrorCode::conflict:
            return http::conflict("conflict", "The payment was decided before.", error.what);
        case ErrorCode::invalid: return http::invalid(error.what);
        case ErrorCode::forbidden:
        case ErrorCode::unavailable:
        case ErrorCode::full:
        case ErrorCode::stopped:
        case ErrorCode::damaged:
        case ErrorCode::unsupported: break;
    }
    return http::busy(error.what);
}

bool is_json(const http::Request& request) {
    return request.header(http::Header::content_type).starts_with("application/json");
}

}  // namespace

std::vector<http::Route> SandboxProvider::cashier_routes() {
    std::vector<http::Route> routes(2);
    for (http::Route& route : routes) route.pattern = "/sandbox/cashier/{key}";
    routes[0].method = http::Method::get;
    routes[0].desk_handler = [this](const http::Request& request) { return show(request); };
    routes[1].method = http::Method::post;
    routes[1].desk_handler = [this](const http::Request& request) { return take(request); };
    routes[1].body_max = kBodyMax;
    routes[1].content_types = {"application/x-www-form-urlencoded", "application/json"};
    return routes;
}

http::Response SandboxProvider::show(const http::Request& request) const {
    const Language language = language_of(request.header(http::Header::accept_language));
    const std::string nonce = new_nonce();
    const auto payment = by_key(request.params[0]);
    if (!payment) return page(404, unknown_page(language, nonce), page_policy(nonce, ""));
    const PageView view{*payment, language, clock_.now(), options_.late_by, nonce};
    return page(200, cashier_page(view), page_policy(nonce, payment->return_url));
}

http::Response SandboxProvider::take(const http::Request& request) {
    const auto payment = by_key(request.params[0]);
    if (!payment) return http::not_found("There is no such payment.");
    const bool json = is_json(request);
    const auto wanted = json ? parse_cashier_json(request.body, options_.late_by)
                             : parse_cashier_form(request.body, options_.late_by);
    if (!wanted) return refusal(wanted.error());
    const auto state = choose(payment->id, *wanted);
    if (json) {
        if (!state) return refusal(state.error());
        return http::json(200, "{\"state\":\"" + std::string(to_text(*state)) + "\"}");
    }
    // A second click, or another button on a stale page: the customer is shown what is.
    const bool decided_before = !state && state.error().code == ErrorCode::conflict;
    if (!state && !decided_before) return refusal(state.error());
    const bool stays = decided_before || payment->return_url.empty();
    return http::see_other(stays ? "/sandbox/cashier/" + std::string(request.params[0])
                                 : payment->return_url);
}

}  // namespace sluice::adapter
