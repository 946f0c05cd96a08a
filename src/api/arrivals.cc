// SPDX-License-Identifier: Apache-2.0
#include "api/arrivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>

namespace sluice::api {

namespace {

constexpr std::size_t kNetworkWays = 8;
constexpr std::size_t kUserWays = 4;
constexpr std::uint64_t kIsV4 = std::uint64_t{1} << 63;
constexpr std::uint64_t kIsV6 = std::uint64_t{1} << 62;  // so that no network is 0
constexpr std::size_t kNetworksTold = 50;

/// A number with one writer, its door; a desk reads it meanwhile.
template <class Number>
class Own {
   public:
    [[nodiscard]] Number get() const noexcept { return value_.load(std::memory_order_relaxed); }
    void set(Number value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(Number by = 1) noexcept { set(static_cast<Number>(get() + by)); }

   private:
    std::atomic<Number> value_{0};
};
using Own32 = Own<std::uint32_t>;
using Own64 = Own<std::uint64_t>;

struct NetworkEntry {
    Own64 network;
    Own64 users;  // a bitmap: bit h of 64 is set if a user with hash h came
    Own32 attempts, error, wins;
};

struct UserEntry {
    Own64 user;
    Own32 window_begin_s, window_attempts;
    Own32 suspected;  // 1 too early, 2 too often
    Own32 seen_s;
};

/// How many different users set so many of 64 bits (linear counting).
std::uint64_t users_of(std::uint64_t bits) {
    const int set = std::popcount(bits);
    if (set >= 63) return 200;
    return static_cast<std::uint64_t>(std::lround(-64.0 * std::log(1.0 - set / 64.0)));
}

/// Whether that is more than kUsersOfNetworkMax, without a logarithm: 36 bits stand for 53 users.
bool is_crowded(std::uint64_t bits) noexcept {
    constexpr int kBits = 36;
    return std::popcount(bits) >= kBits;
}

/// The first 64 bits of an IPv6 address.
std::uint64_t front_half(std::string_view text) noexcept {
    std::array<std::uint64_t, 8> groups{};
    const auto read = [&groups](std::string_view part, std::size_t at) {
        for (; at < groups.size() && !part.empty(); ++at) {
            const std::size_t end = std::min(part.find(':'), part.size());
            std::uint16_t group = 0;
            std::from_chars(part.data(), part.data() + end, group, 16);
            groups[at] = group;
            part.remove_prefix(std::min(end + 1, part.size()));
        }
    };
    const std::size_t gap = text.find("::");
    read(text.substr(0, gap), 0);
    if (gap != text.npos) {  // as many zeros as the groups behind them leave room for
        const std::string_view rest = text.substr(gap + 2);
        const auto count =
            rest.empty() ? 0U : 1U + static_cast<std::size_t>(std::ranges::count(rest, ':'));
        read(rest, groups.size() - std::min(count, groups.size()));
    }
    return groups[0] << 48 | groups[1] << 32 | groups[2] << 16 | groups[3];
}

}  // namespace

std::uint64_t network_of(std::string_view address) noexcept {
    const std::size_t colon = address.rfind(':');
    const std::size_t dot = address.find('.');
    if (dot == address.npos) return colon == address.npos ? 0 : kIsV6 | front_half(address) >> 8;
    if (colon != address.npos) address.remove_prefix(colon + 1);  // ::ffff:203.0.113.7
    std::uint64_t network = 0;
    for (int part = 0; part < 3; ++part) {
        std::uint32_t number = 0;
        const auto read = std::from_chars(address.data(), address.data() + address.size(), number);
        if (read.ec != std::errc() || number > 255) return 0;
        network = network << 8 | number;
        address.remove_prefix(static_cast<std::size_t>(read.ptr - address.data()));
        if (!address.starts_with('.')) return 0;
        address.remove_prefix(1);
    }
    return kIsV4 | network;
}

std::string network_text(std::uint64_t network) {
    if ((network & kIsV4) != 0)
        return fmt::format("{}.{}.{}.0/24", network >> 16 & 255, network >> 8 & 255, network & 255);
    if ((network & kIsV6) == 0) return "unknown";
    const std::uint64_t bits = network << 8;
    return fmt::format("{:x}:{:x}:{:x}:{:x}::/56", bits >> 48 & 0xFFFF, bits >> 32 & 0xFFFF,
                       bits >> 16 & 0xFFFF, bits & 0xFFFF);
}

/// What one door counts of one activity.
struct Arrivals::Part {
    std::array<Own64, Ending::kCount> endings;
    std::array<Own64, static_cast<std::size_t>(guard::Gate::count_)> by_gate;
    Own64 before_start;
    std::array<Own32, kSecondsCounted> second_attempts, second_wins;
    std::array<Own32, kMinutesCounted> minute_attempts, minute_wins;
    std::array<NetworkEntry, kNetworksPerDoor> networks;
    std::array<UserEntry, kUsersPerDoor> users;
    Own64 too_early_users, too_often_users, suspect_attempts, suspect_wins;

