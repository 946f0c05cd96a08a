// SPDX-License-Identifier: Apache-2.0
// CashierPage: the sandbox's page where a customer pays, and what the customer sends back from it.
// Pure: text in, text out. Everything shown is escaped; nothing is loaded from elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/sandbox_pay/book.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::adapter {

/// The languages of the cashier.
enum class Language : unsigned char { english, chinese };

/// Chinese if it stands first in Accept-Language, else English.
[[nodiscard]] Language language_of(std::string_view accept_language);

/// Longest delay that may be asked for: one day.
inline constexpr base::Duration kDelayMax{86'400'000};

/// What the customer sends: `{"action":"late","delay_ms":2000}`, or the same as a form.
struct CashierRequest {
    CashierAction action = CashierAction::none;
    base::Duration delay;
};

/// Strict: `action`, and `delay_ms` if wanted, nothing else. `delay` is what applies without it.
[[nodiscard]] base::Result<CashierRequest> parse_cashier_json(std::string_view body,
                                                              base::Duration delay);
[[nodiscard]] base::Result<CashierRequest> parse_cashier_form(std::string_view body,
                                                              base::Duration delay);

struct PageView {
    const SandboxPayment& payment;
    Language language = Language::english;
    base::Instant now;
    base::Duration delay;    ///< proposed for `late`
    std::string_view nonce;  ///< of the style, see page_policy
};

[[nodiscard]] std::string cashier_page(const PageView& view);
/// The page for an address that is no payment's.
[[nodiscard]] std::string unknown_page(Language language, std::string_view nonce);

/// The Content-Security-Policy: no scripts, no resources; the form goes to us, and the redirect
/// behind it to the origin of `return_url`.
[[nodiscard]] std::string page_policy(std::string_view nonce, std::string_view return_url);

/// True if the customer may be sent there: a path, or http(s) with plain characters only.
[[nodiscard]] bool is_return_url(std::string_view url);

/// "1999.00 CNY", with as many decimals as the currency has.
[[nodiscard]] std::string to_text(const base::Money& money);

}  // namespace sluice::adapter
