// SPDX-License-Identifier: Apache-2.0
#include "reservation/deadlines.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace sluice::reservation {

namespace {

/// Heap order: the soonest on top; orders of the same millisecond in the order they were made.
bool later(const Deadline& a, const Deadline& b) {
    return std::tie(a.at, a.order) > std::tie(b.at, b.order);
}

}  // namespace

Deadlines::Deadlines(std::size_t capacity) : capacity_(capacity) { heap_.reserve(capacity); }

void Deadlines::add(Deadline deadline) {
    CHECK(!full());
    heap_.push_back(deadline);
    std::ranges::push_heap(heap_, later);
}

std::optional<Deadline> Deadlines::due(base::Instant now) const {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    return heap_.front();
}

void Deadlines::pop() {
    CHECK(!heap_.empty());
    std::ranges::pop_heap(heap_, later);
    heap_.pop_back();
}

}  // namespace sluice::reservation
