// SPDX-License-Identifier: Apache-2.0
// Audit: reading the log of who changed what, and proving that nobody changed the log.
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kFilterTextMax = 200;  // bytes; subjects, names and actions are shorter

/// `?subject=&who_name=&action=&from=&to=`; an error says which of them is wrong.
base::Result<account::AuditFilter> filter_in(const Request& request) {
    account::AuditFilter filter;
    for (const auto& [key, text] :
         {std::pair{"subject", &filter.subject}, std::pair{"who_name", &filter.who_name},
          std::pair{"action", &filter.action}}) {
        *text = request.query_value(key).value_or("");
        if (text->size() > kFilterTextMax || !base::is_clean_text(*text))
            return base::failure(base::ErrorCode::invalid,
                                 base::say("not_of_the_log", kFilterTextMax));
    }
    for (const auto& [key, at] : {std::pair{"from", &filter.from}, std::pair{"to", &filter.to}}) {
        const auto text = request.query_value(key);
        if (!text || text->empty()) continue;
        const auto read = base::parse_rfc3339(*text);
        if (!read)
            return base::failure(
                base::ErrorCode::invalid,
                read.error() == base::NoTime::malformed
                    ? base::say("query_not_a_time", key)
                    : base::say("query_time_out_of_range", key, base::kYearMin, base::kYearMax));
        *at = *read;
    }
    if (filter.from && filter.to && *filter.to < *filter.from)
        return base::failure(base::ErrorCode::invalid, base::say("to_before_from", *filter.from));
    return filter;
}

}  // namespace

Response list_audit(App& app, const Request& request, const Caller&) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const auto filter = filter_in(request);
    if (!filter) return problem_of(filter.error());
    const auto found = app.accounts.audit(part->before, *filter, part->limit);
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
