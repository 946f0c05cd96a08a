// SPDX-License-Identifier: Apache-2.0
#include "api/door_answers.h"

#include <utility>

#include "api/app.h"
#include "api/order_json.h"
#include "api/traffic.h"
#include "base/check.h"
#include "base/pen.h"
#include "base/time.h"

namespace sluice::api {

DoorAnswers::DoorAnswers(App& app, http::Door& door, const Refusals& refusals)
    : app_(app), door_(door), refusals_(refusals), places_(app.options.sale_answers_max) {
    CHECK(places_.size() < kNone);
    for (std::size_t i = places_.size(); i > 0; --i) {
        places_[i - 1].next_free = free_;
        free_ = static_cast<std::uint32_t>(i - 1);
    }
}

sale::Waiting DoorAnswers::reserve(Ask ask, std::int64_t received_ns,
                                   const Arrival& arrival) noexcept {
    CHECK(!full());
    const std::uint32_t number = free_;
    Place& place = places_[number];
    free_ = place.next_free;
    place = {{}, kNone, ask, received_ns, arrival};
    return {this, number};
}

void DoorAnswers::wait(sale::Waiting place, http::Later later) noexcept {
    // The answer cannot have been completed before this: deliver posts to this very thread.
    places_[place.token].later = later;
}

DoorAnswers::Place DoorAnswers::give_up(std::uint64_t number, sale::Outcome outcome) noexcept {
    CHECK(number < places_.size());
    Place& place = places_[number];
    const Place content = place;
    place.next_free = free_;
    free_ = static_cast<std::uint32_t>(number);
    if (content.ask == Ask::cancel) return content;
    app_.traffic.purchase(outcome, base::monotonic_ns() - content.received_ns,
                          content.ask == Ask::rehearse);
    if (app_.arrivals != nullptr) app_.arrivals->count(door_.index(), content.arrival, outcome);
    return content;
}

http::Response DoorAnswers::success(const Place& place, const sale::Answer& answer) const {
    std::string body = order_json(answer.order, facts_of(app_, door_.index(), answer.order.item));
    http::Response response = http::json(
        place.ask != Ask::cancel ? to_http(answer.outcome).status : 200, std::move(body));
    if (place.ask != Ask::cancel) {
        base::Pen<40> location;
        location.text("/v1/orders/").number(answer.order.id.value);
        response.headers.reserve(96);  // all of them, so that it is allocated once
        response.add_header("Location", location.written());
    }
    if (answer.outcome == sale::Outcome::replayed)
        response.add_header("Idempotency-Replayed", "true");
    return response;
}

void DoorAnswers::answer(sale::Waiting place, const sale::Answer& answer,
                         http::Exchange& exchange) {
    const Place content = give_up(place.token, answer.outcome);
    if (sale::succeeded(answer.outcome))
        exchange.send(success(content, answer));
    else
        exchange.send_prepared(refusals_.of(answer.outcome, content.received_ns));
}

void DoorAnswers::complete(const sale::Answer& answer) {
    const Place content = give_up(answer.to.token, answer.outcome);
    if (sale::succeeded(answer.outcome))
        door_.complete(content.later, success(content, answer));
    else
        door_.complete_prepared(content.later, refusals_.of(answer.outcome, content.received_ns));
}

void DoorAnswers::deliver(std::span<const sale::Answer> answers) noexcept {
    door_.post([this, copy = std::vector<sale::Answer>(answers.begin(), answers.end())] {
        for (const sale::Answer& answer : copy) complete(answer);
    });
}

void Answers::attach(App& app, const std::vector<http::Door*>& doors) {
    doors_.clear();
    for (http::Door* door : doors) {
        CHECK(door->index() == doors_.size());
        doors_.push_back(std::make_unique<DoorAnswers>(app, *door, refusals_));
    }
}

}  // namespace sluice::api