    void clear() noexcept {
        const auto zero = [](auto& numbers) {
            for (auto& number : numbers) number.set(0);
        };
        zero(endings);
        zero(by_gate);
        zero(second_attempts);
        zero(second_wins);
        zero(minute_attempts);
        zero(minute_wins);
        for (NetworkEntry& entry : networks) {
            entry.network.set(0);
            entry.users.set(0);
            entry.attempts.set(0);
            entry.error.set(0);
            entry.wins.set(0);
        }
        for (UserEntry& entry : users) {
            entry.user.set(0);
            entry.seen_s.set(0);
        }
        for (Own64* number :
             {&before_start, &too_early_users, &too_often_users, &suspect_attempts, &suspect_wins})
            number->set(0);
    }

    void count_time(std::int64_t after_start_ms, bool won) noexcept {
        if (after_start_ms < 0) {
            before_start.add();
            return;
        }
        const auto second = static_cast<std::size_t>(after_start_ms / 1000);
        const bool is_early = second < kSecondsCounted;
        const std::size_t at = is_early ? second : std::min(second / 60, kMinutesCounted - 1);
        (is_early ? second_attempts[at] : minute_attempts[at]).add();
        if (won) (is_early ? second_wins[at] : minute_wins[at]).add();
    }

    /// The place of a network: its own, or that of the one in its set with the fewest attempts.
    NetworkEntry& network_entry(std::uint64_t network) noexcept {
        const std::size_t set = base::mix64(network) % (kNetworksPerDoor / kNetworkWays);
        NetworkEntry* least = &networks[set * kNetworkWays];
        for (std::size_t i = 0; i < kNetworkWays; ++i) {
            NetworkEntry& entry = networks[set * kNetworkWays + i];
            if (entry.network.get() == network) return entry;
            if (entry.attempts.get() < least->attempts.get()) least = &entry;
        }
        least->error.set(least->attempts.get());
        least->users.set(0);
        least->wins.set(0);
        least->network.set(network);
        return *least;
    }
    UserEntry& user_entry(std::uint64_t user, std::uint32_t now_s) noexcept {
        const std::size_t set = user % (kUsersPerDoor / kUserWays);
        UserEntry* oldest = &users[set * kUserWays];
        for (std::size_t i = 0; i < kUserWays; ++i) {
            UserEntry& entry = users[set * kUserWays + i];
            if (entry.user.get() == user) return entry;
            if (entry.seen_s.get() < oldest->seen_s.get()) oldest = &entry;
        }
        oldest->user.set(user);
        oldest->window_begin_s.set(now_s);
        oldest->window_attempts.set(0);
        oldest->suspected.set(0);
        return *oldest;
    }

    void suspect(UserEntry& entry, std::uint32_t rule, Own64& users_of_rule) noexcept {
        if ((entry.suspected.get() & rule) != 0) return;
        entry.suspected.set(entry.suspected.get() | rule);
        users_of_rule.add();
    }

