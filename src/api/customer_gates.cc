// SPDX-License-Identifier: Apache-2.0
#include "api/customer_gates.h"

#include "api/door_answers.h"
#include "api/outcome_http.h"

namespace sluice::api {

using guard::Gate;

namespace {

Refusal refusal_by(Gate gate) {
    if (gate == Gate::token) return Refusal::unauthorized;
    return gate == Gate::risk ? Refusal::blocked : Refusal::too_fast;
}

}  // namespace

std::optional<Gate> refusing_gate(App& app, std::string_view address,
                                  const std::optional<base::UserId>& user, base::Instant now) {
    const auto refuse = [&](Gate gate) {
        app.gates.count(gate);
        return gate;
    };
    std::int64_t retry_after_ms = 0;
    if (!user) return refuse(Gate::token);
    if (!app.gates.admit_address(address, now, retry_after_ms)) return refuse(Gate::address_rate);
    if (!app.gates.admit_user(*user, now, retry_after_ms)) return refuse(Gate::user_rate);
    if (!app.gates.admit_risk(*user, address, now)) return refuse(Gate::risk);
    return std::nullopt;
}

TurnedAway turned_away_by(Gate gate) {
    return gate == Gate::token ? TurnedAway::no_session : TurnedAway::rate_or_list;
}

std::optional<CustomerRefusal> customer_refusal(App& app, const http::Request& request,
                                                const std::optional<base::UserId>& user,
                                                base::Instant now) {
    const auto gate = refusing_gate(app, request.address, user, now);
    if (!gate) return std::nullopt;
    return CustomerRefusal{*gate,
                           app.answers.refusals().of(refusal_by(*gate), request.received_ns)};
}

}  // namespace sluice::api
