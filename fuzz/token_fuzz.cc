// SPDX-License-Identifier: Apache-2.0
// Shows session tokens and tickets to their keys. What must hold: whatever bytes come, only what
// the key itself issued is accepted, in one spelling; what it issued is accepted until it expires,
// and not with any one character changed.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "account/token.h"
#include "base/check.h"
#include "base/text.h"
#include "guard/ticket.h"

namespace {

using sluice::base::Instant;
using sluice::base::ItemId;
using sluice::base::UserId;

constexpr Instant kNow{1'800'000'000'000};

sluice::base::Bytes32 key_bytes() {
    sluice::base::Bytes32 bytes{};
    bytes.fill(7);
    return bytes;
}

/// A number from the front of `data`, which gets shorter; 0 where there is none.
std::uint64_t take_number(std::string_view& data) {
    std::uint64_t number = 0;
    const std::size_t size = data.size() < sizeof number ? data.size() : sizeof number;
    std::memcpy(&number, data.data(), size);
    data.remove_prefix(size);
    return number;
}

/// An accepted text must end with the MAC of what stands before it, and be spelled canonically.
template <std::size_t kSigned>
void check_genuine(std::string_view text, std::string_view also_signed) {
    std::array<unsigned char, kSigned + 16> bytes{};
    CHECK(sluice::base::parse_base64url(text, bytes));
    CHECK(sluice::base::to_base64url(bytes) == text);
    std::string message(reinterpret_cast<const char*>(bytes.data()), kSigned);
    message += also_signed;
    sluice::base::Mac16 mac{};
    std::memcpy(mac.data(), bytes.data() + kSigned, mac.size());
    CHECK(sluice::base::MacKey(key_bytes()).sign(message) == mac);
}

void show(std::string_view text, UserId user) {
    const sluice::account::TokenKey tokens(key_bytes());
    const sluice::guard::TicketKey tickets(key_bytes());
    if (const auto found = tokens.verify(text, kNow)) {
        CHECK(text.size() == sluice::account::kTokenSize);
        CHECK(*found);
        check_genuine<32>(text, "");
    }
    if (const auto ticket = tickets.verify(text, user, kNow)) {
        CHECK(text.size() == sluice::guard::kTicketSize);
        CHECK(ticket->item && ticket->nonce != 0 && ticket->expires_at > kNow);
        std::array<char, 16> name{};
        std::memcpy(name.data(), &user.key.high, 8);
        std::memcpy(name.data() + 8, &user.key.low, 8);
        check_genuine<20>(text, {name.data(), name.size()});
    }
}

/// `text` with one character replaced by another of the alphabet.
std::string changed(std::string text, std::uint64_t where) {
    char& c = text[where % text.size()];
    c = c == 'A' ? 'B' : 'A';
    return text;
}

void round_trip(std::string_view data) {
    const sluice::account::TokenKey tokens(key_bytes());
    const sluice::guard::TicketKey tickets(key_bytes());
    const UserId user{sluice::base::Key128{take_number(data), take_number(data) | 1}};
    const ItemId item{static_cast<std::uint32_t>(take_number(data)) | 1};
    // Whole seconds, within what both can say.
    const Instant expires_at{static_cast<std::int64_t>(take_number(data) & 0xffffffff) * 1000};
    const Instant before{expires_at.ms - 1};
    const std::uint64_t where = take_number(data);

    const std::string token = tokens.issue(user, kNow, expires_at);
    CHECK(tokens.verify(token, before) == user);
    CHECK(!tokens.verify(token, expires_at));
    CHECK(!tokens.verify(changed(token, where), before));

    const std::string ticket = tickets.issue(item, user, expires_at);
    const auto found = tickets.verify(ticket, user, before);
    CHECK(found && found->item == item && found->expires_at == expires_at);
    CHECK(!tickets.verify(ticket, user, expires_at));
    CHECK(!tickets.verify(changed(ticket, where), user, before));
    CHECK(!tickets.verify(ticket, UserId{sluice::base::Key128{user.key.low, ~user.key.high}},
                          before));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    show(text, UserId{sluice::base::Key128{1, 2}});
    round_trip(text);
    return 0;
}
