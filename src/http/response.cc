// SPDX-License-Identifier: Apache-2.0
#include "http/response.h"

#include <algorithm>

#include "base/check.h"
#include "base/pen.h"
#include "http/head.h"

namespace sluice::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Looks for `name` at the beginning of a line of `headers`.
bool has_header(std::string_view headers, std::string_view name) {
    while (headers.size() > name.size()) {
        if (headers[name.size()] == ':' && same_word(headers.substr(0, name.size()), name))
            return true;
        const auto end = headers.find('\n');
        if (end == std::string_view::npos) return false;
        headers.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace

std::string_view reason_text(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 425: return "Too Early";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return "Status";
    }
}

bool is_bodyless(int status) { return status == 204 || status == 304; }

bool same_word(std::string_view a, std::string_view b) {
    if (a == b) return true;  // nearly always, and much cheaper
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

void append_head(std::string& out, const Response& response, BodyFraming framing) {
    base::Pen<320> pen;
    pen.text("HTTP/1.1 ").number(response.status).text(" ").text(reason_text(response.status));
    if (!is_bodyless(response.status)) {
        if (!response.content_type.empty())
            pen.text("\r\nContent-Type: ").text(response.content_type);
        if (framing == BodyFraming::length)
            pen.text("\r\nContent-Length: ").number(response.body.size());
        else if (framing == BodyFraming::chunked)
            pen.text("\r\nTransfer-Encoding: chunked");
    }
    pen.text("\r\nX-Content-Type-Options: nosniff\r\n");
    if (!has_header(response.headers, "Cache-Control")) pen.text("Cache-Control: no-store\r\n");
    out += pen.written();
    out += response.headers;
}

void Response::add_header(std::string_view name, std::string_view value) {
    // A line break in a value would let whoever chose the value write headers of their own.
    const auto ends_line = [](char c) {
        return c <= '\r' && (c == '\r' || c == '\n' || c == '\0');  // nearly all are greater
    };
    CHECK(std::ranges::none_of(value, ends_line));
    CHECK(!name.empty() && std::ranges::all_of(name, is_token));
    headers.append(name).append(": ").append(value).append("\r\n");
}

Response json(int status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response html(int status, std::string body) {
    Response response = json(status, std::move(body));
    response.content_type = "text/html; charset=utf-8";
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    response.content_type = "";
    return response;
}

namespace {

Response lead_to(std::string_view location, int status) {
    Response response;
    response.status = status;
    response.content_type = "";
    response.add_header("Location", location);
    return response;
}

}  // namespace

Response see_other(std::string_view location) { return lead_to(location, 303); }

Response permanent_redirect(std::string_view location) { return lead_to(location, 308); }

Prepared prepare(const Response& response) {
    CHECK(!response.source);
    Prepared prepared;
    append_head(prepared.head, response, BodyFraming::length);
    if (!is_bodyless(response.status)) prepared.body = response.body;
    return prepared;
}

}  // namespace sluice::http
