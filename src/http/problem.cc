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

Response plain(int status, std::string_view code, std::string_view title, std::string detail) {
    Problem p;
    p.status = status;
    p.code = code;
    p.title = title;
    p.detail = std::move(detail);
    return problem(p);
}

}  // namespace

Response problem(const Problem& problem) {
    std::string body = "{";
    append_member(body, "type", "/problems/" + std::string{problem.code});
    append_member(body, "title", problem.title);
    append_member(body, "status", problem.status);
    if (!problem.detail.empty()) append_member(body, "detail", problem.detail);
    append_member(body, "code", problem.code);
    const int retry_ms =
        problem.retry_after_ms > 0 ? problem.retry_after_ms : problem.retry_after_s * 1000;
    if (problem.retry_after_s > 0) append_member(body, "retry_after_ms", retry_ms);
    if (!problem.errors.empty()) {
        body += ",\"errors\":[";
        for (std::size_t i = 0; i < problem.errors.size(); ++i) {
            body += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
            base::append_json_string(body, problem.errors[i].pointer);
            body += ",\"detail\":";
            base::append_json_string(body, problem.errors[i].detail);
            body += '}';
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
    Problem p;
    p.detail = std::move(detail);
    p.errors = std::move(errors);
    return problem(p);
}

Response not_found(std::string detail) {
    return plain(404, "not_found", "There is no such thing here.", std::move(detail));
}

Response unauthorized(std::string detail) {
    return plain(401, "unauthorized", "Please sign in.", std::move(detail));
}

Response forbidden(std::string detail) {
    return plain(403, "forbidden", "You may not do this.", std::move(detail));
}

Response conflict(std::string_view code, std::string_view title, std::string detail) {
    return plain(409, code, title, std::move(detail));
}

Response busy(std::string detail) {
    Problem p;
    p.status = 503;
    p.code = "busy";
    p.title = "The server is busy. Please try again in a moment.";
    p.detail = std::move(detail);
    p.retry_after_ms = 1000 + jitter(2000);
    p.retry_after_s = (p.retry_after_ms + 999) / 1000;
    return problem(p);
}

Response internal() {
    return plain(500, "internal", "Something went wrong on our side.",
                 "Please try again. The cause is in the server's log.");
}

}  // namespace sluice::http
