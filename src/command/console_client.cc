// SPDX-License-Identifier: Apache-2.0
#include "command/console_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

struct ConsoleClient::Curl {
    CURL* handle = curl_easy_init();
    ~Curl() { curl_easy_cleanup(handle); }
    Curl() = default;
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;
};

namespace {

std::size_t append_to(char* bytes, std::size_t size, std::size_t count, void* out) {
    static_cast<std::string*>(out)->append(bytes, size * count);
    return size * count;
}

/// name=value of the Set-Cookie line, "" if there is none.
std::string cookie_in(std::string_view head) {
    constexpr std::string_view kName = "Set-Cookie: ";
    const std::size_t at = head.find(kName);
    if (at == head.npos) return "";
    const std::string_view value = head.substr(at + kName.size());
    return std::string(value.substr(0, value.find_first_of(";\r\n")));
}

std::string credentials(std::string_view name, std::string_view password) {
    std::string json = R"({"name":)";
    base::append_json_string(json, name);
    json += R"(,"password":)";
    base::append_json_string(json, password);
    return json + "}";
}

}  // namespace

ConsoleClient::ConsoleClient(std::string url)
    : curl_(std::make_unique<Curl>()), url_(std::move(url)) {}
ConsoleClient::~ConsoleClient() = default;

Result<void> ConsoleClient::set_up(std::string_view token, std::string_view name,
                                   std::string_view password) {
    std::string json = credentials(name, password);
    json.pop_back();
    json += R"(,"token":)";
    base::append_json_string(json, token);
    json += "}";
    const auto answer = post("/admin/v1/setup", json);
    if (!answer) return std::unexpected(answer.error());
    return {};
}

Result<void> ConsoleClient::log_in(std::string_view name, std::string_view password) {
    const auto answer = post("/admin/v1/sessions", credentials(name, password));
    if (!answer) return std::unexpected(answer.error());
    csrf_ = json_at(*answer, "csrf");
    return {};
}

Result<std::string> ConsoleClient::get(const std::string& path) {
    return send("GET", path, nullptr);
}

Result<std::string> ConsoleClient::post(const std::string& path, const std::string& json) {
    return send("POST", path, &json);
}

Result<std::string> ConsoleClient::send(const char* method, const std::string& path,
                                        const std::string* json) {
    CURL* curl = curl_->handle;
    std::string head;
    std::string body;
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    if (!cookie_.empty()) headers = curl_slist_append(headers, ("Cookie: " + cookie_).c_str());
    if (!csrf_.empty()) headers = curl_slist_append(headers, ("X-CSRF-Token: " + csrf_).c_str());
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, (url_ + path).c_str());
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_to);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, append_to);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
    if (json != nullptr) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json->c_str());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(json->size()));
    }
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return failure(ErrorCode::unavailable,
                       fmt::format("{} {}{}: {}", method, url_, path, curl_easy_strerror(code)));
    if (status / 100 != 2)
        return failure(ErrorCode::invalid,
                       fmt::format("{} {}{}: {} {}", method, url_, path, status, body));
    if (const std::string cookie = cookie_in(head); !cookie.empty()) cookie_ = cookie;
    return body;
}

std::string json_at(std::string_view json, std::string_view path) {
    boost::system::error_code error;
    const boost::json::value root = boost::json::parse(json, error);
    if (error) return "";
    const boost::json::value* at = root.find_pointer("/" + std::string(path), error);
    if (at == nullptr) return "";
    if (at->is_string()) return std::string(at->get_string());
    return boost::json::serialize(*at);
}

}  // namespace sluice::command
