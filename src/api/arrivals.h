// SPDX-License-Identifier: Apache-2.0
// Arrivals: who came to an activity, when, from where, and what became of it: what the report after
// the sale says of fairness. Counted at the doors, each door for itself, so nothing contends; a
// desk adds the doors up. Off the turnstile's lock, O(1), nothing is allocated at a door.
//   exact      attempts by outcome, attempts and wins by second, since the program began to follow
//              the activity
//   estimates  networks: a door remembers kNetworksPerDoor; one that pushes out another takes over
//              its count, so it is too high by at most `attempts_error`. Users of a network: by a
//              bitmap, up to some 200. Suspects: who was pushed out starts anew; may be too few.
// Addresses are kept as networks, /24 and /56; users as hashes, and only while the activity is
// followed. Owner: main.   Threads: a door counts with its own number; follow and forget one thread
// (command/recorder); tally any.
// Limits: kFollowedMax activities at once; of more nothing is counted.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "sale/board.h"
#include "sale/outcome.h"

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

/// Why an attempt ended at the gates that ask who it is.
enum class TurnedAway : std::uint8_t { no_session, rate_or_list };

/// One attempt from the door to the answer of the sale.
struct Arrival {
    std::int32_t slot = -1;  ///< -1: of an activity that is not followed
    std::uint32_t activity = 0;
    std::int64_t after_start_ms = 0;
    std::uint64_t network = 0;
    std::uint64_t user = 0;
};

/// How the attempts on one activity ended, all doors together.
struct Endings {
    std::array<std::uint64_t, static_cast<std::size_t>(sale::Outcome::count_)> outcomes{};
    std::array<std::uint64_t, 2> turned_away{};
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
    std::uint64_t before_start = 0;
    std::vector<Slice> slices;      ///< those with attempts, in order
    std::vector<Network> networks;  ///< most attempts first
    std::uint64_t too_early_users = 0, too_often_users = 0, crowded_networks = 0;
    std::uint64_t suspect_attempts = 0, suspect_wins = 0;

    [[nodiscard]] std::uint64_t attempts() const;
    [[nodiscard]] std::uint64_t wins() const {
        return outcomes[static_cast<std::size_t>(sale::Outcome::accepted)];
    }
};

class Arrivals {
   public:
    explicit Arrivals(std::size_t doors_max = 64);
    ~Arrivals();
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    /// Counts this activity from now on; false if kFollowedMax are followed already.
    bool follow(base::ActivityId activity, base::Instant starts_at);
    void forget(base::ActivityId activity);

    // On door number `door` only.
    /// Somebody tries to buy; `user` where the door knows it already.
    [[nodiscard]] Arrival arrive(std::uint32_t door, const sale::Posting& posting,
                                 std::string_view address, const std::optional<base::UserId>& user,
                                 base::Instant now) noexcept;
    void count(std::uint32_t door, const Arrival& arrival, sale::Outcome outcome) noexcept;
    void count(std::uint32_t door, const Arrival& arrival, TurnedAway why) noexcept;

    /// Nothing if it is not followed.
    [[nodiscard]] std::optional<Tally> tally(base::ActivityId activity) const;
    /// Of the tally only how the attempts ended: cheap enough for every second. Nothing if it is
    /// not followed.
    [[nodiscard]] std::optional<Endings> endings(base::ActivityId activity) const;

   private:
    struct Part;
    struct Slot {
        std::atomic<std::int64_t> starts_ms{0};
        std::vector<std::unique_ptr<Part>> parts;  // one for each door; made once, never freed
    };
    [[nodiscard]] Part* part_of(std::uint32_t door, const Arrival& arrival) noexcept;
    [[nodiscard]] const Slot* slot_of(base::ActivityId activity) const noexcept;
    static void add_endings(Endings& sum, const Slot& slot) noexcept;

    const std::size_t doors_max_;
    // One cache line: what a door looks at for every attempt.
    alignas(64) std::array<std::atomic<std::uint32_t>, kFollowedMax> followed_{};
    std::array<Slot, kFollowedMax> slots_;
};

/// The network of an address, /24 or /56, as a number; 0 if it is no address.
[[nodiscard]] std::uint64_t network_of(std::string_view address) noexcept;
[[nodiscard]] std::string network_text(std::uint64_t network);

}  // namespace sluice::api
