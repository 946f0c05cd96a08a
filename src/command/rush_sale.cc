// SPDX-License-Identifier: Apache-2.0
#include "command/rush_sale.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "base/secret.h"

namespace sluice::command {

using base::Duration;
using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

Result<RushAddress> address_of(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme))
        return failure(ErrorCode::invalid, fmt::format("`{}` does not begin with http://", url));
    const std::string_view rest = std::string_view(url).substr(kScheme.size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const std::size_t colon = authority.rfind(':');
    RushAddress address{.host = std::string(authority.substr(0, colon))};
    if (colon != authority.npos) {
        const std::string_view port = authority.substr(colon + 1);
        if (std::from_chars(port.data(), port.data() + port.size(), address.port).ec != std::errc{})
            return failure(ErrorCode::invalid,
                           fmt::format("`{}` has no port that is a number", url));
    }
    return address;
}

}  // namespace

Result<void> RushSale::open() {
    std::string public_url = options_.public_url;
    std::string console_url = options_.console_url;
    std::string key_file = options_.token_key_file;
    if (public_url.empty()) {
        auto server = RushServer::start();
        if (!server) return std::unexpected(server.error());
        server_ = std::move(*server);
        public_url = server_->public_url();
        console_url = server_->console_url();
        key_file = server_->token_key_file();
    }
    const auto address = address_of(public_url);
    if (!address) return std::unexpected(address.error());
    address_ = *address;
    const auto key = base::load_or_create_key(key_file);
    if (!key) return std::unexpected(key.error());
    tokens_ = std::make_unique<account::TokenKey>(*key);
    operator_ = std::make_unique<ConsoleClient>(console_url);
    reviewer_ = std::make_unique<ConsoleClient>(console_url);
    return server_ != nullptr ? hire() : log_in();
}

/// On a server of our own: the first owner by the one-time link, and a reviewer.
Result<void> RushSale::hire() {
    const std::string password = fmt::format("rush-{:016x}", base::random_u64());
    if (auto done = operator_->set_up(server_->setup_token(), "rush-owner", password); !done)
        return done;
    if (auto done = operator_->log_in("rush-owner", password); !done) return done;
    const auto hired = operator_->post(
        "/admin/v1/operators",
        fmt::format(R"({{"name":"rush-reviewer","password":"{}","role":"reviewer"}})", password));
    if (!hired) return std::unexpected(hired.error());
    return reviewer_->log_in("rush-reviewer", password);
}

Result<void> RushSale::log_in() {
    if (auto done = operator_->log_in(options_.operator_name, options_.operator_password); !done)
        return done;
    return reviewer_->log_in(options_.reviewer_name, options_.reviewer_password);
}

Result<void> RushSale::set_up() {
    const std::string code = fmt::format("rush-{:x}", base::random_u64() >> 16);
    const auto product = operator_->post(
        "/admin/v1/products",
        fmt::format(R"({{"code":"{0}","title":"Rush","skus":[{{"code":"{0}-1","title":"Rush"}}]}})",
                    code));
    if (!product) return std::unexpected(product.error());
    starts_at_ = base::SystemClock().now() + Duration{1500};  // for the people to finish
    const auto activity = make_activity(json_at(*product, "skus/0/id"));
    if (!activity) return std::unexpected(activity.error());
    item_ = json_at(*activity, "items/0/id");
    const std::string path = "/admin/v1/activities/" + json_at(*activity, "id");
    for (const auto& [who, step] :
         {std::pair{operator_.get(), "/submit"}, std::pair{reviewer_.get(), "/approve"},
          std::pair{operator_.get(), "/warm"}}) {
        const auto done = who->post(path + step, "{}");
        if (!done) return std::unexpected(done.error());
    }
    return {};
}

Result<std::string> RushSale::make_activity(const std::string& sku) {
    const std::string item = fmt::format(
        R"({{"sku_id":"{}","title":"Rush","price":{{"amount":199900,"currency":"CNY"}},)"
        R"("stock":{},"limit_per_user":{},"policy":"{}","pay_window_ms":{}}})",
        sku, options_.stock, kLimit, options_.policy, options_.pay_window_ms);
    return operator_->post(
        "/admin/v1/activities",
        fmt::format(
            R"({{"name":"Rush of {} buyers","rehearsal":true,"starts_at":"{}","ends_at":"{}",)"
            R"("items":[{}]}})",
            options_.buyers, base::to_rfc3339(starts_at_),
            base::to_rfc3339(starts_at_ + Duration{6 * base::kHour.ms}), item));
}

std::string RushSale::token_for(base::UserId user, base::Instant now) const {
    return tokens_->issue(user, now, now + Duration{6 * base::kHour.ms});
}

double RushSale::server_cpu_seconds() const {
    return server_ != nullptr ? server_->cpu_seconds() : 0;
}

bool RushSale::shares_machine() const {
    return server_ != nullptr || address_.host.starts_with("127.");
}

Result<RushSale::Figures> RushSale::figures() {
    const auto answer = operator_->get("/admin/v1/items/" + item_);
    if (!answer) return std::unexpected(answer.error());
    const auto number = [&answer](const char* name) {
        return std::strtoll(json_at(*answer, name).c_str(), nullptr, 10);
    };
    return Figures{.available = number("available"),
                   .reserved = number("reserved"),
                   .sold = number("sold"),
                   .paid = number("orders/paid"),
                   .refunded = number("orders/refunded")};
}

Result<std::vector<BookedOrder>> RushSale::books() {
    const auto csv = operator_->get("/admin/v1/orders/export?item_id=" + item_);
    if (!csv) return std::unexpected(csv.error());
    return read_books(*csv);
}

Result<bool> RushSale::is_balanced() {
    const auto answer = operator_->get("/admin/v1/reconcile?item_id=" + item_);
    if (!answer) return std::unexpected(answer.error());
    return json_at(*answer, "balanced") == "true";
}

}  // namespace sluice::command
