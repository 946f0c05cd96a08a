// SPDX-License-Identifier: Apache-2.0
// LoadEngine: sends HTTP requests at their times over kept connections and measures every answer.
// Open model: a request has a time of its own, whatever became of those before it. When it is due
// and every connection is busy, it waits, and the wait counts: latency runs from the intended time
// (corrected) beside the one from the moment of sending (uncorrected), so that coordinated omission
// is seen instead of hidden. Threads: one; run() returns when everything is answered.   Limits:
// loopback or a named server, HTTP/1.1. Fails: a connection that breaks gives its request the
// status 0; the caller decides whether to send it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"

namespace sluice::command {

struct LoadReply {
    std::size_t shot = 0;
    int status = 0;         ///< 0: no answer, the connection broke
    std::string_view head;  ///< status line and headers
    std::string_view body;
};

/// The `code` of a problem document, a view into its body; "no_answer", or "no_code" without one.
[[nodiscard]] std::string_view code_of(const LoadReply& reply);

/// What to send. `due_ns` ascends; `write` appends the whole request; `read` sees each answer once.
struct LoadPlan {
    std::size_t count = 0;
    std::function<std::int64_t(std::size_t)> due_ns;  ///< after the start of the run
    std::function<void(std::size_t, std::string&)> write;
    std::function<void(const LoadReply&)> read;
};

struct LoadStats {
    base::Latencies corrected;
    base::Latencies uncorrected;
    std::uint64_t answered = 0;
    std::uint64_t broken = 0;
    std::uint64_t late =
        0;  ///< sent over 5 ms late although a connection was free: the generator was too slow
    std::int64_t late_max_ns = 0;     ///< the latest of them
    std::int64_t last_answer_ns = 0;  ///< of base::monotonic_ns
    double seconds = 0;               ///< from the start of the run to the last answer
};

class LoadEngine {
   public:
    /// Connects `connections` times to `host` (numeric) and `port`.
    [[nodiscard]] static base::Result<std::unique_ptr<LoadEngine>> open(const std::string& host,
                                                                        std::uint16_t port,
                                                                        std::uint32_t connections);
    virtual ~LoadEngine() = default;
    /// Plays `plan`, whose time 0 is `start_ns` of base::monotonic_ns. An error if the server
    /// cannot be reached any more, or sends nothing for 30 seconds, or a stop signal came.
    [[nodiscard]] virtual base::Result<LoadStats> run(const LoadPlan& plan,
                                                      std::int64_t start_ns) = 0;
};

}  // namespace sluice::command
