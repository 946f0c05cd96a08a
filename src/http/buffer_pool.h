// SPDX-License-Identifier: Apache-2.0
// BufferPool: what a connection holds only while it has a request, read buffers and heads. An idle
// one costs nothing then, and the few that work use the same memory again while it is warm.
// Owner: one door.      Threads: the door's own.
// Limits: keeps at most kKeptMax free ones of each kind; more go back to the heap.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "http/request_head.h"

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
    /// A new head, in every sense but its memory.
    [[nodiscard]] std::unique_ptr<Head> take_head() {
        if (heads_.empty()) return std::make_unique<Head>();
        auto head = std::move(heads_.back());
        heads_.pop_back();
        std::construct_at(head.get());  // assigning a new one would write its half kilobyte twice
        return head;
    }
    void give(std::unique_ptr<Head> head) {
        if (head && heads_.size() < kKeptMax) heads_.push_back(std::move(head));
    }
    [[nodiscard]] std::size_t bytes(Size size) const {
        return bytes_[static_cast<std::size_t>(size)];
    }

   private:
    static constexpr std::size_t kSmall = 4096;
    static constexpr std::size_t kKeptMax = 256;
    std::array<std::size_t, 2> bytes_;
    std::array<std::vector<std::unique_ptr<char[]>>, 2> free_;
    std::vector<std::unique_ptr<Head>> heads_;
};

}  // namespace sluice::http
