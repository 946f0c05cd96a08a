// SPDX-License-Identifier: Apache-2.0
// Orders: a customer reads and cancels what is theirs; another user's order is not found. What is
// shown is durable: an order that the disk does not have yet may still vanish in a crash.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "api/auth.h"
#include "api/door_answers.h"
#include "api/endpoints.h"
#include "api/json_body.h"
#include "api/order_json.h"
#include "api/outcome_http.h"
#include "base/sentences.h"
#include "http/problem.h"

namespace sluice::api {

using order::Order;
using sale::Outcome;

namespace {

constexpr std::size_t kLimitDefault = 20;
constexpr std::size_t kLimitMax = 100;

/// 503: the disk has it in a moment, or, once the ledger has failed, nobody knows before a restart.
http::Response not_durable(const App& app) {
    if (app.turnstile.read_only()) return problem_of(Outcome::read_only);
    http::Problem problem;
    problem.status = 503;
    problem.code = "in_progress";
    problem.title = "A change is being stored right now.";
    problem.detail = "Ask again in a moment.";
    problem.retry_after_s = 1;
    return http::problem(problem);
}

/// Nothing happened to it since it was made, so if it is not durable, nobody was told of it.
bool is_untouched(const Order& order) {
    return order.state == order::OrderState::pending && !order.payment &&
           order.changed_at == order.created_at;
}

struct Page {
    std::size_t limit = kLimitDefault;
    base::OrderId cursor;  ///< the last order of the page before; none: from the newest
};

std::expected<Page, http::Response> page_of(const http::Request& request) {
    Page page;
    std::vector<http::FieldError> errors;
    if (const auto limit = request.query_value("limit")) {
        const auto number = base::parse_number(*limit, kLimitMax);
        if (!number) errors.push_back({"?limit", base::say("out_of_range", 1, kLimitMax)});
        page.limit = static_cast<std::size_t>(number.value_or(kLimitDefault));
    }
    if (const auto cursor = request.query_value("cursor")) {
        const auto id = base::parse_id<base::OrderId>(*cursor);
        if (!id) errors.push_back({"?cursor", base::say("not_a_cursor")});
        page.cursor = id.value_or(base::OrderId{});
    }
    if (errors.empty()) return page;
    return std::unexpected(
        http::invalid("Some parameters of the query are not valid.", std::move(errors)));
}

/// Copies up to one order more than the page has, newest first.
std::vector<Order> copy_orders(const App& app, base::UserId user, const Page& page) {
    std::vector<Order> orders;
    orders.reserve(page.limit + 1);  // here, because nothing is allocated under the lock
    const auto copy = [&](const sale::Sale& sale) {
        const Order* next = sale.orders().latest_of(user);
        if (page.cursor) {
            const Order* last = sale.orders().find(page.cursor);
            const bool own = last != nullptr && last->user == user;
            next = own ? sale.orders().before(*last) : nullptr;
        }
        for (; next != nullptr && orders.size() <= page.limit; next = sale.orders().before(*next))
            orders.push_back(*next);
    };
    app.turnstile.look(std::cref(copy));
    return orders;
}

}  // namespace

void get_orders(App& app, const http::Request& request, http::Exchange& exchange) {
    const auto user = customer_of(app, request, app.clock.now());
    if (!user) return exchange.send(unauthorized());
    auto page = page_of(request);
    if (!page) return exchange.send(std::move(page.error()));

    std::vector<Order> orders = copy_orders(app, *user, *page);
    // Read after the copy: what was durable then is durable now.
    const std::uint64_t durable_seq = app.turnstile.durable_seq();
    const bool has_more = orders.size() > page->limit;
    if (has_more) orders.pop_back();
    const base::OrderId last = orders.empty() ? base::OrderId{} : orders.back().id;
    std::erase_if(orders, [&](const Order& order) {
        return order.changed_seq > durable_seq && is_untouched(order);
    });
    const bool is_moving = std::ranges::any_of(
        orders, [&](const Order& order) { return order.changed_seq > durable_seq; });
    if (is_moving) return exchange.send(not_durable(app));

    std::string out = R"({"data":[)";
    for (const Order& order : orders) {
        if (&order != orders.data()) out += ',';
        append_order_json(out, order, facts_of(app, exchange.door().index(), order.item));
    }
    out += ']';
    if (has_more) out += R"(,"next_cursor":")" + base::to_text(last) + '"';
    out += '}';
    exchange.send(http::json(200, std::move(out)));
}

void get_order(App& app, const http::Request& request, http::Exchange& exchange) {
    const auto user = customer_of(app, request, app.clock.now());
    if (!user) return exchange.send(unauthorized());
    const auto id = base::parse_id<base::OrderId>(request.params[0]);
    Order order;
    const auto copy = [&](const sale::Sale& sale) {
        const Order* found = sale.orders().find(*id);
        if (found != nullptr && found->user == *user) order = *found;
    };
    if (id) app.turnstile.look(std::cref(copy));
    if (!order.id) return exchange.send(http::not_found("You have no order with this id."));
    if (order.changed_seq > app.turnstile.durable_seq()) return exchange.send(not_durable(app));
    exchange.send(
        http::json(200, order_json(order, facts_of(app, exchange.door().index(), order.item))));
}

void post_cancel(App& app, const http::Request& request, http::Exchange& exchange) {
    const auto user = customer_of(app, request, app.clock.now());
    if (!user) return exchange.send(unauthorized());
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    if (auto refusal = body.refusal()) return exchange.send(std::move(*refusal));
    DoorAnswers& answers = app.answers.of(exchange.door().index());
    const auto refuse = [&](Outcome outcome) {
        exchange.send_prepared(app.answers.refusals().of(outcome, request.received_ns));
    };
    const auto id = base::parse_id<base::OrderId>(request.params[0]);
    if (!id) return refuse(Outcome::not_found);
    if (answers.full() || app.turnstile.is_lagging(request.received_ns))
        return refuse(Outcome::busy);

    const sale::Waiting place = answers.reserve(Ask::cancel, request.received_ns);
    if (const auto answer = app.turnstile.pass(sale::Cancel{*id, *user}, place))
        answers.answer(place, *answer, exchange);
    else
        answers.wait(place, exchange.later());
}

}  // namespace sluice::api
