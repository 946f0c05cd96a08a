// SPDX-License-Identifier: Apache-2.0
// DoorAnswers: brings the answers of the sale, once they are durable, back to the door that waits
// for them. One per door, so the doors share nothing.
// Threads: everything on the door's own thread, except deliver, which the ledger thread calls: it
//   copies the answers once and posts one closure.
// Limits: `waiting_max` requests wait at once; full is `busy`, before the sale is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "api/outcome_http.h"
#include "http/exchange.h"
#include "sale/ports.h"

namespace sluice::api {

class Pages;
class Traffic;

/// What the client asked for: decides how the same outcome is told.
enum class Ask : std::uint8_t { buy, cancel };

class DoorAnswers final : public sale::AnswerPort {
   public:
    DoorAnswers(http::Door& door, const Pages& pages, const Refusals& refusals, Traffic& traffic,
                std::size_t waiting_max);

    [[nodiscard]] bool full() const noexcept { return free_ == kNone; }
    /// Takes a place for one answer, before the sale is asked; full() is false. The place is given
    /// up by `answer` if the sale answers at once, else `wait` says who waits for it.
    [[nodiscard]] sale::Waiting reserve(Ask ask, std::int64_t received_ns) noexcept;
    void wait(sale::Waiting place, http::Later later) noexcept;
    /// The sale needed no record: answers at once and frees the place.
    void answer(sale::Waiting place, const sale::Answer& answer, http::Exchange& exchange);

    void deliver(std::span<const sale::Answer> answers) noexcept override;

    /// Refusals that need no place.
    [[nodiscard]] const Refusals& refusals() const noexcept { return refusals_; }

   private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    struct Place {
        http::Later later;
        std::uint32_t next_free = kNone;
        Ask ask = Ask::buy;
        std::int64_t received_ns = 0;
    };

    void complete(const sale::Answer& answer);
    void count(const Place& place, sale::Outcome outcome) noexcept;
    void free(std::uint64_t place) noexcept;

    http::Door& door_;
    const Pages& pages_;
    const Refusals& refusals_;
    Traffic& traffic_;
    std::vector<Place> places_;
    std::uint32_t free_ = kNone;
};

/// All doors' answers, and the refusals that they share. Owner: main.
class Answers {
   public:
    Answers(const Pages& pages, Traffic& traffic, std::size_t waiting_max_per_door);
    /// Before the doors start.
    void attach(const std::vector<http::Door*>& doors);
    /// Those of door number `door`.
    [[nodiscard]] DoorAnswers& of(std::uint32_t door) noexcept { return *doors_[door]; }
    [[nodiscard]] const Refusals& refusals() const noexcept { return refusals_; }

   private:
    const Pages& pages_;
    Traffic& traffic_;
    std::size_t waiting_max_;
    Refusals refusals_;
    std::vector<std::unique_ptr<DoorAnswers>> doors_;
};

}  // namespace sluice::api
