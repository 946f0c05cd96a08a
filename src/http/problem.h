// SPDX-License-Identifier: Apache-2.0
// Problem: the one shape of an error, application/problem+json (RFC 9457) with a stable `code`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"

namespace sluice::http {

/// What is wrong with one field: `pointer` is a JSON pointer into the body ("/quantity"), or
/// "?limit", "header X".
struct FieldError {
    std::string pointer;
    std::string detail;
};

struct Problem {
    int status = 400;
    std::string_view code = "invalid";  ///< the contract; see docs/api/errors.md
    std::string_view title = "The request is not valid.";
    std::string detail;      ///< what, why, what to try; may be empty
    int retry_after_s = 0;   ///< > 0: sends Retry-After and retry_after_ms
    int retry_after_ms = 0;  ///< the finer wait of retry_after_ms; 0: retry_after_s in ms
    std::vector<FieldError> errors;
};

/// `{"type":"/problems/<code>","title":…,"status":…,"detail":…,"code":…,"errors":[…]}`; always
/// no-store.
[[nodiscard]] Response problem(const Problem& problem);

/// Shorthands for the common ones.
[[nodiscard]] Response invalid(std::string detail, std::vector<FieldError> errors = {});
[[nodiscard]] Response not_found(std::string detail = {});
[[nodiscard]] Response unauthorized(std::string detail = {});
[[nodiscard]] Response forbidden(std::string detail = {});
[[nodiscard]] Response conflict(std::string_view code, std::string_view title,
                                std::string detail = {});
/// 503 with Retry-After: full queues, drain, a store that does not answer.
[[nodiscard]] Response busy(std::string detail = {});
/// 500: a handler failed. What happened is in the log, never in the answer.
[[nodiscard]] Response internal();

}  // namespace sluice::http
