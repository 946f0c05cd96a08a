// SPDX-License-Identifier: Apache-2.0
// Arrivals: who came to an activity, when, from where, and what became of it: what the report after
// the sale says of fairness. Counted at the doors, each door for itself, so nothing contends; a
// desk adds the doors up. Off the turnstile's lock, O(1), nothing is allocated at a door.
// What an attempt is: api/attempt.h. All of one attempt is counted at once, with its answer, so the
// parts fit: the sum by ending = by second + before the start.
//   exact      attempts by ending and by gate, attempts and wins by second, since the program began
//              to follow the activity
//   estimates  networks: a door remembers kNetworksPerDoor; one that pushes out another takes over
//              its count, so it is too high by at most `attempts_error`. Users of a network: by a
//              bitmap, up to some 200. Suspects: who was pushed out starts anew; may be too few.
// Addresses are kept as networks, /24 and /56; users as hashes, and only while the activity is
// followed. Owner: main.   Threads: a door counts with its own number; all else any thread.
// Limits: kFollowedMax activities at once; of more nothing is counted.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/attempt.h"
#include "base/id.h"
#include "base/time.h"
#include "guard/gates.h"
#include "sale/board.h"

namespace sluice::api {

inline constexpr std::size_t kFollowedMax = 16;
inline constexpr std::size_t kSecondsCounted = 900;      // one by one, from the start
inline constexpr std::size_t kMinutesCounted = 24 * 60;  // then minutes; the last has all the rest
inline constexpr std::size_t kNetworksPerDoor = 64 * 8;
inline constexpr std::size_t kUsersPerDoor = 1024 * 4;

// What no person does. A sign, not a proof: the report names the rule beside the number.
inline constexpr std::int64_t kFirstAttemptMsMin = 300;  // after the start
inline constexpr std::uint32_t kAttemptsIn10sMax = 20;   // of one user
inline constexpr std::uint32_t kUsersOfNetworkMax = 50;  // of one /24 or /56

/// One attempt from the door to the answer of the sale.
struct Arrival {
    std::int32_t slot = -1;  ///< -1: of an activity that is not followed
    bool suspected = false;  ///< a rule fits its user
    std::uint32_t activity = 0;
    std::int64_t after_start_ms = 0;
    std::uint64_t network = 0;
    std::uint64_t user = 0;
};

/// What was counted of one activity, all doors together.
struct Tally : Endings {
    struct Slice {
        std::int64_t second = 0;  ///< after the start
        std::int64_t length_s = 1;
        std::uint64_t attempts = 0, wins = 0;
    };
    struct Network {
        std::string network;
        std::uint64_t attempts = 0, attempts_error = 0, wins = 0, users = 0;
    };
    base::Instant since;  ///< when it was first followed
    std::uint64_t before_start = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(guard::Gate::count_)> by_gate{};
    std::vector<Slice> slices;      ///< those with attempts, in order
    std::vector<Network> networks;  ///< most attempts first
    std::uint64_t too_early_users = 0, too_often_users = 0, crowded_networks = 0;
    std::uint64_t suspect_attempts = 0, suspect_wins = 0;
};

class Arrivals {
   public:
    explicit Arrivals(std::size_t doors_max = 64);
    ~Arrivals();
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    /// Counts this activity from `now` on, unless it is counted already; false if kFollowedMax
    /// others are.
    bool follow(base::ActivityId activity, base::Instant starts_at, base::Instant now);
    void forget(base::ActivityId activity);

    // On door number `door` only.
    /// Somebody tries to buy; `user` where the door knows it already. Counted when it has ended.
    [[nodiscard]] Arrival arrive(std::uint32_t door, const sale::Posting& posting,
                                 std::string_view address, const std::optional<base::UserId>& user,
                                 base::Instant now) noexcept;
    /// `gate`: which of them refused it, if one did.
    void count(std::uint32_t door, const Arrival& arrival, Ending ending,
               std::optional<guard::Gate> gate = {}) noexcept;

    /// Nothing if it is not followed.
    [[nodiscard]] std::optional<Tally> tally(base::ActivityId activity) const;
    /// Of the tally only how the attempts ended: cheap enough for every second. Nothing if it is
    /// not followed.
    [[nodiscard]] std::optional<Endings> endings(base::ActivityId activity) const;

   private:
    struct Part;
    struct Slot {
        std::atomic<std::int64_t> starts_ms{0}, since_ms{0};
        std::vector<std::unique_ptr<Part>> parts;  // one for each door; made once, never freed
    };
    [[nodiscard]] Part* part_of(std::uint32_t door, const Arrival& arrival) noexcept;
    [[nodiscard]] const Slot* slot_of(base::ActivityId activity) const noexcept;
    static void add_endings(Endings& sum, const Slot& slot) noexcept;

    const std::size_t doors_max_;
    std::mutex following_;  // who follows or forgets; a door never takes it
    // One cache line: what a door looks at for every attempt.
    alignas(64) std::array<std::atomic<std::uint32_t>, kFollowedMax> followed_{};
    std::array<Slot, kFollowedMax> slots_;
};

/// The network of an address, /24 or /56, as a number; 0 if it is no address.
[[nodiscard]] std::uint64_t network_of(std::string_view address) noexcept;
[[nodiscard]] std::string network_text(std::uint64_t network);

}  // namespace sluice::api
