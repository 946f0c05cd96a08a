// SPDX-License-Identifier: Apache-2.0
#include "api/customer_gates.h"

#include "api/door_answers.h"
#include "api/outcome_http.h"

namespace sluice::api {

std::optional<CustomerRefusal> customer_refusal(App& app, const http::Request& request,
                                                const std::optional<base::UserId>& user,
                                                base::Instant now) {
    using guard::Gate;
    const auto refuse = [&](Gate gate, Refusal refusal) {
        app.gates.count(gate);
        return CustomerRefusal{gate, app.answers.refusals().of(refusal, request.received_ns)};
    };
    std::int64_t retry_after_ms = 0;
    if (!user) return refuse(Gate::token, Refusal::unauthorized);
    if (!app.gates.admit_address(request.address, now, retry_after_ms))
        return refuse(Gate::address_rate, Refusal::too_fast);
    if (!app.gates.admit_user(*user, now, retry_after_ms))
        return refuse(Gate::user_rate, Refusal::too_fast);
    if (!app.gates.admit_risk(*user, request.address, now))
        return refuse(Gate::risk, Refusal::blocked);
    return std::nullopt;
}

}  // namespace sluice::api
