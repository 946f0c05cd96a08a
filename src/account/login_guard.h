// SPDX-License-Identifier: Apache-2.0
// LoginGuard: how often one may guess a password. Tries are counted per name and per address; each
// may fail a few times at once, then one more try comes back every so often. So a guesser is slow,
// and the owner of a name that is under attack is delayed, never locked out for good.
// Owner: main.   Threads: any; a mutex of its own, held for a look-up and never while a password is
// hashed. It is the one lock outside the turnstile and the adapters: desks log people in at the
// same time, and a try takes 50 ms of Argon2 anyway, so there is no contention to avoid.
// Limits: `entries_max` names and addresses; when full, the one that is nearest to being free is
// forgotten. Order: admit, then password_matches, then succeeded if it did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.h"
#include "base/time.h"

namespace sluice::account {

struct LoginGuardOptions {
    std::uint32_t name_tries_max = 10;     ///< failed tries per name in a window
    std::uint32_t address_tries_max = 50;  ///< the same per address; many people may share one
    base::Duration window{15 * 60'000};    ///< in which all tries come back
    std::size_t entries_max = 65'536;      ///< names and addresses remembered; some 64 bytes each
};

class LoginGuard {
   public:
    explicit LoginGuard(const LoginGuardOptions& options = {});

    /// Zero: go on and check the password. Else: how long to wait; answer too_fast and do not look
    /// at the password. A try counts as failed from now on until succeeded() takes it back, so that
    /// many at once get no more tries than one after the other.
    [[nodiscard]] base::Duration admit(std::string_view name, std::string_view address,
                                       base::Instant now);
    /// The password was right: forgets the failed tries of the name, and this one of the address.
    void succeeded(std::string_view name, std::string_view address);
    /// The try was no guess: takes this one back and leaves the failed ones before it counted.
    void take_back(std::string_view name, std::string_view address);

   private:
    // When the last of the failed tries will have come back; the theoretical arrival time of GCRA.
    using Entries = std::unordered_map<std::uint64_t, std::int64_t>;

    [[nodiscard]] base::Duration wait_of(std::uint64_t key, std::int64_t step_ms,
                                         base::Instant now) const;
    void charge(std::uint64_t key, std::int64_t step_ms, base::Instant now);
    void make_room(base::Instant now);

    LoginGuardOptions options_;
    std::int64_t name_step_ms_;
    std::int64_t address_step_ms_;
    std::mutex mutex_;
    Entries entries_;
};

/// Argon2id of 32 random bytes that nobody kept, with the cost of base::hash_password.
inline constexpr const char* kHashOfNobody =
    "$argon2id$v=19$m=65536,t=2,p=1$EFmdTFoR7hjbOg0MYHkT2g$"
    "BxGq3saVcIupbh8M8bJv20sgB6Ql5iLWnrAXJkZVJvU";

/// Whether `password` is the one behind `hash`; pass nullptr if there is no such name. Then a hash
/// that nothing matches is checked, at the same cost, so that the time of the answer does not tell
/// which names exist. Callers must use this instead of base::verify_password and must not return
/// earlier for an unknown or disabled name. 64 MiB and some 50 ms: on a desk, never on a door.
[[nodiscard]] bool password_matches(const std::string* hash, std::string_view password);

}  // namespace sluice::account
