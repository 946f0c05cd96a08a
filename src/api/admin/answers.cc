// SPDX-License-Identifier: Apache-2.0
#include "api/admin/answers.h"

#include <utility>

#include "account/audit_actions.h"
#include "api/admin/json_text.h"
#include "base/check.h"
#include "base/log.h"
#include "base/sentences.h"

namespace sluice::api::admin {

using base::ErrorCode;

http::Response problem_of(const base::Error& error) {
    const bool is_said = !error.sentence.empty();
    switch (error.code) {
        case ErrorCode::invalid:
            return is_said ? http::invalid(error.sentence) : http::invalid(error.what);
        case ErrorCode::not_found:
            return is_said ? http::not_found(error.sentence) : http::not_found(error.what);
        case ErrorCode::conflict: return conflict_of(error, {});
        case ErrorCode::forbidden:
            return is_said ? http::forbidden(error.sentence) : http::forbidden(error.what);
        case ErrorCode::unavailable:
        case ErrorCode::full: return http::busy(error.what, error.sentence);
        case ErrorCode::stopped: return problem_of(sale::Outcome::read_only, error.what);
        case ErrorCode::damaged:
        case ErrorCode::unsupported: break;
    }
    // What is damaged is for the log and the person on call; it may name files.
    base::log_error("console_store_failed", {{"what", std::string_view(error.what)}});
    return http::problem({.status = 500,
                          .code = "internal",
                          .title = "The store holds something that cannot be read.",
                          .detail = "The log says what. Run `sluice doctor`.",
                          .retry_after_s = 0,
                          .errors = {}});
}

http::Response conflict_of(const base::Error& error, std::vector<http::FieldError> errors) {
    return http::problem({.status = 409,
                          .code = "conflict",
                          .title = "It exists already, or somebody was faster.",
                          .detail = error.what,
                          .retry_after_s = 0,
                          .errors = std::move(errors),
                          .reason = error.sentence});
}

http::Response wrong_field(std::string pointer, base::Sentence what) {
    return http::problem({.status = 422,
                          .detail = what.text(),
                          .retry_after_s = 0,
                          .errors = {{std::move(pointer), what}},
                          .reason = what});
}

base::Result<Part> part_of(const http::Request& request, std::size_t limit_max) {
    Part part;
    if (const auto text = request.query_value("limit")) {
        const auto limit = base::parse_number(*text, limit_max);
        if (!limit)
            return base::failure(ErrorCode::invalid,
                                 "?limit must be 1 to " + std::to_string(limit_max) + ".");
        part.limit = static_cast<std::size_t>(*limit);
    }
    if (const auto text = request.query_value("cursor"); text && !text->empty()) {
        const auto before = base::parse_number(*text, INT64_MAX);
        if (!before)
            return base::failure(ErrorCode::invalid, "?cursor must be a next_cursor of this list.");
        part.before = *before;
    }
    return part;
}

http::Response list_answer(std::string_view name, const std::vector<std::string>& elements,
                           std::optional<std::uint64_t> next_cursor) {
    JsonText out;
    out.open().open_list(name);
    for (const std::string& element : elements) out.raw(element);
    out.close_list();
    if (next_cursor) out.text("next_cursor", std::to_string(*next_cursor));
    return http::json(200, out.close().take());
}

base::Result<std::uint32_t> version_in(const http::Request& request) {
    std::string_view text = request.header(http::Header::if_match);
    if (text.empty())
        return base::failure(ErrorCode::not_found,
                             "Send If-Match with the ETag that you read, such as \"3\".");
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    const auto version = base::parse_number(text, UINT32_MAX);
    if (!version)
        return base::failure(ErrorCode::invalid, "If-Match must be the ETag that you read.");
    return static_cast<std::uint32_t>(*version);
}

http::Response version_problem(const base::Error& error) {
    if (error.code != ErrorCode::not_found) return problem_of(error);
    return http::problem({.status = 428,
                          .code = "precondition_required",
                          .title = "The version that you edit is missing.",
                          .detail = error.what,
                          .retry_after_s = 0,
                          .errors = {}});
}

std::optional<http::Response> version_refusal(std::uint32_t seen, std::uint32_t stored) {
    if (seen == stored) return std::nullopt;
    return problem_of(base::failure(ErrorCode::conflict, base::say("changed_since_read")).error());
}

http::Response with_version(http::Response response, std::uint32_t version) {
    response.add_header("ETag", "\"" + std::to_string(version) + "\"");
    return response;
}

account::AuditEntry audit_of(const App& app, const Caller& caller, const http::Request& request,
                             std::string_view action, std::string subject) {
    CHECK(account::is_audit_action(action));
    account::AuditEntry entry;
    entry.at = app.clock.now();
    entry.who = caller.who.id;
    entry.who_name = caller.who.name;
    entry.action = action;
    entry.subject = std::move(subject);
    entry.address = request.address;
    return entry;
}

std::map<base::OperatorId, std::string> names_of(const App& app) {
    std::map<base::OperatorId, std::string> names;
    if (const auto found = app.accounts.operators())
        for (const account::Operator& who : *found) names.emplace(who.id, who.name);
    return names;
}

Reason reason_in(const http::Request& request) {
    const JsonBody body(request.body);
    Reason result;
    result.text = body.root().text("reason", kReasonRule);
    result.refusal = body.refusal();
    return result;
}

}  // namespace sluice::api::admin
