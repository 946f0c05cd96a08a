// SPDX-License-Identifier: Apache-2.0
// Service: the whole program wired together: store, sale, gates, payments, both listeners. The only
// place that chooses adapters.   Owner: a command (serve, demo). Order matters, and is written
// where it happens: open() binds and recovers, start() lets people in, stop()
//   lets them out again: listeners first, then the turnstile, so that what was taken in is
//   answered.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/app.h"
#include "base/machine.h"
#include "base/result.h"
#include "base/time.h"
#include "config.h"
#include "sale/recover.h"

namespace sluice::adapter {
class SandboxProvider;
}

namespace sluice::command {

class Service {
   public:
    /// Opens the store, recovers the sale and binds both ports; nobody is served yet.
    [[nodiscard]] static base::Result<std::unique_ptr<Service>> open(
        const Config& config,
        std::unique_ptr<const base::Clock> clock = std::make_unique<base::SystemClock>());
    virtual ~Service() = default;

    /// The sale and the sandbox alone begin: events are taken, nobody is served. For who makes a
    /// history.
    [[nodiscard]] virtual base::Result<void> start_sale() = 0;
    /// Begins to serve, the sale included.
    [[nodiscard]] virtual base::Result<void> start() = 0;
    /// Blocks until a stop signal. They must be blocked in every thread: see stop_signals.h.
    virtual void wait_for_stop_signal() = 0;
    /// Drains and stops; returns how many requests were cut at the deadline.
    virtual std::size_t stop() = 0;

    [[nodiscard]] virtual api::App& app() = 0;
    /// nullptr: it is switched off.
    [[nodiscard]] virtual adapter::SandboxProvider* sandbox() = 0;
    [[nodiscard]] virtual const sale::Recovered& recovered() const = 0;
    [[nodiscard]] virtual std::string public_url() const = 0;
    [[nodiscard]] virtual std::string console_url() const = 0;
};

/// What the machine gives a server with this configuration. The same for `sluice doctor` and for
/// the pre-flight list.
[[nodiscard]] std::vector<base::Finding> check_machine(const Config& config);

/// How long a link for the first owner is good.
inline constexpr base::Duration kSetupLinkAge{15 * 60'000};

/// A one-time token that makes the first owner at /admin/setup; "" if there is an owner already.
[[nodiscard]] base::Result<std::string> make_setup_token(account::AccountStore& accounts,
                                                         base::Instant now);

}  // namespace sluice::command
