// SPDX-License-Identifier: Apache-2.0
// FlatMap: a hash table of fixed capacity, open addressing, linear probing, nothing ever erased.
// Owner: whoever needs it.   Threads: one.
// Limits: `capacity` entries; the memory is reserved in the constructor and touched only as it
// fills. Fails: insert past the capacity is a bug of the caller, who asks full() first (CHECKed).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "base/big_memory.h"
#include "base/check.h"

namespace sluice::base {

/// Maps Key to Value. A key that equals Key{} is "no key" and cannot be stored.
/// `Hash` is a stateless function object returning 64 well-mixed bits.
template <class Key, class Value, class Hash>
class FlatMap {
    static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

   public:
    explicit FlatMap(std::size_t capacity)
        : capacity_(capacity),
          mask_(std::bit_ceil(capacity + capacity / 2 + 1) - 1),
          cells_(mask_ + 1) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool full() const { return size_ >= capacity_; }

    /// The value of `key`, or nullptr.
    [[nodiscard]] const Value* find(const Key& key) const {
        if (key == Key{}) return nullptr;  // else an empty cell would be found
        const Cell& cell = cell_of(key);
        return cell.key == key ? &cell.value : nullptr;
    }
    [[nodiscard]] Value* find(const Key& key) {
        return const_cast<Value*>(std::as_const(*this).find(key));
    }

    /// The value of `key`; a new one starts as Value{}. Check full() first if the key may be new.
    Value& insert(const Key& key) {
        CHECK(key != Key{});
        Cell& cell = const_cast<Cell&>(cell_of(key));
        if (cell.key != key) {
            CHECK(!full());
            cell.key = key;
            cell.value = Value{};
            ++size_;
        }
        return cell.value;
    }

   private:
    struct Cell {
        Key key;
        Value value;
    };

    /// The cell that holds `key`, or the empty one where it would go.
    const Cell& cell_of(const Key& key) const {
        std::size_t at = static_cast<std::size_t>(Hash{}(key)) & mask_;
        while (cells_[at].key != Key{} && cells_[at].key != key) at = (at + 1) & mask_;
        return cells_[at];
    }

    std::size_t capacity_;
    std::size_t mask_;
    std::size_t size_ = 0;
    BigArray<Cell> cells_;
};

}  // namespace sluice::base
