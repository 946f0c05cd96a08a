// SPDX-License-Identifier: Apache-2.0
#include "guard/gates.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <thread>

#include "base/big_memory.h"
#include "base/check.h"
#include "base/flat_map.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::guard {

namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kReasonSizeMax = 500;  // bytes; a sentence or two on the screen
constexpr unsigned kV4PrefixMin = 8;         // wider ones block whole parts of the world
constexpr unsigned kV6PrefixMin = 16;
constexpr unsigned kV4Offset = 96;  // bits in front of an IPv4 address that is held as IPv6

// ---- Addresses

/// An IPv6 address; an IPv4 address is held as ::ffff:a.b.c.d.
struct Address {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const Address&) const = default;
    [[nodiscard]] bool is_v4() const { return high == 0 && (low >> 32) == 0xffff; }
    [[nodiscard]] Address prefix(unsigned bits) const {
        const auto mask = [](unsigned size) {
            return size == 0 ? 0 : ~std::uint64_t{0} << (64 - size);
        };
        return {high & mask(std::min(bits, 64U)), low & mask(bits > 64 ? bits - 64 : 0)};
    }
};

constexpr Address kMappedV4{0, 0xffff'0000'0000};

std::optional<Address> parse_address(std::string_view text) noexcept {
    // inet_pton wants a terminated string.
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    std::array<std::uint8_t, 16> bytes{};
    if (text.find(':') == std::string_view::npos) {
        bytes[10] = bytes[11] = 0xff;
        if (::inet_pton(AF_INET, terminated.data(), bytes.data() + 12) != 1) return std::nullopt;
    } else if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) {
        return std::nullopt;
    }
    Address address;
    for (std::size_t i = 0; i < 8; ++i) {
        address.high = (address.high << 8) | bytes[i];
        address.low = (address.low << 8) | bytes[i + 8];
    }
    return address;
}

/// Addresses that begin with the same bits; a single one has 128.
struct Network {
    Address address;
    unsigned bits = 128;
};

std::optional<Network> parse_network(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Network{*address, 128};
    const bool v4 = text.find(':') == std::string_view::npos;
    const auto bits = base::parse_number(text.substr(slash + 1), v4 ? 32 : 128);
    if (!bits) return std::nullopt;
    return Network{*address, static_cast<unsigned>(*bits) + (v4 ? kV4Offset : 0)};
}

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

// ---- Rates

/// Remembers how fast many come, in fixed memory.
///
///    63          44 43                             0
///   +--------------+--------------------------------+    0: nobody.
///   |   tag, odd   |  next due, µs modulo 2^44      |    "next due" is GCRA's theoretical arrival
///   +--------------+--------------------------------+    time; 2^44 µs are 203 days.
///
/// A key belongs to a set of eight words, one cache line, and is found there by its tag. If it is
/// not there it replaces the word that is due first, that is the one that was quiet the longest.
/// Two threads that bring in the same new key while others change the set may give it two words for
/// a moment: then it has its burst twice, once.
class RateTable {
   public:
    RateTable(Rate rate, std::size_t slots) {
        if (!(rate.per_second > 0)) return;
        const double step = std::clamp(1e6 / rate.per_second, 1.0, kStepMaxUs);
        step_us_ = std::llround(step);
        const auto burst = std::clamp<std::int64_t>(rate.burst, 1, kReachMaxUs / step_us_);
        slack_us_ = step_us_ * (burst - 1);
        const std::size_t sets = std::bit_ceil(std::max<std::size_t>(slots / kWays, 1));
        mask_ = sets - 1;
        sets_ = base::BigArray<Set>(sets);
    }

