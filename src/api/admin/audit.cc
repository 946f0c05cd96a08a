// SPDX-License-Identifier: Apache-2.0
// Audit: reading the log of who changed what, and proving that nobody changed the log.
#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"

namespace sluice::api::admin {

Response list_audit(App& app, const Request& request, const Caller&) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const std::string subject = request.query_value("subject").value_or("");
    const auto found = app.accounts.audit(part->before, subject, part->limit);
    if (!found) return problem_of(found.error());
    std::vector<std::string> rows;
    for (const account::AuditEntry& entry : *found) rows.push_back(to_json(entry));
    std::optional<std::uint64_t> next;
    if (found->size() == part->limit) next = found->back().seq;
    return list_answer("entries", rows, next);
}

/// A broken chain is an answer, not a failure of the request: somebody must look at it.
Response verify_audit(App& app, const Request&, const Caller&) {
    const auto verified = app.accounts.verify_audit();
    if (!verified && verified.error().code != base::ErrorCode::damaged)
        return problem_of(verified.error());
    JsonText out;
    out.open().flag("intact", verified.has_value());
    if (verified)
        out.number("entries", *verified);
    else
        out.text("problem", verified.error().what);
    return http::json(200, out.close().take());
}

}  // namespace sluice::api::admin
