// SPDX-License-Identifier: Apache-2.0
// FlatIndex: finds an entry of a vector by a hash: a table of fixed capacity, open addressing,
// linear probing, nothing ever erased. A cell has only the number of the entry and half of its
// hash, so it is a third of the size that it would be with the key, and a key that is not there is
// nearly always missed by one look at one cache line.
// Owner: whoever owns the vector.   Threads: one; prefetch: any.
// Limits: `capacity` entries; the memory is reserved in the constructor and touched as it fills, or
// by populate(). Fails: one more than the capacity is a bug of the caller (CHECKed).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/big_memory.h"
#include "base/check.h"

namespace sluice::base {

class FlatIndex {
   public:
    /// No entry.
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    explicit FlatIndex(std::size_t capacity)
        : capacity_(capacity),
          mask_(std::bit_ceil(capacity + capacity / 2 + 1) - 1),
          cells_(mask_ + 1) {}

    /// The number under `hash` for which `is_it(number)`, or kNone. 64 well-mixed bits.
    template <class IsIt>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, const IsIt& is_it) const {
        return cells_[place_of(hash, is_it)].number_plus_1 - 1;
    }

    /// Puts `number` in the place of the number for which `is_it(number)`, which is returned; if
    /// there is none it is added, and kNone is returned.
    template <class IsIt>
    std::uint32_t exchange(std::uint64_t hash, std::uint32_t number, const IsIt& is_it) {
        Cell& cell = cells_[place_of(hash, is_it)];
        const std::uint32_t before = cell.number_plus_1 - 1;
        if (before == kNone) CHECK(size_++ < capacity_);
        cell = {.tag = tag_of(hash), .number_plus_1 = number + 1};
        return before;
    }

    /// Takes all the memory from the machine now; see populate_big.
    void populate() { cells_.populate(); }

    /// Asks the processor for the cell where a search for `hash` begins. Reads nothing, so it needs
    /// no lock: who is about to take one can spare those behind him the wait for the memory.
    void prefetch(std::uint64_t hash) const { base::prefetch(&cells_[hash & mask_]); }

   private:
    struct Cell {
        std::uint32_t tag;
        std::uint32_t number_plus_1;  // 0: empty
    };

    static std::uint32_t tag_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    /// The cell of the entry, or the empty one where it would go.
    template <class IsIt>
    std::size_t place_of(std::uint64_t hash, const IsIt& is_it) const {
        const std::uint32_t tag = tag_of(hash);
        std::size_t at = static_cast<std::size_t>(hash) & mask_;
        for (;; at = (at + 1) & mask_) {
            const Cell& cell = cells_[at];
            if (cell.number_plus_1 == 0) return at;
            if (cell.tag == tag && is_it(cell.number_plus_1 - 1)) return at;
        }
    }

    std::size_t capacity_;
    std::size_t mask_;
    std::size_t size_ = 0;
    BigArray<Cell> cells_;
};

}  // namespace sluice::base
