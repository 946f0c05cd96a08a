// SPDX-License-Identifier: Apache-2.0
#include "base/big_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

#include "base/check.h"

namespace sluice::base {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Small tables, as tests have them by the thousand, are cheaper from the heap.
bool is_big(std::size_t bytes) { return bytes >= kHugePage; }

std::size_t whole_pages(std::size_t bytes) { return (bytes + kHugePage - 1) & ~(kHugePage - 1); }

}  // namespace

void* map_big(std::size_t bytes) {
    if (!is_big(bytes)) {
        // At least a cache line, as the elements of some tables are.
        constexpr std::size_t kAlignment = 64;
        const std::size_t size = (bytes + kAlignment) & ~(kAlignment - 1);
        void* const memory = std::aligned_alloc(kAlignment, size);
        CHECK(memory != nullptr);
        return __builtin_memset(memory, 0, size);
    }
    // One huge page more than asked for, so that a start on its boundary can be cut out.
    const std::size_t size = whole_pages(bytes);
    void* const mapped = ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(mapped != MAP_FAILED);
    char* const begin = static_cast<char*>(mapped);
    const std::size_t skipped = whole_pages(reinterpret_cast<std::uintptr_t>(begin)) -
                                reinterpret_cast<std::uintptr_t>(begin);
    if (skipped > 0) ::munmap(begin, skipped);
    if (skipped < kHugePage) ::munmap(begin + skipped + size, kHugePage - skipped);
    ::madvise(begin + skipped, size, MADV_HUGEPAGE);  // only advice: without it all is slower
    return begin + skipped;
}

void populate_big(void* memory, std::size_t bytes) noexcept {
    if (memory != nullptr && is_big(bytes))
        ::madvise(memory, whole_pages(bytes), MADV_POPULATE_WRITE);
}

void unmap_big(void* memory, std::size_t bytes) noexcept {
    if (is_big(bytes))
        ::munmap(memory, whole_pages(bytes));
    else
        std::free(memory);
}

}  // namespace sluice::base
