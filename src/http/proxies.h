// SPDX-License-Identifier: Apache-2.0
// Proxies: whose X-Forwarded-For is believed. A header from anybody else is ignored, else every
// client could choose the address under which it is counted and limited.
// Threads: read-only after parse, shared by all doors.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::http {

/// 16 bytes; IPv4 is kept as the mapped IPv6 address.
using AddressBytes = std::array<unsigned char, 16>;

/// Parses a numeric address without zone and port. False if it is none.
[[nodiscard]] bool parse_address(std::string_view text, AddressBytes& out);
/// "192.0.2.1" or "2001:db8::1".
[[nodiscard]] std::string to_text(const AddressBytes& address);

class Proxies {
   public:
    /// Each of `cidrs` is an address, or an address and a prefix length: "10.0.0.0/8".
    [[nodiscard]] static base::Result<Proxies> parse(const std::vector<std::string>& cidrs);

    [[nodiscard]] bool trusts(const AddressBytes& address) const;
    /// The right-most address of the X-Forwarded-For headers that no trusted proxy has, as it
    /// stands there; `peer` if the peer is not trusted or says nothing usable.
    [[nodiscard]] std::string_view client(std::string_view peer,
                                          std::span<const std::string_view> forwarded) const;

   private:
    struct Network {
        AddressBytes address{};
        unsigned bits = 128;
    };
    std::vector<Network> networks_;
};

}  // namespace sluice::http
