// SPDX-License-Identifier: Apache-2.0
#include "guard/network.h"

#include <arpa/inet.h>

#include <array>

#include "base/id.h"

namespace sluice::guard {

std::optional<Address> parse_address(std::string_view text) noexcept {
    // inet_pton wants a terminated string.
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    std::array<std::uint8_t, 16> bytes{};
    if (text.find(':') == std::string_view::npos) {
        bytes[10] = bytes[11] = 0xff;
        if (::inet_pton(AF_INET, terminated.data(), bytes.data() + 12) != 1) return std::nullopt;
    } else if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) {
        return std::nullopt;
    }
    Address address;
    for (std::size_t i = 0; i < 8; ++i) {
        address.high = (address.high << 8) | bytes[i];
        address.low = (address.low << 8) | bytes[i + 8];
    }
    return address;
}

std::optional<Network> parse_network(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Network{*address, 128};
    const bool v4 = text.find(':') == std::string_view::npos;
    const auto bits = base::parse_number(text.substr(slash + 1), v4 ? 32 : 128);
    if (!bits) return std::nullopt;
    return Network{*address, static_cast<unsigned>(*bits) + (v4 ? kV4Offset : 0)};
}

}  // namespace sluice::guard
