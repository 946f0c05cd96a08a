// SPDX-License-Identifier: Apache-2.0
// BufferPool: read buffers that a connection holds only while it has a request, so that an idle
// connection costs none.
// Owner: one door.      Threads: the door's own.
// Limits: keeps at most kKeptMax free buffers of each size; more go back to the heap.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::http {

class BufferPool {
   public:
    /// Nearly every request fits into the small size; the large one holds the longest allowed
    /// header and something of the body.
    enum class Size : unsigned char { small, large };

    explicit BufferPool(std::size_t large) : bytes_{kSmall, large} {}

    [[nodiscard]] std::unique_ptr<char[]> take(Size size) {
        auto& free = free_[static_cast<std::size_t>(size)];
        if (free.empty()) return std::make_unique_for_overwrite<char[]>(bytes(size));
        auto buffer = std::move(free.back());
        free.pop_back();
        return buffer;
    }
    void give(Size size, std::unique_ptr<char[]> buffer) {
        auto& free = free_[static_cast<std::size_t>(size)];
        if (buffer && free.size() < kKeptMax) free.push_back(std::move(buffer));
    }
    [[nodiscard]] std::size_t bytes(Size size) const {
        return bytes_[static_cast<std::size_t>(size)];
    }

   private:
    static constexpr std::size_t kSmall = 4096;
    static constexpr std::size_t kKeptMax = 256;
    std::array<std::size_t, 2> bytes_;
    std::array<std::vector<std::unique_ptr<char[]>>, 2> free_;
};

}  // namespace sluice::http
