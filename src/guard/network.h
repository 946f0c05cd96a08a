// SPDX-License-Identifier: Apache-2.0
// Network: an address, or all that begin with the same bits. Pure; any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::guard {

/// An IPv6 address; an IPv4 address is held as ::ffff:a.b.c.d.
struct Address {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const Address&) const = default;
    [[nodiscard]] bool is_v4() const { return high == 0 && (low >> 32) == 0xffff; }
    [[nodiscard]] Address prefix(unsigned bits) const {
        const auto mask = [](unsigned size) {
            return size == 0 ? 0 : ~std::uint64_t{0} << (64 - size);
        };
        return {high & mask(std::min(bits, 64U)), low & mask(bits > 64 ? bits - 64 : 0)};
    }
};

/// Addresses that begin with the same bits; a single one has 128.
struct Network {
    Address address;
    unsigned bits = 128;
};

constexpr unsigned kV4Offset = 96;  ///< bits in front of an IPv4 address that is held as IPv6

/// "192.0.2.1", "2001:db8::1". Nothing if it is no address.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text) noexcept;
/// An address, or one with a prefix length behind a slash. Nothing if it is neither.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text) noexcept;

}  // namespace sluice::guard
