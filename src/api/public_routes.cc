// SPDX-License-Identifier: Apache-2.0
// The table of the public listener: every method and path, who handles it, and how long its body
// may be.
#include <memory>
#include <utility>

#include "api/app.h"
#include "api/buy.h"
#include "api/door_answers.h"
#include "api/endpoints.h"
#include "api/pages.h"
#include "api/problem_pages.h"
#include "api/traffic.h"
#include "generated/openapi_json.h"
#include "http/problem.h"

namespace sluice::api {

using http::Exchange;
using http::InlineHandler;
using http::Method;
using http::Request;
using http::Response;
using http::Route;

namespace {

// Longest bodies, in bytes. Ours have a few short fields; a shop's token and a provider's callback
// are chosen by others.
constexpr std::size_t kSmallBodyMax = 1024;
constexpr std::size_t kSessionBodyMax = 16 * 1024;
constexpr std::size_t kCallbackBodyMax = 64 * 1024;

using Inline = void (*)(App&, const Request&, Exchange&);
using Desk = Response (*)(App&, const Request&);

Route on_door(App& app, Area area, Method method, std::string pattern, std::size_t body_max,
              Inline handler) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.body_max = body_max;
    route.inline_handler = [&app, area, handler](const Request& request, Exchange& exchange) {
        app.traffic.count(area);
        handler(app, request, exchange);
    };
    return route;
}

Route on_desk(App& app, Area area, Method method, std::string pattern, std::size_t body_max,
              Desk handler) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.body_max = body_max;
    route.desk_handler = [&app, area, handler](const Request& request) {
        app.traffic.count(area);
        return handler(app, request);
    };
    return route;
}

void send_missing_page(App& app, const Request& request, Exchange& exchange) {
    if (send_document(app.pages, "/404", request, exchange)) return;
    exchange.send(http::not_found());
}

void get_page(App& app, const Request& request, Exchange& exchange) {
    if (send_document(app.pages, request.path, request, exchange)) return;
    send_missing_page(app, request, exchange);
}

void get_activities(App& app, const Request& request, Exchange& exchange) {
    if (send_document(app.pages, request.path, request, exchange)) return;
    exchange.send(http::not_found("No such activity is published."));
}

void buy_item(App& app, const Request& request, Exchange& exchange) {
    buy(app, Entrance::item, request, exchange);
}

void buy_by_ticket(App& app, const Request& request, Exchange& exchange) {
    buy(app, Entrance::ticket, request, exchange);
}

/// Sent by reference: copies for many slow readers of the longest document that strangers can have
/// would add up to gigabytes.
const Document& description() {
    static const auto document =
        document_of("application/json", kOpenapiJson, "public, max-age=300");
    return *document;
}

void get_problem(App&, const Request& request, Exchange& exchange) {
    exchange.send(problem_page(request));
}

void get_description(App&, const Request& request, Exchange& exchange) {
    send_document(description(), request, exchange);
}

}  // namespace

std::vector<Route> public_routes(App& app) {
    std::vector<Route> routes;
    const auto get = [&](Area area, const char* pattern, Inline handler) {
        routes.push_back(on_door(app, area, Method::get, pattern, 0, handler));
    };
    const auto post = [&](Area area, const char* pattern, Inline handler) {
        routes.push_back(on_door(app, area, Method::post, pattern, kSmallBodyMax, handler));
    };
    const auto post_desk = [&](Area area, const char* pattern, std::size_t body_max, Desk handler) {
        routes.push_back(on_desk(app, area, Method::post, pattern, body_max, handler));
    };
    get(Area::pages, "/", get_page);
    get(Area::pages, "/activities/{id}", get_page);
    get(Area::pages, "/items/{id}", get_page);
    for (const char* path : {"/orders", "/account", "/later", "/images/{name}"})
        get(Area::pages, path, get_page);

    get(Area::reads, "/v1/time", get_time);
    get(Area::reads, "/v1/activities", get_activities);
    get(Area::reads, "/v1/activities/{id}", get_activities);
    get(Area::reads, "/v1/items/{id}/state", get_item_state);
    static_cast<void>(description());  // compressed here, not at a door in the middle of a sale
    get(Area::reads, "/openapi.json", get_description);
    get(Area::pages, "/problems/{code}", get_problem);

    post_desk(Area::accounts, "/v1/accounts", kSmallBodyMax, post_account);
    routes.back().slow = true;  // Argon2
    post_desk(Area::accounts, "/v1/sessions", kSessionBodyMax, post_session);
    routes.back().slow = true;

    post(Area::tickets, "/v1/items/{id}/challenge", post_challenge);
    post(Area::tickets, "/v1/items/{id}/tickets", post_ticket);
    post(Area::purchases, "/v1/items/{id}/orders", buy_item);
    post(Area::purchases, "/v1/tickets/{ticket}/orders", buy_by_ticket);

    get(Area::orders, "/v1/orders", get_orders);
    get(Area::orders, "/v1/orders/{id}", get_order);
    post(Area::orders, "/v1/orders/{id}/cancel", post_cancel);
    post_desk(Area::payments, "/v1/orders/{id}/payments", kSmallBodyMax, post_payment);
    post_desk(Area::callbacks, "/v1/payments/callbacks/{provider}", kCallbackBodyMax,
              post_callback);
    return routes;
}

http::InlineHandler unknown_public_address(App& app) {
    return [&app](const Request& request, Exchange& exchange) {
        app.traffic.count(Area::pages);
        const bool is_program = request.path == "/v1" || request.path.starts_with("/v1/");
        if (is_program) return exchange.send(http::not_found());
        send_missing_page(app, request, exchange);
    };
}

void attach_doors(App& app, http::Server& public_server) {
    const std::vector<http::Door*> doors = public_server.doors();
    app.pages.attach(doors);
    app.answers.attach(app, doors);
    public_server.at_turn_end([&turnstile = app.turnstile] { turnstile.hand_over(); });
}

}  // namespace sluice::api
