// SPDX-License-Identifier: Apache-2.0
// Answers: what all handlers of the console share: errors into problems, the page of a list, the
// audit entry of a change.   Threads: desks; pure but for the clock of the app.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/audit.h"
#include "api/admin/access.h"
#include "api/app.h"
#include "api/json_body.h"
#include "api/outcome_http.h"
#include "base/result.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"

namespace sluice::api::admin {

inline constexpr TextRule kReasonRule{1, 500, true};  ///< why: asked for at every red button

/// An error of a store as the problem that a person sees.
[[nodiscard]] http::Response problem_of(const base::Error& error);
using api::problem_of;  // of an outcome of the sale
/// 409 with the fields that are to blame.
[[nodiscard]] http::Response conflict_of(const base::Error& error,
                                         std::vector<http::FieldError> errors);

/// The id in the first `{…}` of the path; nothing if it is none, which is a 404.
template <class AnyId>
[[nodiscard]] std::optional<AnyId> id_in_path(const http::Request& request) {
    return base::parse_id<AnyId>(request.params[0]);
}

/// 422 `invalid`: this field of the body is understood, and is not what it must be: a wrong
/// password.
[[nodiscard]] http::Response wrong_field(std::string pointer, base::Sentence what);

/// Which part of a list is asked for: `?cursor=&limit=`.
struct Part {
    std::uint64_t before = 0;  ///< 0: from the newest
    std::size_t limit = 50;
};
[[nodiscard]] base::Result<Part> part_of(const http::Request& request, std::size_t limit_max = 200);
/// `{"<name>":[…],"next_cursor":"…"}`, the cursor only if there is more.
[[nodiscard]] http::Response list_answer(std::string_view name,
                                         const std::vector<std::string>& elements,
                                         std::optional<std::uint64_t> next_cursor);

/// The version in If-Match (`"3"`); an error says what to send. Editors send what they read, so
/// that nobody overwrites a change that they have not seen.
[[nodiscard]] base::Result<std::uint32_t> version_in(const http::Request& request);
/// 428 if it was missing, 400 if it was something else.
[[nodiscard]] http::Response version_problem(const base::Error& error);
/// 409 for who edits `seen` while `stored` is newer.
[[nodiscard]] std::optional<http::Response> version_refusal(std::uint32_t seen,
                                                            std::uint32_t stored);
/// The answer with an ETag of `version`.
[[nodiscard]] http::Response with_version(http::Response response, std::uint32_t version);

/// Who did what to what, from where, now; before, after and reason are the handler's. A subject
/// that ends with a slash is of a new thing: the store adds the id that it assigns.
[[nodiscard]] account::AuditEntry audit_of(const App& app, const Caller& caller,
                                           const http::Request& request, std::string_view action,
                                           std::string subject);

/// Every operator's name by id, also of those who are disabled. What cannot be read is left out:
/// ids are shown in its place.
[[nodiscard]] std::map<base::OperatorId, std::string> names_of(const App& app);

/// The body of a red button, `{"reason":"…"}`, or the refusal.
struct Reason {
    std::string text;
    std::optional<http::Response> refusal;
};
[[nodiscard]] Reason reason_in(const http::Request& request);

}  // namespace sluice::api::admin