    /// Whether this user does what no person does; in the order in which attempts come.
    bool suspects(const Arrival& arrival) noexcept {
        if (arrival.user == 0) return false;
        const std::int64_t after_s = std::max<std::int64_t>(arrival.after_start_ms, 0) / 1000;
        const auto now_s = static_cast<std::uint32_t>(after_s + 1);  // 0: a free place
        UserEntry& user = user_entry(arrival.user, now_s);
        const bool first = user.seen_s.get() == 0 || user.window_attempts.get() == 0;
        user.seen_s.set(now_s);
        if (now_s - user.window_begin_s.get() >= 10) {
            user.window_begin_s.set(now_s);
            user.window_attempts.set(0);
        }
        user.window_attempts.add();
        if (first && arrival.after_start_ms >= 0 && arrival.after_start_ms < kFirstAttemptMsMin)
            suspect(user, 1, too_early_users);
        if (user.window_attempts.get() > kAttemptsIn10sMax) suspect(user, 2, too_often_users);
        return user.suspected.get() != 0;
    }

    void count(const Arrival& arrival, Ending ending, std::optional<guard::Gate> gate) noexcept {
        const bool won = ending.won();
        endings[ending.index()].add();
        if (gate) by_gate[static_cast<std::size_t>(*gate)].add();
        count_time(arrival.after_start_ms, won);
        NetworkEntry& network = network_entry(arrival.network);
        network.attempts.add();
        if (won) network.wins.add();
        if (arrival.user == 0) return;
        network.users.set(network.users.get() | std::uint64_t{1} << (arrival.user >> 58));
        if (!arrival.suspected && !is_crowded(network.users.get())) return;
        suspect_attempts.add();
        if (won) suspect_wins.add();
    }
};

Arrivals::Arrivals(std::size_t doors_max) : doors_max_(doors_max) {}
Arrivals::~Arrivals() = default;

bool Arrivals::follow(base::ActivityId activity, base::Instant starts_at, base::Instant now) {
    const std::lock_guard lock(following_);
    std::size_t free = kFollowedMax;
    for (std::size_t i = 0; i < kFollowedMax; ++i) {
        const std::uint32_t known = followed_[i].load(std::memory_order_relaxed);
        if (known == activity.value) return true;
        if (known == 0 && free == kFollowedMax) free = i;
    }
    if (free == kFollowedMax) return false;
    Slot& slot = slots_[free];
    // Never freed: a door or a desk may still look at it. What it adds then is lost among the rest.
    for (const auto& part : slot.parts) part->clear();
    while (slot.parts.size() < doors_max_) slot.parts.push_back(std::make_unique<Part>());
    slot.starts_ms.store(starts_at.ms, std::memory_order_relaxed);
    slot.since_ms.store(now.ms, std::memory_order_relaxed);
    followed_[free].store(activity.value, std::memory_order_release);
    return true;
}

void Arrivals::forget(base::ActivityId activity) {
    const std::lock_guard lock(following_);
    for (std::atomic<std::uint32_t>& known : followed_)
        if (known.load(std::memory_order_relaxed) == activity.value)
            known.store(0, std::memory_order_release);
}

Arrivals::Part* Arrivals::part_of(std::uint32_t door, const Arrival& arrival) noexcept {
    if (arrival.slot < 0 || door >= doors_max_) return nullptr;
    const auto slot = static_cast<std::size_t>(arrival.slot);
    if (followed_[slot].load(std::memory_order_acquire) != arrival.activity) return nullptr;
    return slots_[slot].parts[door].get();
}

Arrival Arrivals::arrive(std::uint32_t door, const sale::Posting& posting, std::string_view address,
                         const std::optional<base::UserId>& user, base::Instant now) noexcept {
    const std::uint32_t activity = posting.activity.load(std::memory_order_relaxed);
    Arrival arrival;
    for (std::size_t i = 0; i < kFollowedMax && arrival.slot < 0; ++i)
        if (followed_[i].load(std::memory_order_relaxed) == activity)
            arrival.slot = static_cast<std::int32_t>(i);
    arrival.activity = activity;
    Part* part = part_of(door, arrival);
    if (part == nullptr) return {};
    arrival.after_start_ms = now.ms - slots_[static_cast<std::size_t>(arrival.slot)].starts_ms.load(
                                          std::memory_order_relaxed);
    arrival.network = network_of(address);
    if (user) arrival.user = base::mix64(user->key.high ^ base::mix64(user->key.low));
    arrival.suspected = part->suspects(arrival);
    return arrival;
}

void Arrivals::count(std::uint32_t door, const Arrival& arrival, Ending ending,
                     std::optional<guard::Gate> gate) noexcept {
    if (Part* part = part_of(door, arrival)) part->count(arrival, ending, gate);
}

const Arrivals::Slot* Arrivals::slot_of(base::ActivityId activity) const noexcept {
    if (!activity) return nullptr;
    for (std::size_t i = 0; i < kFollowedMax; ++i)
        if (followed_[i].load(std::memory_order_acquire) == activity.value) return &slots_[i];
    return nullptr;
}

void Arrivals::add_endings(Endings& sum, const Slot& slot) noexcept {
    for (const auto& part : slot.parts)
        for (std::size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += part->endings[i].get();
}

std::optional<Endings> Arrivals::endings(base::ActivityId activity) const {
    const Slot* slot = slot_of(activity);
    if (slot == nullptr) return std::nullopt;
    Endings sum;
    add_endings(sum, *slot);
    return sum;
}

std::optional<Tally> Arrivals::tally(base::ActivityId activity) const {
    const Slot* slot = slot_of(activity);
    if (slot == nullptr) return std::nullopt;

    Tally sum;
    sum.since.ms = slot->since_ms.load(std::memory_order_relaxed);
    add_endings(sum, *slot);
    std::map<std::int64_t, Tally::Slice> slices;
    struct Sum {
        std::uint64_t attempts = 0, error = 0, wins = 0, users = 0;
    };
    std::map<std::uint64_t, Sum> networks;
    const auto add_slice = [&](std::int64_t second, std::int64_t length_s, std::uint64_t attempts,
                               std::uint64_t wins) {
        if (attempts == 0 && wins == 0) return;
        Tally::Slice& slice = slices[second];
        slice.second = second;
        slice.length_s = length_s;
        slice.attempts += attempts;
        slice.wins += wins;
    };
    for (const auto& part : slot->parts) {
        sum.before_start += part->before_start.get();
        for (std::size_t i = 0; i < sum.by_gate.size(); ++i)
            sum.by_gate[i] += part->by_gate[i].get();
        sum.too_early_users += part->too_early_users.get();
        sum.too_often_users += part->too_often_users.get();
        sum.suspect_attempts += part->suspect_attempts.get();
        sum.suspect_wins += part->suspect_wins.get();
        for (std::size_t i = 0; i < kSecondsCounted; ++i)
            add_slice(static_cast<std::int64_t>(i), 1, part->second_attempts[i].get(),
                      part->second_wins[i].get());
        for (std::size_t i = 0; i < kMinutesCounted; ++i)
            add_slice(static_cast<std::int64_t>(i) * 60, 60, part->minute_attempts[i].get(),
                      part->minute_wins[i].get());
        for (const NetworkEntry& entry : part->networks) {
            if (entry.attempts.get() == 0) continue;
            Sum& all = networks[entry.network.get()];
            all.attempts += entry.attempts.get();
            all.error += entry.error.get();
            all.wins += entry.wins.get();
            all.users |= entry.users.get();
        }
    }
    for (const auto& [second, slice] : slices) sum.slices.push_back(slice);
    for (const auto& [network, all] : networks) {
        const std::uint64_t users = users_of(all.users);
        if (is_crowded(all.users)) ++sum.crowded_networks;
        sum.networks.push_back({network_text(network), all.attempts, all.error, all.wins, users});
    }
    std::ranges::stable_sort(sum.networks, std::greater(), &Tally::Network::attempts);
    if (sum.networks.size() > kNetworksTold) sum.networks.resize(kNetworksTold);
    return sum;
}

}  // namespace sluice::api
