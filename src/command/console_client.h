// SPDX-License-Identifier: Apache-2.0
// ConsoleClient: an operator who works over HTTP, as the console does: for the load command.
// Threads: one; every call waits for its answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::command {

class ConsoleClient {
   public:
    explicit ConsoleClient(std::string url);
    ~ConsoleClient();
    ConsoleClient(const ConsoleClient&) = delete;
    ConsoleClient& operator=(const ConsoleClient&) = delete;

    /// Makes the first owner by the token of a one-time link.
    [[nodiscard]] base::Result<void> set_up(std::string_view token, std::string_view name,
                                            std::string_view password);
    [[nodiscard]] base::Result<void> log_in(std::string_view name, std::string_view password);
    /// The body of a 2xx answer; anything else is an error with what the server said.
    [[nodiscard]] base::Result<std::string> get(const std::string& path);
    [[nodiscard]] base::Result<std::string> post(const std::string& path, const std::string& json);

   private:
    [[nodiscard]] base::Result<std::string> send(const char* method, const std::string& path,
                                                 const std::string* json);

    struct Curl;
    std::unique_ptr<Curl> curl_;
    std::string url_;
    std::string cookie_;
    std::string csrf_;
};

/// The text at a path such as "operator/name" or "data/0/id" of a JSON document; "" if there is
/// none.
[[nodiscard]] std::string json_at(std::string_view json, std::string_view path);

}  // namespace sluice::command