    /// 0: may pass, and is counted. Else in how many ms one more may.
    [[nodiscard]] std::int64_t wait_ms(std::uint64_t hash, base::Instant now) noexcept {
        if (!sets_) return 0;
        Set& set = sets_[hash & mask_];
        const std::uint64_t tag = (hash >> kDueBits) | 1;  // odd, so that no word is 0
        const std::int64_t now_us = now.ms * 1000;
        while (true) {
            std::atomic<std::uint64_t>& word = word_of(set, tag, now_us);
            std::uint64_t seen = word.load(std::memory_order_relaxed);
            // Somebody else's word is free for the taking: it was chosen as the quietest.
            const std::int64_t ahead = (seen >> kDueBits) == tag ? ahead_of(seen, now_us) : 0;
            if (ahead > slack_us_) return (ahead - slack_us_ + 999) / 1000;
            const auto due =
                static_cast<std::uint64_t>(now_us + std::max<std::int64_t>(ahead, 0) + step_us_);
            const std::uint64_t next = (tag << kDueBits) | (due & kDueMask);
            if (word.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return 0;
        }
    }

   private:
    static constexpr std::size_t kWays = 8;
    static constexpr unsigned kDueBits = 44;
    static constexpr std::uint64_t kDueMask = (std::uint64_t{1} << kDueBits) - 1;
    static constexpr std::int64_t kReachMaxUs = std::int64_t{1} << 42;  // 50 days
    static constexpr double kStepMaxUs = 1e12;                          // 11 days
    /// Doors read the clock on their own: one may come with a time that another has left behind.
    static constexpr std::int64_t kClocksApartUs = 60'000'000;

    struct alignas(base::kCacheLine) Set {
        std::array<std::atomic<std::uint64_t>, kWays> words{};
    };

    /// How far `word` is due after `now_us`, at most step and slack and what the clocks of two
    /// doors may be apart; negative: it was quiet so long. A word that claims more is older than
    /// the 203 days that it can tell apart: quiet.
    [[nodiscard]] std::int64_t ahead_of(std::uint64_t word, std::int64_t now_us) const noexcept {
        const std::uint64_t gap = (word - static_cast<std::uint64_t>(now_us)) & kDueMask;
        const std::int64_t ahead = gap > kDueMask / 2 ? static_cast<std::int64_t>(gap | ~kDueMask)
                                                      : static_cast<std::int64_t>(gap);
        return word == 0 || ahead > step_us_ + slack_us_ + kClocksApartUs ? -kReachMaxUs : ahead;
    }

    [[nodiscard]] std::atomic<std::uint64_t>& word_of(Set& set, std::uint64_t tag,
                                                      std::int64_t now_us) const noexcept {
        std::atomic<std::uint64_t>* quietest = nullptr;
        std::int64_t least = kForEver;
        for (std::atomic<std::uint64_t>& word : set.words) {
            const std::uint64_t seen = word.load(std::memory_order_relaxed);
            if ((seen >> kDueBits) == tag) return word;
            const std::int64_t ahead = ahead_of(seen, now_us);
            if (ahead < least) {
                least = ahead;
                quietest = &word;
            }
        }
        return *quietest;
    }

    std::int64_t step_us_ = 0;   ///< between two at the average rate
    std::int64_t slack_us_ = 0;  ///< how far ahead of it one may be: the burst
    std::size_t mask_ = 0;
    base::BigArray<Set> sets_;
};

/// One rate for everybody: GCRA as above, with the whole word for "next due", in nanoseconds,
/// because a step of many purchases a second is no whole number of microseconds. A door may come
/// with a time that others have left behind, so no word is ever taken for an old one.
class SharedRate {
   public:
    explicit SharedRate(Rate rate) {
        if (!(rate.per_second > 0)) return;
        // Upwards: never more than the rate.
        const double step = std::ceil(std::min(1e9 / rate.per_second, kStepMaxNs));
        step_ns_ = std::max<std::int64_t>(std::llround(step), 1);
        const double tenth = std::min(rate.per_second / 10, static_cast<double>(kBurstMax));
        const std::int64_t burst = rate.burst != 0 ? rate.burst : std::llround(tenth);
        slack_ns_ = step_ns_ * (std::clamp<std::int64_t>(burst, 1, kReachMaxNs / step_ns_) - 1);
    }

