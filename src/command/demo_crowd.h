// SPDX-License-Identifier: Apache-2.0
// Demo crowd: plays the past sale of the demo: who came, when and from where is a story; what
// became of each attempt is decided by the real board, gates and sale at that time, and counted as
// the doors count (api/attempt.h), with a sample each second for the replay.
// Threads: one, before anybody is served.
#pragma once

#include <atomic>

#include "activity/activity.h"
#include "adapter/sandbox_pay/sandbox.h"
#include "api/app.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::command {

/// A clock that stands at a past moment until it is set to a later one.
class PastClock final : public base::Clock {
   public:
    explicit PastClock(base::Instant start) : now_ms_(start.ms) {}
    [[nodiscard]] base::Instant now() const noexcept override { return {now_ms_.load()}; }
    void set(base::Instant at) { now_ms_ = at.ms; }

   private:
    std::atomic<std::int64_t> now_ms_;
};

inline constexpr base::Duration kDemoSaleLength{4 * 60'000};
inline constexpr base::Duration kDemoPayWindow{60'000};

/// Plays the sale of the only item of `activity` from a minute before its start to its end; the
/// clock, which the app has, goes along. Orders are paid at `sandbox`, which has been started; none
/// is paid without it.
[[nodiscard]] base::Result<void> play_past_sale(api::App& app, PastClock& clock,
                                                const activity::Activity& activity,
                                                adapter::SandboxProvider* sandbox);

}  // namespace sluice::command
