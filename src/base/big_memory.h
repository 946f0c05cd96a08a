// SPDX-License-Identifier: Apache-2.0
// BigMemory: zeroed memory for tables that are reached at random places, in huge pages where the
// kernel has them (transparent_hugepage `madvise` or `always`).
// Why: with pages of 4 KiB the first touch of each costs a page fault, under the turnstile's lock,
// and later ones miss the TLB; together that was a fifth of the CPU time of a purchase.
// Threads: any.   Limits: reserved at once, taken from the machine as it is touched, 2 MiB at a
// time. Fails: without address space the program ends (CHECK): tables are made at the start.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace sluice::base {

/// `bytes` of zeroed memory, aligned for everything; give the same number back to unmap_big.
[[nodiscard]] void* map_big(std::size_t bytes);
void unmap_big(void* memory, std::size_t bytes) noexcept;
/// Takes the memory from the machine now, so that its first use waits for nothing; what is there
/// already stays as it is. Small memory, and a kernel before 5.14, are left alone.
void populate_big(void* memory, std::size_t bytes) noexcept;

/// Asks the processor to bring the cache line of `place` from the memory, which takes it longer
/// than some hundred instructions, while these go on.
inline void prefetch(const void* place) noexcept {
    __builtin_prefetch(place);
    // Without this GCC 12 finds that functions which do nothing else have no effect, and drops
    // the calls.
    asm volatile("" : : "r"(place));
}

/// A fixed array whose elements are valid when all their bytes are zero: numbers, atomics, structs
/// of them.
template <class T>
class BigArray {
    static_assert(std::is_trivially_destructible_v<T>);

   public:
    BigArray() = default;
    explicit BigArray(std::size_t count)
        : elements_(static_cast<T*>(map_big(count * sizeof(T))), {count * sizeof(T)}) {}

    [[nodiscard]] T& operator[](std::size_t at) const { return elements_.get()[at]; }
    void populate() const { populate_big(elements_.get(), elements_.get_deleter().bytes); }
    [[nodiscard]] explicit operator bool() const { return elements_ != nullptr; }

   private:
    struct Unmap {
        std::size_t bytes = 0;
        void operator()(T* elements) const { unmap_big(elements, bytes); }
    };
    std::unique_ptr<T, Unmap> elements_;
};

/// For a std::vector that reserves all it will ever hold.
template <class T>
struct BigAllocator {
    using value_type = T;

    BigAllocator() = default;
    template <class Other>
    explicit BigAllocator(const BigAllocator<Other>& /*other*/) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(map_big(count * sizeof(T)));
    }
    void deallocate(T* elements, std::size_t count) noexcept {
        unmap_big(elements, count * sizeof(T));
    }
    bool operator==(const BigAllocator&) const = default;
};

}  // namespace sluice::base
