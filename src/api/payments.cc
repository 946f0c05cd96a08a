// SPDX-License-Identifier: Apache-2.0
// Payments: the customer is sent to the cashier of the provider, and the provider tells us what
// became of it. A repeated callback is answered with success and changes nothing.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/auth.h"
#include "api/endpoints.h"
#include "api/json_body.h"
#include "api/order_json.h"
#include "api/outcome_http.h"
#include "api/traffic.h"
#include "base/log.h"
#include "base/text.h"
#include "http/problem.h"

namespace sluice::api {

using payment::ProviderState;
using sale::Outcome;

namespace {

/// What the cashier shows. The store has the title; without it the order's number must do.
std::string title_of(App& app, const order::Order& order) {
    base::ActivityId activity;
    if (const sale::Posting* posting = app.board.find(order.item))
        activity.value = posting->activity.load();
    if (const auto found = app.activities.activity(activity)) {
        const auto item = std::ranges::find(found->items, order.item, &activity::Item::id);
        if (item != found->items.end()) return item->title;
    }
    return "Order " + base::to_text(order.id);
}

http::Response payment_unavailable() {
    http::Problem problem;
    problem.status = 503;
    problem.code = "payment_unavailable";
    problem.title = "The cashier does not answer.";
    problem.detail = "Your order is kept until its payment window ends. Try again in a moment.";
    problem.retry_after_s = 3;
    return http::problem(problem);
}

/// A rehearsal is paid at the sandbox or not at all.
http::Response no_sandbox() {
    http::Problem problem;
    problem.status = 503;
    problem.code = "payment_unavailable";
    problem.title = "A rehearsal is paid at the sandbox, which is switched off.";
    problem.detail = "An operator switches it on in the configuration: [payment] sandbox.";
    problem.retry_after_s = 60;
    return http::problem(problem);
}

payment::Provider* provider_named(const App& app, std::string_view name) {
    if (app.providers.real.name() == name) return &app.providers.real;
    payment::Provider* const sandbox = app.providers.rehearsal;
    return sandbox != nullptr && sandbox->name() == name ? sandbox : nullptr;
}

/// False if the payment is with another provider: the sandbox cannot say that real money came.
bool may_speak_of(const App& app, const payment::Provider& provider, base::PaymentId payment) {
    if (&app.providers.real == app.providers.rehearsal) return true;
    bool may = true;  // of what nobody knows: the sale says so
    app.turnstile.look([&](const sale::Sale& sale) {
        const payment::Payment* const found = sale.payments().find(payment);
        if (found == nullptr) return;
        may = app.providers.of(sale.orders().find(found->order)->user) == &provider;
    });
    return may;
}

/// What the sale makes of a statement; nothing if the statement says nothing new.
std::optional<sale::Answer> tell_sale(App& app, const payment::Statement& statement) {
    switch (statement.state) {
        case ProviderState::succeeded:
            return app.turnstile.pass_and_wait(
                sale::Settle{statement.payment, statement.money.amount, statement.money.currency});
        case ProviderState::failed:
            return app.turnstile.pass_and_wait(sale::ClosePayment{statement.payment});
        case ProviderState::refunded:
            return app.turnstile.pass_and_wait(sale::ConfirmRefund{statement.payment});
        case ProviderState::pending:
        case ProviderState::unknown: break;
    }
    return std::nullopt;
}

http::Response ok() { return http::json(200, R"({"result":"ok"})"); }

}  // namespace

http::Response post_payment(App& app, const http::Request& request) {
    const base::Instant now = app.clock.now();
    const auto user = customer_of(app, request, now);
    if (!user) return unauthorized();
    if (!app.gates.on("payments", now))
        return problem_of(Outcome::stopped, "Payments are switched off for the moment.");
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const auto id = base::parse_id<base::OrderId>(request.params[0]);
    if (!id) return problem_of(Outcome::not_found);
    payment::Provider* const provider = app.providers.of(*user);
    if (provider == nullptr) return no_sandbox();

    const sale::Answer answer = app.turnstile.pass_and_wait(sale::OpenPayment{*id, *user});
    if (!sale::succeeded(answer.outcome)) return problem_of(answer.outcome);
    const order::Order& order = answer.order;
    const auto cashier_url = provider->open(
        {.payment = answer.payment.id,
         .order = order.id,
         .money = {answer.payment.amount, currency_of(app, order.item)},
         .title = title_of(app, order),
         .expires_at = order.pay_until,
         .return_url = app.options.public_url + "/orders#" + base::to_text(order.id)});
    if (!cashier_url) {
        base::log_warn("payment_not_opened",
                       {{"payment", answer.payment.id.value}, {"why", cashier_url.error().what}});
        return payment_unavailable();
    }
    std::string out = fmt::format(R"({{"payment_id":"{}","cashier_url":)", answer.payment.id.value);
    base::append_json_string(out, *cashier_url);
    return http::json(201, out + '}');
}

// PATH settle 1/5 Verifies what the provider says, over its exact bytes. Next: sale/turnstile.cc
http::Response post_callback(App& app, const http::Request& request) {
    // The switch `payments` does not stop callbacks: money that has moved must be counted.
    payment::Provider* const provider = provider_named(app, request.params[0]);
    if (provider == nullptr) return http::not_found("There is no such provider.");
    const auto statement =
        provider->verify(request.body, request.header(http::Header::x_signature), app.clock.now());
    if (!statement) {
        app.traffic.refused_callback();
        base::log(base::LogLevel::debug, "callback_refused", {{"why", statement.error().what}});
        if (statement.error().code == base::ErrorCode::forbidden)
            return http::forbidden("The signature is missing, wrong or too old.");
        return http::invalid("The statement cannot be understood.");
    }
    if (!may_speak_of(app, *provider, statement->payment)) {
        base::log_warn("callback_of_another_provider", {{"payment", statement->payment.value}});
        return problem_of(Outcome::not_found);
    }
    const auto answer = tell_sale(app, *statement);
    if (!answer || sale::succeeded(answer->outcome)) return ok();
    // The sale knows better: it was paid although this late word says that it was not.
    if (statement->state == ProviderState::failed && answer->outcome == Outcome::already_paid)
        return ok();
    base::log_warn("callback_not_applied", {{"payment", statement->payment.value},
                                            {"outcome", sale::to_text(answer->outcome)}});
    return problem_of(answer->outcome);
}

}  // namespace sluice::api
