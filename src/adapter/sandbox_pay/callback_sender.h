// SPDX-License-Identifier: Apache-2.0
// CallbackSender: posts callbacks to the one configured address, again and again until they are
// taken. Owner: SandboxProvider.   Threads: one of its own, which runs libcurl's multi interface.
//   (Threads are not for adapters; this one is the exception, because it plays a company of its own
//   that calls us from outside.)
// Limits: SenderOptions; a full queue refuses, and the payment is then found by the active query.
// Safety: the target is configuration, never data. Redirects are not followed, proxies of the
//   environment are ignored, answers are read only up to a bound, every transfer has a time-out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "adapter/sandbox_pay/callback.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::adapter {

struct SenderOptions {
    std::size_t parallel_max = 16;    ///< transfers, and so connections, at a time
    std::size_t queue_max = 65'536;   ///< callbacks that wait; about 300 bytes each
    std::uint32_t tries_max = 8;      ///< then the callback is given up
    base::Duration retry_first{500};  ///< before the second try; doubled for each further one
    base::Duration timeout{10'000};   ///< of one transfer
    base::Duration connect_timeout{2000};
};

/// One callback on its way.
struct CallbackTask {
    Callback callback;
    bool forged = false;   ///< to be signed with a key that is not ours
    base::Instant due_at;  ///< not sent before this
    std::uint32_t tries = 0;
};

/// The bytes of one try.
struct SignedCallback {
    std::string body;
    std::string signature;
};

class CallbackSender {
   public:
    /// Writes and signs a callback just before it goes out, on the sender's thread. Makes durable
    /// what the callback says; an error puts the try off.
    using Compose = std::function<base::Result<SignedCallback>(const CallbackTask&)>;

    CallbackSender(const base::Clock& clock, const SenderOptions& options, Compose compose);
    /// Stops the thread; what is still to be sent is left to the active query.
    ~CallbackSender();
    CallbackSender(const CallbackSender&) = delete;
    CallbackSender& operator=(const CallbackSender&) = delete;

    /// Starts sending to `url`: http or https, with a host, without user name. Once.
    [[nodiscard]] base::Result<void> start(const std::string& url);
    void stop();

    /// Takes a callback; false if the queue is full. Any thread, also before start.
    [[nodiscard]] bool enqueue(CallbackTask task);

    struct Counts {
        std::uint64_t queued = 0, delivered = 0, refused = 0, retried = 0, given_up = 0,
                      dropped = 0;
        std::uint64_t waiting = 0;
    };
    [[nodiscard]] Counts counts() const;

   private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace sluice::adapter
