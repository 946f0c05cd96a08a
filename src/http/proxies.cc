// SPDX-License-Identifier: Apache-2.0
#include "http/proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sluice::http {

namespace {

constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr unsigned kMappedPrefix = 12;

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool has_prefix(const AddressBytes& address, const AddressBytes& network, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                    network.begin()))
        return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<unsigned char>(0xff00U >> (bits % 8));
    return (address[whole] & mask) == (network[whole] & mask);
}

base::Error not_a_network(const std::string& text) {
    return {base::ErrorCode::invalid,
            "trusted_proxies: \"" + text +
                "\" is not an address or a network. Write it like \"10.0.0.0/8\" or \"::1\"."};
}

}  // namespace

bool parse_address(std::string_view text, AddressBytes& out) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size()) return false;
    if (text.find('\0') != text.npos) return false;  // inet_pton would stop there
    std::copy(text.begin(), text.end(), terminated.begin());
    if (inet_pton(AF_INET6, terminated.data(), out.data()) == 1) return true;
    out = kMapped;
    return inet_pton(AF_INET, terminated.data(), out.data() + kMappedPrefix) == 1;
}

std::string to_text(const AddressBytes& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (has_prefix(address, kMapped, kMappedPrefix * 8))
        inet_ntop(AF_INET, address.data() + kMappedPrefix, text.data(), text.size());
    else
        inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    return text.data();
}

base::Result<Proxies> Proxies::parse(const std::vector<std::string>& cidrs) {
    Proxies proxies;
    for (const std::string& text : cidrs) {
        const auto slash = text.find('/');
        Network network;
        if (!parse_address(std::string_view{text}.substr(0, slash), network.address))
            return std::unexpected(not_a_network(text));
        const bool v4 = text.find(':') == std::string::npos;
        if (slash != std::string::npos) {
            unsigned bits = 0;
            const char* end = text.data() + text.size();
            const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
            if (parsed.ec != std::errc{} || parsed.ptr != end || bits > (v4 ? 32U : 128U))
                return std::unexpected(not_a_network(text));
            network.bits = bits + (v4 ? kMappedPrefix * 8U : 0U);
        }
        proxies.networks_.push_back(network);
    }
    return proxies;
}

bool Proxies::trusts(const AddressBytes& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        return has_prefix(address, network.address, network.bits);
    });
}

std::string_view Proxies::client(std::string_view peer,
                                 std::span<const std::string_view> forwarded) const {
    AddressBytes address{};
    if (networks_.empty() || !parse_address(peer, address) || !trusts(address)) return peer;
    std::string_view nearest = peer;
    for (std::size_t i = forwarded.size(); i-- > 0;) {
        std::string_view list = forwarded[i];
        for (bool more = true; more;) {
            const auto comma = list.rfind(',');
            more = comma != std::string_view::npos;
            const auto entry = trim(more ? list.substr(comma + 1) : list);
            if (more) list = list.substr(0, comma);
            // Behind something that is no address nothing can be believed either.
            if (!parse_address(entry, address)) return nearest;
            nearest = entry;
            if (!trusts(address)) return nearest;
        }
    }
    return nearest;
}

}  // namespace sluice::http
