// SPDX-License-Identifier: Apache-2.0
// Server: a listener and its doors. The program runs two, public and console, on threads of their
// own, so that a flood at the front leaves the operator's screen alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/watchdog.h"
#include "http/exchange.h"
#include "http/router.h"

namespace sluice::http {

/// Each limit has its reason in conf/sluice.toml.
struct ServerOptions {
    std::string name = "public";            ///< for logs and metrics: "public" or "console"
    std::string address = "127.0.0.1";      ///< numeric IPv4 or IPv6
    std::uint16_t port = 8080;              ///< 0: the kernel chooses, see Server::port()
    std::uint32_t doors = 0;                ///< threads; 0: one a core
    std::uint32_t desks = 8;                ///< threads for handlers that wait: those of a commit
                                            ///< share its sync, so a few are too few
    std::uint32_t desk_queue_max = 256;     ///< waiting desk requests; one more is answered `busy`
                                            ///< (slow routes compute: they have desks of their own,
                                            ///< one for two cores)
    std::uint32_t connections_max = 20000;  ///< per server; past that an idle one is closed, or the
                                            ///< newcomer
    std::uint32_t connections_per_address_max = 10000;  ///< but for trusted proxies; 0: no limit
    std::uint32_t header_bytes_max = 8192;              ///< request line and headers: 431 past that
    std::uint32_t header_timeout_ms = 10000;  ///< from the first byte to the end of the headers
    std::uint32_t body_timeout_ms = 10000;   ///< from the end of the headers to the end of the body
    std::uint32_t idle_timeout_ms = 60000;   ///< keep-alive without a request
    std::uint32_t write_timeout_ms = 10000;  ///< a reader that takes nothing for so long is cut
    std::uint32_t patience_ms = 100;  ///< requests may wait so long before some are told `busy`
    std::vector<std::string>
        trusted_proxies;  ///< CIDRs whose X-Forwarded-For is believed, right-most untrusted
};

class Server {
   public:
    /// Binds at once, so that a port in use is an error here. `router` must outlive the server.
    [[nodiscard]] static base::Result<std::unique_ptr<Server>> open(const ServerOptions& options,
                                                                    const Router& router);
    virtual ~Server() = default;
    /// Starts the threads.
    virtual void start() = 0;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual std::vector<Door*> doors() = 0;
    /// Each door calls `work` when it has told its handlers everything that came in a turn, on its
    /// own thread. Before start().
    virtual void at_turn_end(std::function<void()> work) = 0;
    /// Of the doors and of the desks, for a watchdog; they live as long as the server.
    [[nodiscard]] virtual std::vector<const base::Heartbeat*> heartbeats() const = 0;
    /// Graceful drain: stops accepting, answers what is in flight with Connection: close, closes
    /// idle connections, and returns when all are closed or `timeout_ms` has passed. Returns how
    /// many were cut.
    virtual std::size_t drain(std::uint32_t timeout_ms) = 0;

    struct Counts {
        std::uint64_t accepted = 0, open = 0, requests = 0, timeouts = 0, malformed = 0,
                      desk_full = 0, overload = 0;
        std::uint64_t refused = 0, refused_address = 0;  ///< past any limit; that of one address
        std::uint64_t evicted = 0;                       ///< idle ones, closed for newcomers
        std::uint64_t bytes_in = 0, bytes_out = 0;
    };
    /// Summed over the doors; for /metrics. Any thread.
    [[nodiscard]] virtual Counts counts() const = 0;
};

}  // namespace sluice::http
