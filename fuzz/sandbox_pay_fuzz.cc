// SPDX-License-Identifier: Apache-2.0
// SandboxPay: all that strangers may send to the payment provider's side. Unsigned bytes are never
// a statement; what is understood is within its limits and is read back as it was written; an
// address that is let through cannot break out of a header, a page or a policy. The first byte
// picks the parser.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/sandbox_pay/callback.h"
#include "adapter/sandbox_pay/cashier_page.h"
#include "base/check.h"
#include "http/request.h"

namespace {

using namespace sluice;

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
constexpr base::Instant kNow{1'800'000'000'000};

void read_callback(std::string_view body) {
    const auto callback = adapter::parse_callback(body);
    if (!callback) {
        CHECK(callback.error().code == base::ErrorCode::invalid);
        return;
    }
    CHECK(callback->payment && callback->money.amount >= 0);
    const auto again = adapter::parse_callback(adapter::to_body(*callback));
    CHECK(again.has_value());
    CHECK(again->payment == callback->payment && again->state == callback->state);
    CHECK(again->money == callback->money && again->nonce == callback->nonce);
}

void read_signature(std::string_view text) {
    const auto good = adapter::check_signature(kKey, "{}", text, kNow);
    // Nobody finds the signature by chance, so only the corpus may hold it.
    CHECK(!good || text == adapter::sign_callback(kKey, kNow, "{}"));
}

void read_choice(std::string_view body) {
    constexpr base::Duration kDelay{5000};
    for (const auto& request :
         {adapter::parse_cashier_json(body, kDelay), adapter::parse_cashier_form(body, kDelay)}) {
        if (!request) continue;
        CHECK(request->action != adapter::CashierAction::none);
        CHECK(request->delay >= base::Duration{0} && request->delay <= adapter::kDelayMax);
    }
}

void read_address(std::string_view url) {
    if (!adapter::is_return_url(url)) return;
    CHECK(url.find_first_of(" \"'<>\r\n;,") == url.npos);
    const std::string policy = adapter::page_policy("n", url);
    CHECK(std::string_view(policy).substr(0, 20) == "default-src 'none'; ");
    CHECK(policy.ends_with("; base-uri 'none'; frame-ancestors 'none'"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 4) {
        case 0: read_callback(text); break;
        case 1: read_signature(text); break;
        case 2: read_choice(text); break;
        default: read_address(text); break;
    }
    return 0;
}
