// SPDX-License-Identifier: Apache-2.0
#include "api/outcome_http.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "http/problem.h"

namespace sluice::api {

using sale::Outcome;

OutcomeHttp to_http(Outcome outcome) {
    switch (outcome) {
        case Outcome::accepted: return {201, "The order exists.", "", 0};
        case Outcome::replayed: return {201, "The order existed already.", "", 0};
        case Outcome::done: return {200, "It is done.", "", 0};
        case Outcome::already_done: return {200, "It was done before.", "", 0};
        case Outcome::refund_due: return {200, "The money goes back.", "", 0};

        case Outcome::read_only:
            return {503, "The sale is interrupted.",
                    "Orders cannot be stored at the moment. What was confirmed is safe and can be "
                    "read.",
                    10};
        case Outcome::in_progress:
            return {409, "The same request is being worked on.",
                    "Repeat it with the same Idempotency-Key to learn its result.", 1};
        case Outcome::duplicate_key_mismatch:
            return {422, "This Idempotency-Key belongs to another request.",
                    "Use a new key for each new purchase, and the same body when you repeat one.",
                    0};
        case Outcome::not_found: return {404, "There is no such thing.", "", 0};
        case Outcome::rehearsal_only:
            return {403, "This session is for rehearsals.",
                    "It can buy in an activity that is marked as a rehearsal, and nothing else.",
                    0};
        case Outcome::stopped:
            return {503, "This is switched off for the moment.", "Try again later.", 5};
        case Outcome::not_started:
            return {409, "The sale has not started.",
                    "GET /v1/items/{id}/state says when it starts.", 0};
        case Outcome::ended: return {409, "The sale is over.", "", 0};
        case Outcome::paused:
            return {409, "The sale is paused.", "GET /v1/items/{id}/state says when it goes on.",
                    0};
        case Outcome::ticket_required:
            return {404, "This item is bought with a ticket.",
                    "POST /v1/items/{id}/tickets gives you the address to buy at.", 0};
        case Outcome::ticket_invalid:
            return {403, "The ticket is not valid.",
                    "It is used, expired, or somebody else's. Ask for a new one.", 0};
        case Outcome::limit_reached:
            return {409, "You have reached the purchase limit of this item.", "", 0};
        case Outcome::busy:
            return {503, "Too many requests at once.",
                    "Nothing was done. Ask again; a purchase with the same Idempotency-Key.", 1};
        case Outcome::sold_out:
            return {409, "Sold out.",
                    "Units come back when orders are not paid; the state of the item says so.", 0};

        case Outcome::amount_mismatch:
            return {422, "The amount is not the one of the order.", "", 0};
        case Outcome::already_paid: return {409, "The order is paid.", "", 0};
        case Outcome::already_cancelled: return {409, "The order is cancelled.", "", 0};
        case Outcome::already_expired:
            return {409, "The order has expired.", "It was not paid in time.", 0};
        case Outcome::already_refunded: return {409, "The order is refunded.", "", 0};
        case Outcome::not_paid: return {409, "The order is not paid.", "", 0};
        case Outcome::below_committed:
            return {409, "The stock cannot go below what is reserved and sold.", "", 0};
        case Outcome::too_much: return {422, "An item cannot have so much stock.", "", 0};
        case Outcome::already_open: return {409, "The activity is warm already.", "", 0};
        case Outcome::count_: break;
    }
    CHECK(false && "not an outcome");
}

namespace {

/// Later variants wait longer, by half of the least wait but at least a second each.
int spread(int least_s, std::size_t variant) {
    return least_s == 0 ? 0 : least_s + static_cast<int>(variant) * std::max(1, least_s / 2);
}

http::Response problem_of_variant(Outcome outcome, std::string detail, std::size_t variant) {
    const OutcomeHttp form = to_http(outcome);
    http::Problem problem;
    problem.status = form.status;
    problem.code = sale::to_text(outcome);
    problem.title = form.title;
    problem.detail = detail.empty() ? std::string(form.detail) : std::move(detail);
    problem.retry_after_s = spread(form.retry_after_s, variant);
    return http::problem(problem);
}

http::Response problem_of_variant(Refusal refusal, std::size_t variant) {
    switch (refusal) {
        case Refusal::unauthorized: return unauthorized();
        case Refusal::too_fast: {
            http::Problem problem;
            problem.status = 429;
            problem.code = "too_fast";
            problem.title = "Too many attempts.";
            problem.detail = "Wait a moment. Trying more often does not improve your chance.";
            problem.retry_after_s = spread(1, variant);
            return http::problem(problem);
        }
        case Refusal::blocked: {
            http::Problem problem;
            problem.status = 403;
            problem.code = "blocked";
            problem.title = "This account or address cannot take part.";
            problem.detail = "If you think that this is a mistake, ask the shop.";
            return http::problem(problem);
        }
        case Refusal::count_: break;
    }
    CHECK(false && "not a refusal");
}

}  // namespace

http::Response unauthorized() {
    http::Response response = http::unauthorized(
        "Send the session token as `Authorization: Bearer …`; POST /v1/sessions gives you one.");
    response.add_header("WWW-Authenticate", "Bearer");
    return response;
}

http::Response problem_of(Outcome outcome, std::string detail) {
    return problem_of_variant(outcome, std::move(detail), 0);
}

Refusals::Refusals() {
    for (std::size_t variant = 0; variant < kVariants; ++variant) {
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            const auto outcome = static_cast<Outcome>(i);
            if (!sale::succeeded(outcome))
                outcomes_[i][variant] = http::prepare(problem_of_variant(outcome, {}, variant));
        }
        for (std::size_t i = 0; i < refusals_.size(); ++i)
            refusals_[i][variant] =
                http::prepare(problem_of_variant(static_cast<Refusal>(i), variant));
    }
}

const http::Prepared& Refusals::of(Outcome outcome, std::int64_t vary) const noexcept {
    CHECK(!sale::succeeded(outcome));
    return outcomes_[static_cast<std::size_t>(outcome)]
                    [static_cast<std::uint64_t>(vary) % kVariants];
}

const http::Prepared& Refusals::of(Refusal refusal, std::int64_t vary) const noexcept {
    return refusals_[static_cast<std::size_t>(refusal)]
                    [static_cast<std::uint64_t>(vary) % kVariants];
}

}  // namespace sluice::api
