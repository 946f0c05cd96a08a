// SPDX-License-Identifier: Apache-2.0
#include "http/problem.h"

#include <atomic>
#include <utility>

#include "base/id.h"
#include "base/text.h"
#include "base/time.h"

namespace sluice::http {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
    out += out.size() > 1 ? "," : "";
    base::append_json_string(out, name);
    out += ':';
    base::append_json_string(out, value);
}

void append_member(std::string& out, std::string_view name, int value) {
    out += ',';
    base::append_json_string(out, name);
    out += ':';
    out += std::to_string(value);
}

/// 0 … bound-1, spread well enough that clients who were refused together do not return together.
int jitter(int bound) {
    static std::atomic<std::uint64_t> count{0};
    const auto seed = static_cast<std::uint64_t>(base::monotonic_ns()) +
                      (count.fetch_add(1, std::memory_order_relaxed) << 32);
    return static_cast<int>(base::mix64(seed) % static_cast<std::uint64_t>(bound));
}

/// What a person is told: words that are only for the English, or a sentence of the table.
struct Told {
    std::string detail;
    base::Sentence reason;
};

Response plain(int status, std::string_view code, std::string_view title, Told told) {
    Problem p;
    p.status = status;
    p.code = code;
    p.title = title;
    p.detail = std::move(told.detail);
    p.reason = std::move(told.reason);
    return problem(p);
}

Response invalid_as(Told told, std::vector<FieldError> errors) {
    Problem p;
    p.detail = std::move(told.detail);
    p.reason = std::move(told.reason);
    p.errors = std::move(errors);
    return problem(p);
}

Response not_found_as(Told told) {
    return plain(404, "not_found", "There is no such thing here.", std::move(told));
}

Response unauthorized_as(Told told) {
    return plain(401, "unauthorized", "Please sign in.", std::move(told));
}

Response forbidden_as(Told told) {
    return plain(403, "forbidden", "You may not do this.", std::move(told));
}

Response busy_as(Told told) {
    Problem p;
    p.status = 503;
    p.code = "busy";
    p.title = "The server is busy. Please try again in a moment.";
    p.detail = std::move(told.detail);
    p.reason = std::move(told.reason);
    p.retry_after_ms = 1000 + jitter(2000);
    p.retry_after_s = (p.retry_after_ms + 999) / 1000;
    return problem(p);
}

void append_error(std::string& out, const FieldError& error) {
    out += "{\"pointer\":";
    base::append_json_string(out, error.pointer);
    if (error.line > 0) {
        append_member(out, "line", static_cast<int>(error.line));
        append_member(out, "column", static_cast<int>(error.column));
    }
    out += ",\"detail\":";
    base::append_json_string(out, error.what.text());
    if (!error.what.empty()) out += ',';
    base::append_json_code(out, error.what);
    out += '}';
}

}  // namespace

Response problem(const Problem& problem) {
    std::string body = "{";
    append_member(body, "type", "/problems/" + std::string{problem.code});
    append_member(body, "title", problem.title);
    append_member(body, "status", problem.status);
    const std::string& detail = problem.detail.empty() ? problem.reason.text() : problem.detail;
    if (!detail.empty()) append_member(body, "detail", detail);
    append_member(body, "code", problem.code);
    if (!problem.reason.empty()) body += ',';
    base::append_json_code(body, problem.reason, "reason");
    const int retry_ms =
        problem.retry_after_ms > 0 ? problem.retry_after_ms : problem.retry_after_s * 1000;
    if (problem.retry_after_s > 0) append_member(body, "retry_after_ms", retry_ms);
    if (!problem.errors.empty()) {
        body += ",\"errors\":[";
        for (std::size_t i = 0; i < problem.errors.size(); ++i) {
            if (i > 0) body += ',';
            append_error(body, problem.errors[i]);
        }
        body += ']';
    }
    body += '}';

    Response response = json(problem.status, std::move(body));
    response.content_type = "application/problem+json";
    response.add_header("Cache-Control", "no-store");
    if (problem.retry_after_s > 0)
        response.add_header("Retry-After", std::to_string(problem.retry_after_s));
    return response;
}

Response invalid(std::string detail, std::vector<FieldError> errors) {
    return invalid_as({std::move(detail), {}}, std::move(errors));
}
Response invalid(base::Sentence reason, std::vector<FieldError> errors) {
    return invalid_as({{}, std::move(reason)}, std::move(errors));
}

Response not_found(std::string detail) { return not_found_as({std::move(detail), {}}); }
Response not_found(base::Sentence reason) { return not_found_as({{}, std::move(reason)}); }

Response unauthorized(std::string detail) { return unauthorized_as({std::move(detail), {}}); }
Response unauthorized(base::Sentence reason) { return unauthorized_as({{}, std::move(reason)}); }

Response forbidden(std::string detail) { return forbidden_as({std::move(detail), {}}); }
Response forbidden(base::Sentence reason) { return forbidden_as({{}, std::move(reason)}); }

Response conflict(std::string_view code, std::string_view title, std::string detail) {
    return plain(409, code, title, {std::move(detail), {}});
}
Response conflict(std::string_view code, std::string_view title, base::Sentence reason) {
    return plain(409, code, title, {{}, std::move(reason)});
}

Response busy(std::string detail) { return busy_as({std::move(detail), {}}); }
Response busy(base::Sentence reason) { return busy_as({{}, std::move(reason)}); }

Response busy(std::string detail, base::Sentence reason) {
    return busy_as({std::move(detail), std::move(reason)});
}

Response internal() {
    return plain(500, "internal", "Something went wrong on our side.",
                 {"Please try again. The cause is in the server's log.", {}});
}

}  // namespace sluice::http
