// SPDX-License-Identifier: Apache-2.0
// Risk lists: who is blocked. Doors read them while a desk replaces them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/flat_map.h"
#include "base/id.h"
#include "base/metrics.h"
#include "base/time.h"
#include "guard/gates.h"
#include "guard/network.h"

namespace sluice::guard {

/// Who is blocked until when; never changed once it is published.
class RiskLists {
   public:
    /// Leaves out what complaint_about() finds fault with.
    explicit RiskLists(std::span<const RiskEntry> entries);
    [[nodiscard]] bool holds(base::UserId user, std::string_view address, base::Instant now) const;

   private:
    struct UserHash {
        std::uint64_t operator()(const base::UserId& user) const { return user.key.low; }
    };

    /// A network as a key; `bits` is never 0, so that no network equals "no key".
    struct NetworkKey {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::uint64_t bits = 0;
        bool operator==(const NetworkKey&) const = default;
    };
    struct NetworkHash {
        std::uint64_t operator()(const NetworkKey& key) const {
            return base::mix64(key.high + base::mix64(key.low + base::mix64(key.bits)));
        }
    };

    static NetworkKey key_of(const Address& address, unsigned bits);
    void add(const RiskEntry& entry);

    base::FlatMap<base::UserId, std::int64_t, UserHash> users_;  ///< until when, ms
    base::FlatMap<NetworkKey, std::int64_t, NetworkHash> networks_;
    std::vector<unsigned> lengths_;  ///< of the prefixes that occur; each is one look-up
};

/// Lists that doors read while a desk replaces them. A reader says in the cell of its thread that
/// it reads, then takes the pointer: two atomic additions, no lock and no wait. Who replaces the
/// lists waits until each cell has been seen empty once: whoever counted itself in after that took
/// the new pointer, so nobody has the old lists any more and they are freed. A reading takes well
/// under a microsecond, so this wait is short, and only desks have it.
class PublishedLists {
   public:
    PublishedLists();
    ~PublishedLists();
    PublishedLists(const PublishedLists&) = delete;
    PublishedLists& operator=(const PublishedLists&) = delete;

    [[nodiscard]] bool holds(base::UserId user, std::string_view address,
                             base::Instant now) const noexcept;
    void replace(std::unique_ptr<const RiskLists> lists);

   private:
    struct alignas(base::kCacheLine) Cell {
        std::atomic<std::uint64_t> readers{0};
    };
    mutable std::array<Cell, base::kMetricCells> cells_;
    std::atomic<const RiskLists*> current_;
};

}  // namespace sluice::guard
