// SPDX-License-Identifier: Apache-2.0
#include "api/traffic.h"

#include "base/check.h"

namespace sluice::api {

std::string_view to_text(Area area) {
    switch (area) {
        case Area::pages: return "pages";
        case Area::reads: return "reads";
        case Area::accounts: return "accounts";
        case Area::tickets: return "tickets";
        case Area::purchases: return "purchases";
        case Area::orders: return "orders";
        case Area::payments: return "payments";
        case Area::callbacks: return "callbacks";
        case Area::count_: break;
    }
    CHECK(false && "not an area");
}

struct Traffic::Inside {
    std::array<base::Counter, static_cast<std::size_t>(Area::count_)> requests;
    std::array<base::Counter, Ending::kCount> purchases;
    std::array<base::Counter, Ending::kCount> rehearsals;
    base::Counter callbacks_refused;
    base::Counter shop_tokens_refused;
    base::Histogram accepted;
    base::Histogram rehearsed;
};

Traffic::Traffic() : inside_(std::make_unique<Inside>()) {}
Traffic::~Traffic() = default;

void Traffic::count(Area area) noexcept { inside_->requests[static_cast<std::size_t>(area)].add(); }

void Traffic::count(Ending ending, bool rehearsal) noexcept {
    (rehearsal ? inside_->rehearsals : inside_->purchases)[ending.index()].add();
}

void Traffic::purchase(sale::Outcome outcome, std::int64_t ns, bool rehearsal) noexcept {
    count(outcome, rehearsal);
    if (outcome == sale::Outcome::accepted)
        (rehearsal ? inside_->rehearsed : inside_->accepted).record(ns);
}

void Traffic::refused_callback() noexcept { inside_->callbacks_refused.add(); }

void Traffic::refused_shop_token() noexcept { inside_->shop_tokens_refused.add(); }

Traffic::Counts Traffic::counts() const {
    Counts counts;
    counts.callbacks_refused = inside_->callbacks_refused.value();
    counts.shop_tokens_refused = inside_->shop_tokens_refused.value();
    for (std::size_t i = 0; i < counts.requests.size(); ++i)
        counts.requests[i] = inside_->requests[i].value();
    for (std::size_t i = 0; i < Ending::kCount; ++i) {
        counts.purchases.counts[i] = inside_->purchases[i].value();
        counts.rehearsals.counts[i] = inside_->rehearsals[i].value();
    }
    return counts;
}

base::Latencies Traffic::accepted() const { return inside_->accepted.snapshot(); }
base::Latencies Traffic::rehearsed() const { return inside_->rehearsed.snapshot(); }

}  // namespace sluice::api
