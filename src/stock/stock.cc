// SPDX-License-Identifier: Apache-2.0
#include "stock/stock.h"

#include "base/check.h"

namespace sluice::stock {

Stock::Stock(std::int64_t total) : total_(total), available_(total) { check(); }

bool Stock::can_change(std::int64_t delta, std::int64_t most) const {
    // Not `total_ + delta <= most`: the sum of any two numbers may not fit.
    return delta >= -available_ && delta <= most - total_;
}

void Stock::reserve(std::int64_t quantity) {
    available_ -= quantity;
    reserved_ += quantity;
    check();
}

void Stock::release(std::int64_t quantity) {
    reserved_ -= quantity;
    available_ += quantity;
    check();
}

void Stock::confirm(std::int64_t quantity) {
    reserved_ -= quantity;
    sold_ += quantity;
    check();
}

void Stock::take(std::int64_t quantity) {
    available_ -= quantity;
    sold_ += quantity;
    check();
}

void Stock::put_back(std::int64_t quantity) {
    sold_ -= quantity;
    available_ += quantity;
    check();
}

void Stock::change(std::int64_t delta) {
    total_ += delta;
    available_ += delta;
    check();
}

void Stock::check() const {
    CHECK(available_ >= 0 && reserved_ >= 0 && sold_ >= 0);
    CHECK(available_ + reserved_ + sold_ == total_);
}

}  // namespace sluice::stock
