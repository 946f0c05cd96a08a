// SPDX-License-Identifier: Apache-2.0
#include "guard/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <optional>

#include "base/check.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "guard/network.h"
#include "guard/rates.h"
#include "guard/risk_lists.h"

namespace sluice::guard {

namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

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

}  // namespace sluice::guard