    /// False: not now, and nothing is counted.
    [[nodiscard]] bool admit(base::Instant now) noexcept {
        if (step_ns_ == 0) return true;
        const std::int64_t now_ns = now.ms * 1'000'000;
        std::int64_t due = due_ns_.load(std::memory_order_relaxed);
        do {
            if (due - now_ns > slack_ns_) return false;
        } while (!due_ns_.compare_exchange_weak(due, std::max(due, now_ns) + step_ns_,
                                                std::memory_order_relaxed));
        return true;
    }

   private:
    static constexpr double kStepMaxNs = 1e15;                          // 11 days
    static constexpr std::int64_t kReachMaxNs = std::int64_t{1} << 52;  // 52 days
    static constexpr std::int64_t kBurstMax = 1'000'000;

    std::int64_t step_ns_ = 0;   ///< between two at the average rate; 0: no limit
    std::int64_t slack_ns_ = 0;  ///< how far ahead of it one may be: the burst
    /// Alone on its cache line: every purchase of every door writes here.
    alignas(base::kCacheLine) std::atomic<std::int64_t> due_ns_{0};
};

// ---- Risk lists

struct UserHash {
    std::uint64_t operator()(const base::UserId& user) const { return user.key.low; }
};

/// A network as a key; `bits` is never 0, so that no network equals "no key".
struct NetworkKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t bits = 0;
    bool operator==(const NetworkKey&) const = default;
};
struct NetworkHash {
    std::uint64_t operator()(const NetworkKey& key) const {
        return base::mix64(key.high + base::mix64(key.low + base::mix64(key.bits)));
    }
};

NetworkKey key_of(const Address& address, unsigned bits) {
    const Address first = address.prefix(bits);
    return {first.high, first.low, bits};
}

/// Who is blocked until when (ms); never changed once it is published.
class RiskLists {
   public:
    explicit RiskLists(std::span<const RiskEntry> entries)
        : users_(entries.size()), networks_(entries.size()) {
        for (const RiskEntry& entry : entries) add(entry);
        std::ranges::sort(lengths_);
        const auto doubles = std::ranges::unique(lengths_);
        lengths_.erase(doubles.begin(), doubles.end());
    }

    [[nodiscard]] bool holds(base::UserId user, std::string_view text, base::Instant now) const {
        // No key must not be looked up: it would match an empty cell.
        if (user && is_live(users_.find(user), now)) return true;
        if (lengths_.empty()) return false;
        const auto address = parse_address(text);
        return address && std::ranges::any_of(lengths_, [&](unsigned bits) {
                   return is_live(networks_.find(key_of(*address, bits)), now);
               });
    }

   private:
    static bool is_live(const std::int64_t* until_ms, base::Instant now) {
        return until_ms != nullptr && now.ms < *until_ms;
    }

    void add(const RiskEntry& entry) {
        if (!complaint_about(entry).empty()) {
            // The store holds only what was checked; one from elsewhere must not stop the others.
            base::log_warn("risk_entry_skipped", {{"id", entry.id}});
            return;
        }
        const std::int64_t until_ms = entry.expires_at ? entry.expires_at.ms : kForEver;
        if (entry.kind == RiskEntry::Kind::user) {
            extend(users_.insert(base::UserId{*base::parse_key128(entry.value)}), until_ms);
            return;
        }
        const auto network = parse_network(entry.value);
        extend(networks_.insert(key_of(network->address, network->bits)), until_ms);
        lengths_.push_back(network->bits);
    }

    static void extend(std::int64_t& until_ms, std::int64_t to_ms) {
        until_ms = std::max(until_ms, to_ms);
    }

    base::FlatMap<base::UserId, std::int64_t, UserHash> users_;
    base::FlatMap<NetworkKey, std::int64_t, NetworkHash> networks_;
    std::vector<unsigned> lengths_;  ///< of the prefixes that occur; each is one look-up
};

