// SPDX-License-Identifier: Apache-2.0
// RushServer: a server of our own for one rush or calibration: this same program, on a temporary
// store, on ports that the kernel chooses, stopped and removed at the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::command {

struct RushServerOptions {
    std::string parent_dir;         ///< where its store is; "": the folder for temporary files
    std::string config_file;        ///< "": none
    std::vector<std::string> sets;  ///< NAME=VALUE, beside those that every such server has
};

class RushServer {
   public:
    /// Starts it and waits until it serves.
    [[nodiscard]] static base::Result<std::unique_ptr<RushServer>> start(
        const RushServerOptions& options = {});
    ~RushServer();
    RushServer(const RushServer&) = delete;
    RushServer& operator=(const RushServer&) = delete;

    [[nodiscard]] const std::string& public_url() const { return public_url_; }
    [[nodiscard]] const std::string& console_url() const { return console_url_; }
    [[nodiscard]] const std::string& setup_token() const { return setup_token_; }
    [[nodiscard]] std::string token_key_file() const { return data_dir_ + "/token.key"; }
    /// CPU time that it has used so far, in seconds.
    [[nodiscard]] double cpu_seconds() const;

   private:
    RushServer() = default;

    int pid_ = -1;
    int output_ = -1;
    std::string data_dir_;
    std::string public_url_;
    std::string console_url_;
    std::string setup_token_;
};

}  // namespace sluice::command
