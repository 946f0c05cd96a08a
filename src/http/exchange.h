// SPDX-License-Identifier: Apache-2.0
// Exchange: the handle by which an inline handler answers its request, now or later.
// Threads: the door's own. `Later` may travel to other threads; it is redeemed on the door
// (Door::post).
#pragma once

#include <cstdint>
#include <functional>

#include "http/response.h"

namespace sluice::http {

class Connection;

/// Names a request that waits for its answer. Trivially copyable; stale ones are ignored.
struct Later {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
};

/// One thread that owns connections. Implemented in http/door.cc; handlers see only this.
class Door {
   public:
    virtual ~Door() = default;
    /// Runs `work` on the door's thread, after what it is doing now. Any thread.
    virtual void post(std::function<void()> work) = 0;
    /// Answers a request taken with Exchange::later(). On the door's thread only; ignored if the
    /// client is gone.
    virtual void complete(Later later, Response response) = 0;
    /// Likewise with prepared bytes.
    virtual void complete_prepared(Later later, const Prepared& prepared) = 0;
    /// 0, 1, 2 … within one server.
    [[nodiscard]] virtual std::uint32_t index() const = 0;
};

/// Exactly one of send, send_prepared and later is called, exactly once, before the handler
/// returns.
class Exchange {
   public:
    explicit Exchange(Connection& connection) : connection_(connection) {}
    void send(Response response);
    void send_prepared(const Prepared& prepared);
    /// The answer comes later; the request's views stay valid until then.
    [[nodiscard]] Later later();
    [[nodiscard]] Door& door();

   private:
    Connection& connection_;
};

}  // namespace sluice::http
