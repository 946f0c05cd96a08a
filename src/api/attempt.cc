// SPDX-License-Identifier: Apache-2.0
#include "api/attempt.h"

#include "base/check.h"

namespace sluice::api {

std::string_view ending_text(std::size_t index) {
    if (index < Ending::kOutcomes) return sale::to_text(static_cast<sale::Outcome>(index));
    switch (static_cast<TurnedAway>(index - Ending::kOutcomes)) {
        case TurnedAway::no_session: return "no_session";
        case TurnedAway::rate_or_list: return "rate_or_list";
        case TurnedAway::invalid: return "invalid";
        case TurnedAway::count_: break;
    }
    CHECK(false && "not an ending");
}

}  // namespace sluice::api