/// Lists that doors read while a desk replaces them. A reader says in the cell of its thread that
/// it reads, then takes the pointer: two atomic additions, no lock and no wait. Who replaces the
/// lists waits until each cell has been seen empty once: whoever counted itself in after that took
/// the new pointer, so nobody has the old lists any more and they are freed. A reading takes well
/// under a microsecond, so this wait is short, and only desks have it.
class PublishedLists {
   public:
    PublishedLists() : current_(new RiskLists({})) {}
    ~PublishedLists() { delete current_.load(); }
    PublishedLists(const PublishedLists&) = delete;
    PublishedLists& operator=(const PublishedLists&) = delete;

    [[nodiscard]] bool holds(base::UserId user, std::string_view address,
                             base::Instant now) const noexcept {
        std::atomic<std::uint64_t>& readers = cells_[base::metric_cell()].readers;
        // Sequentially consistent, both: the count must be seen before the pointer is taken.
        readers.fetch_add(1);
        const bool found = current_.load()->holds(user, address, now);
        readers.fetch_sub(1);
        return found;
    }

    void replace(std::unique_ptr<const RiskLists> lists) {
        const std::unique_ptr<const RiskLists> old(current_.exchange(lists.release()));
        for (const Cell& cell : cells_)
            while (cell.readers.load() != 0) std::this_thread::yield();
    }

   private:
    struct alignas(base::kCacheLine) Cell {
        std::atomic<std::uint64_t> readers{0};
    };
    mutable std::array<Cell, base::kMetricCells> cells_;
    std::atomic<const RiskLists*> current_;
};

/// Lets one desk at a time reload, so that what was read last is also published last.
class Turn {
   public:
    explicit Turn(std::atomic_flag& taken) : taken_(taken) {
        while (taken_.test_and_set(std::memory_order_acquire)) taken_.wait(true);
    }
    ~Turn() {
        taken_.clear(std::memory_order_release);
        taken_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    std::atomic_flag& taken_;
};

// ---- Switches

constexpr std::array<std::string_view, 8> kSwitchNames{
    "purchases",         "accounts",       "sessions",  "payments",
    "gate.address_rate", "gate.user_rate", "gate.risk", "gate.purchase_rate"};
enum SwitchIndex : std::size_t {
    address_rate_switch = 4,
    user_rate_switch = 5,
    risk_switch = 6,
    purchase_rate_switch = 7
};

std::optional<std::size_t> switch_index(std::string_view name) noexcept {
    const auto at = std::ranges::find(kSwitchNames, name);
    if (at == kSwitchNames.end()) return std::nullopt;
    return static_cast<std::size_t>(at - kSwitchNames.begin());
}

}  // namespace

struct Gates::Inside {
    explicit Inside(const GateOptions& options)
        : address_rate(options.address_rate, options.rate_slots),
          user_rate(options.user_rate, options.rate_slots),
          purchase_rate(options.purchase_rate) {}

    [[nodiscard]] bool is_on(std::size_t index, base::Instant now) const noexcept {
        return now.ms >= off_until_ms[index].load(std::memory_order_relaxed);
    }

    /// So that nobody can choose names or addresses that push a certain other one out of its set.
    const std::uint64_t seed = base::random_u64();
    RateTable address_rate;
    RateTable user_rate;
    SharedRate purchase_rate;
    PublishedLists lists;
    /// A switch is off before this time; 0 means that it is on.
    std::array<std::atomic<std::int64_t>, kSwitchNames.size()> off_until_ms{};
    std::array<base::Counter, static_cast<std::size_t>(Gate::count_)> refusals;
    std::atomic_flag reloading;
};

std::string_view to_text(Gate gate) {
    switch (gate) {
        case Gate::window: return "window";
        case Gate::sold_out: return "sold_out";
        case Gate::token: return "token";
        case Gate::address_rate: return "address_rate";
        case Gate::user_rate: return "user_rate";
        case Gate::risk: return "risk";
        case Gate::ticket: return "ticket";
        case Gate::purchase_rate: return "purchase_rate";
        case Gate::count_: break;
    }
    return "";
}

Gates::Gates(const GateOptions& options) : inside_(std::make_unique<Inside>(options)) {}
Gates::~Gates() = default;

