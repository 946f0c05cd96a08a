// SPDX-License-Identifier: Apache-2.0
#include "guard/risk_lists.h"

#include <algorithm>
#include <limits>
#include <thread>

#include "base/log.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::guard {

namespace {

constexpr std::size_t kReasonMax = 500;  // characters; as every reason at the console
constexpr unsigned kV4PrefixMin = 8;     // wider ones block whole parts of the world
constexpr unsigned kV6PrefixMin = 16;
constexpr Address kMappedV4{0, 0xffff'0000'0000};

bool is_live(const std::int64_t* until_ms, base::Instant now) {
    return until_ms != nullptr && now.ms < *until_ms;
}

void extend(std::int64_t& until_ms, std::int64_t to_ms) { until_ms = std::max(until_ms, to_ms); }

base::Sentence complaint_about_network(std::string_view text) {
    const auto network = parse_network(text);
    if (!network) return base::say("risk_network");
    const auto [address, bits] = *network;
    const Address first = address.prefix(bits);
    if (first != address)
        return base::say("risk_bits_behind", address.is_v4() ? bits - kV4Offset : bits);
    // A short IPv6 prefix may hold all of IPv4.
    const unsigned shared = std::min(bits, kV4Offset);
    const bool holds_v4 = first.prefix(shared) == kMappedV4.prefix(shared);
    const unsigned bits_min = holds_v4 ? kV4Offset + kV4PrefixMin : kV6PrefixMin;
    if (bits < bits_min) return base::say("risk_too_wide", kV4PrefixMin, kV6PrefixMin);
    return {};
}

}  // namespace

base::Sentence complaint_about(const RiskEntry& entry) {
    if (base::code_points(entry.reason) > kReasonMax || !base::is_clean_text(entry.reason, true))
        return base::say("risk_reason_long", kReasonMax);
    switch (entry.kind) {
        case RiskEntry::Kind::user: {
            const auto key = base::parse_key128(entry.value);
            return key && *key ? base::Sentence{} : base::say("risk_user");
        }
        case RiskEntry::Kind::address: return complaint_about_network(entry.value);
    }
    return base::say("risk_kind");
}

RiskLists::RiskLists(std::span<const RiskEntry> entries)
    : users_(entries.size()), networks_(entries.size()) {
    for (const RiskEntry& entry : entries) add(entry);
    std::ranges::sort(lengths_);
    const auto doubles = std::ranges::unique(lengths_);
    lengths_.erase(doubles.begin(), doubles.end());
}

bool RiskLists::holds(base::UserId user, std::string_view text, base::Instant now) const {
    // No key must not be looked up: it would match an empty cell.
    if (user && is_live(users_.find(user), now)) return true;
    if (lengths_.empty()) return false;
    const auto address = parse_address(text);
    return address && std::ranges::any_of(lengths_, [&](unsigned bits) {
               return is_live(networks_.find(key_of(*address, bits)), now);
           });
}

RiskLists::NetworkKey RiskLists::key_of(const Address& address, unsigned bits) {
    const Address first = address.prefix(bits);
    return {first.high, first.low, bits};
}

void RiskLists::add(const RiskEntry& entry) {
    if (!complaint_about(entry).empty()) {
        // The store holds only what was checked; one from elsewhere must not stop the others.
        base::log_warn("risk_entry_skipped", {{"id", entry.id}});
        return;
    }
    const std::int64_t until_ms =
        entry.expires_at ? entry.expires_at.ms : std::numeric_limits<std::int64_t>::max();
    if (entry.kind == RiskEntry::Kind::user) {
        extend(users_.insert(base::UserId{*base::parse_key128(entry.value)}), until_ms);
        return;
    }
    const auto network = parse_network(entry.value);
    extend(networks_.insert(key_of(network->address, network->bits)), until_ms);
    lengths_.push_back(network->bits);
}

PublishedLists::PublishedLists() : current_(new RiskLists({})) {}
PublishedLists::~PublishedLists() { delete current_.load(); }

bool PublishedLists::holds(base::UserId user, std::string_view address,
                           base::Instant now) const noexcept {
    std::atomic<std::uint64_t>& readers = cells_[base::metric_cell()].readers;
    // Sequentially consistent, both: the count must be seen before the pointer is taken.
    readers.fetch_add(1);
    const bool found = current_.load()->holds(user, address, now);
    readers.fetch_sub(1);
    return found;
}

void PublishedLists::replace(std::unique_ptr<const RiskLists> lists) {
    const std::unique_ptr<const RiskLists> old(current_.exchange(lists.release()));
    for (const Cell& cell : cells_)
        while (cell.readers.load() != 0) std::this_thread::yield();
}

}  // namespace sluice::guard
