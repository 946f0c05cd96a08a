// SPDX-License-Identifier: Apache-2.0
#include "http/address_counts.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/id.h"
#include "base/secret.h"

namespace sluice::http {

namespace {

/// 4 bytes each in both tables; more places than this would only save a few wrong refusals.
constexpr std::uint32_t kPlacesMax = 1 << 20;

std::uint64_t hash_of(const AddressBytes& address, std::uint64_t seed) {
    std::uint64_t network = 0;
    std::uint64_t host = 0;
    std::memcpy(&network, address.data(), sizeof network);
    // Only IPv4, which is mapped into 0::/64, is told apart by its last bytes.
    if (network == 0) std::memcpy(&host, address.data() + sizeof network, sizeof host);
    const std::uint64_t hash = base::mix64(base::mix64(network ^ seed) ^ host);
    return hash == 0 ? 1 : hash;
}

}  // namespace

AddressCounts::AddressCounts(std::uint32_t max, std::uint32_t connections_max)
    : max_(max), seed_(base::random_u64()) {
    if (max_ == 0) return;
    const std::uint32_t places = std::bit_ceil(std::min(connections_max, kPlacesMax / 2) * 2);
    mask_ = places - 1;
    first_ = std::vector<Counter>(places);
    second_ = std::vector<Counter>(places);
}

std::optional<AddressCounts::Place> AddressCounts::try_enter(const AddressBytes& address) {
    if (max_ == 0) return 0;
    const Place place = hash_of(address, seed_);
    const std::uint32_t before = std::min(first(place).fetch_add(1), second(place).fetch_add(1));
    if (before < max_) return place;
    leave(place);
    return std::nullopt;
}

void AddressCounts::leave(Place place) {
    if (place == 0) return;
    first(place).fetch_sub(1);
    second(place).fetch_sub(1);
}

}  // namespace sluice::http