bool Gates::admit_address(std::string_view address, base::Instant now,
                          std::int64_t& retry_after_ms) noexcept {
    retry_after_ms = 0;
    if (!inside_->is_on(address_rate_switch, now)) return true;
    // Who has one IPv6 address usually has the 2^64 beside it.
    const auto parsed = parse_address(address);
    const Address from = parsed ? (parsed->is_v4() ? *parsed : parsed->prefix(64)) : Address{};
    retry_after_ms = inside_->address_rate.wait_ms(
        base::mix64(from.high + base::mix64(from.low + inside_->seed)), now);
    return retry_after_ms == 0;
}

bool Gates::admit_user(base::UserId user, base::Instant now,
                       std::int64_t& retry_after_ms) noexcept {
    retry_after_ms = 0;
    if (!inside_->is_on(user_rate_switch, now)) return true;
    retry_after_ms = inside_->user_rate.wait_ms(
        base::mix64(user.key.high + base::mix64(user.key.low + inside_->seed)), now);
    return retry_after_ms == 0;
}

bool Gates::admit_purchase(base::Instant now) noexcept {
    return !inside_->is_on(purchase_rate_switch, now) || inside_->purchase_rate.admit(now);
}

bool Gates::admit_risk(base::UserId user, std::string_view address,
                       base::Instant now) const noexcept {
    return !inside_->is_on(risk_switch, now) || !inside_->lists.holds(user, address, now);
}

bool Gates::on(std::string_view switch_name, base::Instant now) const noexcept {
    const auto index = switch_index(switch_name);
    CHECK(index.has_value());
    return inside_->is_on(*index, now);
}

void Gates::load(std::vector<RiskEntry> risks, std::vector<Switch> switches) {
    std::array<std::int64_t, kSwitchNames.size()> off_until_ms{};
    for (const Switch& value : switches) {
        const auto index = switch_index(value.name);
        if (!index || value.on) continue;  // a newer version may have stored names unknown here
        off_until_ms[*index] = value.until ? value.until.ms : kForEver;
    }
    for (std::size_t i = 0; i < off_until_ms.size(); ++i)
        inside_->off_until_ms[i].store(off_until_ms[i], std::memory_order_relaxed);
    inside_->lists.replace(std::make_unique<const RiskLists>(risks));
}

base::Result<void> Gates::reload(GuardStore& store) {
    const Turn turn(inside_->reloading);
    auto risks = store.risks();
    if (!risks) return std::unexpected(std::move(risks).error());
    auto switches = store.switches();
    if (!switches) return std::unexpected(std::move(switches).error());
    load(std::move(*risks), std::move(*switches));
    return {};
}

const std::vector<std::string_view>& Gates::switch_names() {
    static const std::vector<std::string_view> names(kSwitchNames.begin(), kSwitchNames.end());
    return names;
}

void Gates::count(Gate gate) noexcept {
    CHECK(gate < Gate::count_);
    inside_->refusals[static_cast<std::size_t>(gate)].add();
}

std::uint64_t Gates::refusals(Gate gate) const noexcept {
    CHECK(gate < Gate::count_);
    return inside_->refusals[static_cast<std::size_t>(gate)].value();
}

std::string counted_as(std::string_view address) {
    const auto parsed = parse_address(address);
    if (!parsed) return std::string(address);
    if (parsed->is_v4()) return fmt::format("{:08x}", parsed->low & 0xffff'ffff);
    return fmt::format("{:016x}/64", parsed->high);
}

base::Sentence complaint_about(const RiskEntry& entry) {
    if (entry.reason.size() > kReasonSizeMax || !base::is_clean_text(entry.reason))
        return base::say("risk_reason_long", kReasonSizeMax);
    switch (entry.kind) {
        case RiskEntry::Kind::user: {
            const auto key = base::parse_key128(entry.value);
            return key && *key ? base::Sentence{} : base::say("risk_user");
        }
        case RiskEntry::Kind::address: return complaint_about_network(entry.value);
    }
    return base::say("risk_kind");
}

}  // namespace sluice::guard
