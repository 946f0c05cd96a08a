// SPDX-License-Identifier: Apache-2.0
// Reading the state: what the turnstile, the console and the tests ask.
#include "sale/sale.h"

namespace sluice::sale {

namespace {

/// Adds plain data to a running hash, eight bytes at a time.
template <class Data>
std::uint64_t add_bytes(std::uint64_t sum, const Data& data) {
    static_assert(std::has_unique_object_representations_v<Data> && sizeof(Data) % 8 == 0);
    std::array<std::uint64_t, sizeof(Data) / 8> words;
    std::memcpy(words.data(), &data, sizeof(Data));
    for (const std::uint64_t word : words) sum = base::mix64(sum + word);
    return sum;
}

std::uint64_t add_number(std::uint64_t sum, std::int64_t number) {
    return base::mix64(sum + static_cast<std::uint64_t>(number));
}

}  // namespace

const OpenedItem* Sale::item(base::ItemId id) const {
    const std::uint32_t* index = id ? item_index_.find(id) : nullptr;
    return index != nullptr ? &items_[*index] : nullptr;
}

const OpenedActivity* Sale::activity(base::ActivityId id) const {
    const std::uint32_t* index = id ? activity_index_.find(id) : nullptr;
    return index != nullptr ? &activities_[*index] : nullptr;
}

activity::State Sale::phase(const OpenedActivity& activity, base::Instant now) {
    if (activity.ended || now >= activity.terms.ends_at) return activity::State::ended;
    if (now < activity.terms.starts_at) return activity::State::warming;
    return activity.paused ? activity::State::paused : activity::State::running;
}

void Sale::populate() {
    orders_.populate();
    limits_.populate();
}

std::uint32_t Sale::bought(base::UserId user, base::ItemId item) const {
    return limits_.count(user, item);
}

std::uint64_t Sale::hash() const {
    std::uint64_t sum = base::mix64(last_seq_);
    sum = add_number(sum, last_at_.ms);
    for (const OpenedActivity& activity : activities_) {
        sum = add_bytes(sum, activity.terms);
        sum = add_number(sum, (activity.paused ? 1 : 0) + (activity.ended ? 2 : 0));
    }
    for (const OpenedItem& item : items_) {
        sum = add_bytes(sum, item.terms);
        sum = add_number(sum, item.stock.available());
        sum = add_number(sum, item.stock.reserved());
        sum = add_number(sum, item.stock.sold());
        sum = add_number(sum, item.stopped ? 1 : 0);
    }
    const std::span<const order::Order> orders = orders_.all();
    for (const order::Order& order : orders) {
        // The counts lie at random places; those of the orders to come are fetched meanwhile.
        constexpr std::ptrdiff_t kAhead = 16;
        if (const auto* ahead = &order + kAhead; ahead < orders.data() + orders.size())
            limits_.prefetch(ahead->user, ahead->item);
        sum = add_bytes(sum, order);
        sum = add_number(sum, limits_.count(order.user, order.item));
    }
    for (const payment::Payment& payment : payments_.all()) sum = add_bytes(sum, payment);
    return sum;
}

void Sale::clear_touched() {
    for (const std::uint32_t index : touched_) items_[index].touched = false;
    touched_.clear();
}

base::Key128 purchase_key(base::UserId user, std::string_view idempotency_key) {
    std::array<char, sizeof(base::Key128)> bytes;
    std::memcpy(bytes.data(), &user.key, sizeof bytes);
    return base::hash128("purchase", {bytes.data(), bytes.size()}, idempotency_key);
}

}  // namespace sluice::sale
