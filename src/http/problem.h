// SPDX-License-Identifier: Apache-2.0
// Problem: the one shape of an error, application/problem+json (RFC 9457) with a stable `code`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/sentence.h"
#include "http/response.h"

namespace sluice::http {

/// What is wrong with one field: `pointer` is a JSON pointer into the body ("/quantity"), or
/// "?limit", "header X"; of a file "line 3", with the place.
struct FieldError {
    std::string pointer;
    base::Sentence what;
    std::size_t line = 0;  ///< 0: it is of no file
    std::size_t column = 0;
};

struct Problem {
    int status = 400;
    std::string_view code = "invalid";  ///< the contract; see docs/api/errors.md
    std::string_view title = "The request is not valid.";
    std::string detail;      ///< what, why, what to try; may be empty
    int retry_after_s = 0;   ///< > 0: sends Retry-After and retry_after_ms
    int retry_after_ms = 0;  ///< the finer wait of retry_after_ms; 0: retry_after_s in ms
    std::vector<FieldError> errors;
    base::Sentence reason{};  ///< what `detail` says, for the console; alone it is the detail, too
};

/// `{"type":"/problems/<code>","title":…,"status":…,"detail":…,"code":…,"reason":…,"values":{…},
/// "errors":[…]}`; always no-store.
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
/// The same with a reason that the console can say in its reader's language.
[[nodiscard]] Response invalid(base::Sentence reason, std::vector<FieldError> errors = {});
[[nodiscard]] Response not_found(base::Sentence reason);
[[nodiscard]] Response unauthorized(base::Sentence reason);
[[nodiscard]] Response forbidden(base::Sentence reason);
[[nodiscard]] Response conflict(std::string_view code, std::string_view title,
                                base::Sentence reason);
[[nodiscard]] Response busy(base::Sentence reason);
/// What another program said, and the same in words that the console has; these may be missing.
[[nodiscard]] Response busy(std::string detail, base::Sentence reason);
/// 500: a handler failed. What happened is in the log, never in the answer.
[[nodiscard]] Response internal();

}  // namespace sluice::http
