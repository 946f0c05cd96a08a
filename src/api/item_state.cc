// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "api/auth.h"
#include "api/door_answers.h"
#include "api/endpoints.h"
#include "page/page.h"

namespace sluice::api {

namespace {

/// What a customer sees of the life of a warm item.
enum class Phase : std::uint8_t { waiting, running, paused, ended };

std::string_view to_text(Phase phase) {
    switch (phase) {
        case Phase::waiting: return "waiting";
        case Phase::running: return "running";
        case Phase::paused: return "paused";
        case Phase::ended: break;
    }
    return "ended";
}

std::string_view to_text(sale::Level level) {
    switch (level) {
        case sale::Level::none: return "none";
        case sale::Level::few: return "few";
        case sale::Level::plenty: break;
    }
    return "plenty";
}

Phase phase_of(const sale::Posting& posting, bool stopped, base::Instant now) {
    if (posting.ended || now.ms >= posting.ends_at_ms) return Phase::ended;
    if (now.ms < posting.starts_at_ms) return Phase::waiting;
    return stopped || posting.paused ? Phase::paused : Phase::running;
}

/// Rarely while nothing can change soon; and never all at the same moment.
std::int64_t next_poll_ms(Phase phase, sale::Level level, std::int64_t to_start_ms,
                          std::uint64_t spread) {
    std::int64_t least_ms = 2'000;
    if (phase == Phase::ended)
        least_ms = 60'000;
    else if (phase == Phase::waiting)
        // The page counts down by itself; the last look before the start is a second ahead of it.
        least_ms = std::clamp<std::int64_t>(to_start_ms / 2, 1'000, 60'000);
    else if (phase == Phase::paused || level == sale::Level::none)
        least_ms = 5'000;
    return least_ms + static_cast<std::int64_t>(base::mix64(spread) %
                                                static_cast<std::uint64_t>(least_ms / 2));
}

}  // namespace

std::string item_state_json(const sale::Posting& posting, bool stopped, base::Instant now,
                            std::uint64_t spread) {
    const Phase phase = phase_of(posting, stopped, now);
    const sale::Level level = sale::Board::level(posting);
    const std::int64_t starts_at_ms = posting.starts_at_ms;
    return fmt::format(
        R"({{"phase":"{}","level":"{}","now_ms":{},"next_poll_ms":{},"starts_at_ms":{},"ends_at_ms":{},"page":"{}"}})",
        to_text(phase), to_text(level), now.ms,
        next_poll_ms(phase, level, starts_at_ms - now.ms, spread), starts_at_ms,
        posting.ends_at_ms.load(), page::version());
}

void get_item_state(App& app, const http::Request& request, http::Exchange& exchange) {
    const auto item = base::parse_id<base::ItemId>(request.params[0]);
    const sale::Posting* posting = item ? app.board.find(*item) : nullptr;
    const base::Instant now = app.clock.now();
    const bool may_hide = posting != nullptr && posting->rehearsal;
    if (posting == nullptr || (may_hide && is_hidden(*posting, customer_of(app, request, now))))
        return exchange.send_prepared(app.answers.refusals().of(sale::Outcome::not_found, 0));
    http::Response response =
        http::json(200, item_state_json(*posting, app.board.stopped(), now,
                                        static_cast<std::uint64_t>(request.received_ns)));
    // A cache in front must not show a rehearsal to others.
    response.add_header("Cache-Control", may_hide ? "no-store" : "public, max-age=1");
    exchange.send(std::move(response));
}

}  // namespace sluice::api
