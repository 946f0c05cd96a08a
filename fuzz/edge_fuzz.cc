// SPDX-License-Identifier: Apache-2.0
// Edge: the small parsers of what strangers and operators write: tickets, times, ids and cursors,
// base64url, X-Forwarded-For, networks of proxies, risk entries. What is understood is within its
// limits and, where there is one form, is written back as it was. The first byte picks the parser.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "base/money.h"
#include "base/text.h"
#include "base/time.h"
#include "guard/gates.h"
#include "guard/ticket.h"
#include "http/proxies.h"

namespace {

using namespace sluice;

void read_ticket(std::string_view text) {
    const guard::TicketKey key(base::Bytes32{});
    const base::UserId user = base::user_of("fuzz", "ann");
    const auto ticket = key.verify(text, user, {});
    if (!ticket) return;
    // Nobody finds one by chance: only the corpus may hold it, and it is for nobody else.
    CHECK(text.size() == guard::kTicketSize && ticket->nonce != 0);
    CHECK(!key.verify(text, base::user_of("fuzz", "bob"), {}));
    CHECK(!key.verify(text, user, ticket->expires_at));
}

void read_time(std::string_view text) {
    const auto at = base::parse_rfc3339(text);
    if (!at) return;
    const std::string written = base::to_rfc3339(*at);
    CHECK(base::parse_rfc3339(written) == at);
    CHECK(written.size() == 24 && text.size() >= 20);
}

void read_id(std::string_view text) {
    // A cursor is such a number, too.
    if (const auto id = base::parse_id<base::OrderId>(text)) CHECK(base::to_text(*id) == text);
    if (const auto id = base::parse_id<base::ItemId>(text)) CHECK(base::to_text(*id) == text);
    if (const auto number = base::parse_number(text, 200)) CHECK(*number <= 200);
    if (const auto key = base::parse_key128(text)) CHECK(base::to_text(base::UserId{*key}) == text);
    if (const auto currency = base::parse_currency(text)) CHECK(currency->text() == text);
}

void read_base64url(std::string_view text) {
    if (const auto bytes = base::parse_base64url(text)) {
        CHECK(bytes->size() == text.size() * 3 / 4);
        CHECK(text.find_first_of("+/=\n ") == text.npos);
    }
}

void read_forwarded(std::string_view text) {
    static const auto kProxies = http::Proxies::parse({"10.0.0.0/8", "fd00::/8"});
    CHECK(kProxies.has_value());
    const std::size_t half = text.find('\n');
    const std::array lines = {text.substr(0, half),
                              half == text.npos ? std::string_view() : text.substr(half + 1)};
    // A stranger is who he is, whatever he says.
    CHECK(kProxies->client("192.0.2.1", lines) == "192.0.2.1");
    const std::string_view client = kProxies->client("10.0.0.1", lines);
    CHECK(client == "10.0.0.1" || text.find(client) != text.npos);
    CHECK(!client.empty() && client.find_first_of(" ,\t\r\n") == client.npos);
}

void read_network(std::string_view text) {
    const auto proxies = http::Proxies::parse({std::string(text)});
    if (!proxies) return;
    CHECK(text.find_first_not_of("0123456789abcdefABCDEF:./") == text.npos);
}

void read_risk(std::string_view text) {
    guard::RiskEntry entry;
    entry.kind = guard::RiskEntry::Kind::address;
    entry.value = std::string(text);
    entry.reason = "x";
    if (!guard::complaint_about(entry).empty()) return;
    CHECK(text.find_first_not_of("0123456789abcdefABCDEF:./") == text.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 7) {
        case 0: read_ticket(text); break;
        case 1: read_time(text); break;
        case 2: read_id(text); break;
        case 3: read_base64url(text); break;
        case 4: read_forwarded(text); break;
        case 5: read_network(text); break;
        default: read_risk(text); break;
    }
    return 0;
}
