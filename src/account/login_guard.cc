// SPDX-License-Identifier: Apache-2.0
#include "account/login_guard.h"

#include <algorithm>

#include "base/check.h"
#include "base/secret.h"

namespace sluice::account {

namespace {

std::uint64_t name_key(std::string_view name) { return base::hash128("login name", name, "").low; }

std::uint64_t address_key(std::string_view address) {
    return base::hash128("login address", address, "").low;
}

}  // namespace

LoginGuard::LoginGuard(const LoginGuardOptions& options)
    : options_(options),
      name_step_ms_(options.window.ms / std::max<std::int64_t>(options.name_tries_max, 1)),
      address_step_ms_(options.window.ms / std::max<std::int64_t>(options.address_tries_max, 1)) {
    CHECK(options.name_tries_max > 0 && options.address_tries_max > 0);
    CHECK(options.window.ms > 0 && options.entries_max > 1);
}

base::Duration LoginGuard::admit(std::string_view name, std::string_view address,
                                 base::Instant now) {
    const std::uint64_t by_name = name_key(name);
    const std::uint64_t by_address = address_key(address);
    const std::scoped_lock lock(mutex_);
    const base::Duration wait =
        std::max(wait_of(by_name, name_step_ms_, now), wait_of(by_address, address_step_ms_, now));
    // A refused try is not charged: who waits as told gets through, however often others knock.
    if (wait.ms > 0) return wait;
    make_room(now);
    charge(by_name, name_step_ms_, now);
    charge(by_address, address_step_ms_, now);
    return {};
}

void LoginGuard::succeeded(std::string_view name, std::string_view address) {
    const std::scoped_lock lock(mutex_);
    entries_.erase(name_key(name));
    if (const auto at = entries_.find(address_key(address)); at != entries_.end())
        at->second -= address_step_ms_;
}

void LoginGuard::take_back(std::string_view name, std::string_view address) {
    const std::scoped_lock lock(mutex_);
    if (const auto at = entries_.find(name_key(name)); at != entries_.end())
        at->second -= name_step_ms_;
    if (const auto at = entries_.find(address_key(address)); at != entries_.end())
        at->second -= address_step_ms_;
}

base::Duration LoginGuard::wait_of(std::uint64_t key, std::int64_t step_ms,
                                   base::Instant now) const {
    const auto at = entries_.find(key);
    if (at == entries_.end()) return {};
    return {std::max<std::int64_t>(at->second + step_ms - options_.window.ms - now.ms, 0)};
}

void LoginGuard::charge(std::uint64_t key, std::int64_t step_ms, base::Instant now) {
    std::int64_t& all_back_ms = entries_[key];
    all_back_ms = std::max(all_back_ms, now.ms) + step_ms;
}

void LoginGuard::make_room(base::Instant now) {
    if (entries_.size() + 2 <= options_.entries_max) return;
    std::erase_if(entries_, [now](const auto& entry) { return entry.second <= now.ms; });
    while (entries_.size() + 2 > options_.entries_max) {
        entries_.erase(std::ranges::min_element(entries_, {}, &Entries::value_type::second));
    }
}

bool password_matches(const std::string* hash, std::string_view password) {
    const bool matches =
        base::verify_password(hash != nullptr ? *hash : std::string(kHashOfNobody), password);
    return hash != nullptr && matches;
}

}  // namespace sluice::account
