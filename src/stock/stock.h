// SPDX-License-Identifier: Apache-2.0
// Stock: how many units of one item are available, reserved, sold.
// Owner: Sale, by value, one per item, for the whole run.   Threads: only inside the turnstile; no
// lock of its own. Limits: kStockMax units; every call is O(1) and never allocates. Invariant:
// available + reserved + sold == total after every call (CHECKed). Fails: moving units that are not
// there is a bug of the caller, who asks has() first.   Not here: who holds what (reservation/).
#pragma once

#include <cstdint>

namespace sluice::stock {

class Stock {
   public:
    Stock() = default;
    explicit Stock(std::int64_t total);

    [[nodiscard]] std::int64_t total() const { return total_; }
    [[nodiscard]] std::int64_t available() const { return available_; }
    [[nodiscard]] std::int64_t reserved() const { return reserved_; }
    [[nodiscard]] std::int64_t sold() const { return sold_; }

    /// True if `quantity` units can be taken now. Reads only.
    [[nodiscard]] bool has(std::int64_t quantity) const { return available_ >= quantity; }
    /// True if the total can be changed by `delta` (never below reserved + sold, never above
    /// `most`). Reads only.
    [[nodiscard]] bool can_change(std::int64_t delta, std::int64_t most) const;

    // Each CHECKs that the units are where they must be.
    void reserve(std::int64_t quantity);   ///< available → reserved
    void release(std::int64_t quantity);   ///< reserved → available
    void confirm(std::int64_t quantity);   ///< reserved → sold
    void take(std::int64_t quantity);      ///< available → sold
    void put_back(std::int64_t quantity);  ///< sold → available
    void change(std::int64_t delta);       ///< the total, by what is available

   private:
    void check() const;

    std::int64_t total_ = 0;
    std::int64_t available_ = 0;
    std::int64_t reserved_ = 0;
    std::int64_t sold_ = 0;
};

}  // namespace sluice::stock
