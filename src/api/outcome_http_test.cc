// SPDX-License-Identifier: Apache-2.0
#include "api/outcome_http.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sluice::api {
namespace {

using sale::Outcome;

TEST(OutcomeHttp, EveryOutcomeHasItsStatus) {
    const struct {
        Outcome outcome;
        int status;
    } rows[] = {
        {Outcome::accepted, 201},
        {Outcome::replayed, 201},
        {Outcome::done, 200},
        {Outcome::already_done, 200},
        {Outcome::refund_due, 200},
        {Outcome::read_only, 503},
        {Outcome::in_progress, 409},
        {Outcome::duplicate_key_mismatch, 422},
        {Outcome::not_found, 404},
        {Outcome::rehearsal_only, 403},
        {Outcome::stopped, 503},
        {Outcome::not_started, 409},
        {Outcome::ended, 409},
        {Outcome::paused, 409},
        {Outcome::ticket_required, 404},
        {Outcome::ticket_invalid, 403},
        {Outcome::limit_reached, 409},
        {Outcome::busy, 503},
        {Outcome::sold_out, 409},
        {Outcome::amount_mismatch, 422},
        {Outcome::already_paid, 409},
        {Outcome::already_cancelled, 409},
        {Outcome::already_expired, 409},
        {Outcome::already_refunded, 409},
        {Outcome::not_paid, 409},
        {Outcome::below_committed, 409},
        {Outcome::too_much, 422},
        {Outcome::already_open, 409},
    };
    EXPECT_EQ(std::size(rows), static_cast<std::size_t>(Outcome::count_));
    for (const auto& row : rows) {
        EXPECT_EQ(to_http(row.outcome).status, row.status) << sale::to_text(row.outcome);
        EXPECT_FALSE(to_http(row.outcome).title.empty());
    }
}

TEST(OutcomeHttp, WhatIsUnavailableSaysWhenToComeBack) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Outcome::count_); ++i) {
        const OutcomeHttp form = to_http(static_cast<Outcome>(i));
        if (form.status == 503) {
            EXPECT_GT(form.retry_after_s, 0) << i;
        }
    }
    EXPECT_GT(to_http(Outcome::in_progress).retry_after_s, 0);
}

TEST(OutcomeHttp, RefusedTogetherDoNotComeBackTogether) {
    const Refusals refusals;
    for (const Outcome outcome : {Outcome::busy, Outcome::stopped, Outcome::read_only}) {
        std::set<std::string> heads;
        for (int vary = 0; vary < 8; ++vary) heads.insert(refusals.of(outcome, vary).head);
        EXPECT_EQ(heads.size(), 4U) << sale::to_text(outcome);
    }
    EXPECT_EQ(refusals.of(Outcome::sold_out, 0).head, refusals.of(Outcome::sold_out, 1).head);
    EXPECT_EQ(refusals.of(Outcome::sold_out, 0).head.find("Retry-After"), std::string::npos);
}

TEST(OutcomeHttp, PreparedRefusalsAreProblemDocuments) {
    const Refusals refusals;
    const http::Prepared& sold_out = refusals.of(Outcome::sold_out, -1);
    EXPECT_TRUE(sold_out.head.starts_with("HTTP/1.1 409 "));
    EXPECT_NE(sold_out.head.find("application/problem+json"), std::string::npos);
    EXPECT_NE(sold_out.body.find(R"("code":"sold_out")"), std::string::npos);
    EXPECT_NE(refusals.of(Refusal::unauthorized, 0).head.find("WWW-Authenticate: Bearer"),
              std::string::npos);
    EXPECT_TRUE(refusals.of(Refusal::too_fast, 0).head.starts_with("HTTP/1.1 429 "));
    EXPECT_TRUE(refusals.of(Refusal::blocked, 0).head.starts_with("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace sluice::api
