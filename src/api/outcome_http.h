// SPDX-License-Identifier: Apache-2.0
// Outcome → HTTP: one exhaustive switch says which status, title and Retry-After each answer of the
// sale has; a new Outcome does not compile until it has a line there. Refusals of the hot path are
// prepared bytes.   Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/response.h"
#include "sale/outcome.h"

namespace sluice::api {

/// How an Outcome looks on the wire.
struct OutcomeHttp {
    int status = 500;
    std::string_view title;
    std::string_view detail;  ///< what to do about it; "" if the title says all
    int retry_after_s = 0;    ///< the least; the jitter comes on top. 0: no Retry-After
};

[[nodiscard]] OutcomeHttp to_http(sale::Outcome outcome);

/// The problem document of a refusal; `detail` replaces the usual one.
[[nodiscard]] http::Response problem_of(sale::Outcome outcome, std::string detail = {});

/// 401: no session token, or not one that is good now.
[[nodiscard]] http::Response unauthorized();

/// The refusals of the gates that are no Outcome.
enum class Refusal : std::uint8_t {
    unauthorized,  ///< 401: no session token, or not a good one
    too_fast,      ///< 429: more attempts than a person makes
    blocked,       ///< 403: on a risk list
    count_         ///< how many there are; not a refusal
};

/// Prepared refusals, each in a few variants that differ in Retry-After, so that those who were
/// refused together do not come back together.   Owner: Answers.   Threads: read-only.
class Refusals {
   public:
    Refusals();
    /// `vary` chooses the variant: any number that differs from request to request.
    [[nodiscard]] const http::Prepared& of(sale::Outcome outcome, std::int64_t vary) const noexcept;
    [[nodiscard]] const http::Prepared& of(Refusal refusal, std::int64_t vary) const noexcept;

   private:
    static constexpr std::size_t kVariants = 4;
    using Variants = std::array<http::Prepared, kVariants>;

    std::array<Variants, static_cast<std::size_t>(sale::Outcome::count_)> outcomes_;
    std::array<Variants, static_cast<std::size_t>(Refusal::count_)> refusals_;
};

}  // namespace sluice::api
