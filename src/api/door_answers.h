// SPDX-License-Identifier: Apache-2.0
// DoorAnswers: brings the answers of the sale, once they are durable, back to the door that waits
// for them. One per door, so the doors share nothing.
// Threads: everything on the door's own thread, except deliver, which the ledger thread calls: it
//   copies the answers once and posts one closure.
// Limits: ApiOptions::sale_answers_max requests wait at once; full is `busy`, before the sale is
//   asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "api/arrivals.h"
#include "api/outcome_http.h"
#include "http/exchange.h"
#include "sale/ports.h"

namespace sluice::api {

struct App;

/// What the client asked for: decides how the same outcome is told.
enum class Ask : std::uint8_t { buy, rehearse, cancel };

class DoorAnswers final : public sale::AnswerPort {
   public:
    DoorAnswers(App& app, http::Door& door, const Refusals& refusals);

    [[nodiscard]] bool full() const noexcept { return free_ == kNone; }
    /// Takes a place for one answer, before the sale is asked; full() is false. The place is given
    /// up by `answer` if the sale answers at once, else `wait` says who waits for it.
    [[nodiscard]] sale::Waiting reserve(Ask ask, std::int64_t received_ns,
                                        const Arrival& arrival = {}) noexcept;
    void wait(sale::Waiting place, http::Later later) noexcept;
    /// The sale needed no record: answers at once and frees the place.
    void answer(sale::Waiting place, const sale::Answer& answer, http::Exchange& exchange);

    void deliver(std::span<const sale::Answer> answers) noexcept override;

   private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    struct Place {
        http::Later later;
        std::uint32_t next_free = kNone;
        Ask ask = Ask::buy;
        std::int64_t received_ns = 0;
        Arrival arrival;
    };

    void complete(const sale::Answer& answer);
    /// Counts the answer and frees its place, whose content is returned.
    Place give_up(std::uint64_t number, sale::Outcome outcome) noexcept;
    [[nodiscard]] http::Response success(const Place& place, const sale::Answer& answer) const;

    App& app_;
    http::Door& door_;
    const Refusals& refusals_;
    std::vector<Place> places_;
    std::uint32_t free_ = kNone;
};

/// All doors' answers, and the refusals that they share. Owner: main.
class Answers {
   public:
    /// Before the doors start.
    void attach(App& app, const std::vector<http::Door*>& doors);
    /// Those of door number `door`.
    [[nodiscard]] DoorAnswers& of(std::uint32_t door) noexcept { return *doors_[door]; }
    [[nodiscard]] const Refusals& refusals() const noexcept { return refusals_; }

   private:
    Refusals refusals_;
    std::vector<std::unique_ptr<DoorAnswers>> doors_;
};

}  // namespace sluice::api
