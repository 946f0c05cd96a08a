// SPDX-License-Identifier: Apache-2.0
#include "command/setup_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "adapter/sqlite/account_store.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

std::filesystem::path file_of(const std::string& data_dir) {
    return std::filesystem::path(data_dir) / "setup_link";
}

}  // namespace

Result<std::string> offer_setup_link(Service& service, const std::string& data_dir) {
    const std::filesystem::path path = file_of(data_dir);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    const auto token = make_setup_token(service.app().accounts, service.app().clock.now());
    if (!token || token->empty()) return token;
    const std::string link = fmt::format("{}/admin/setup#k={}", service.console_url(), *token);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool written =
        file >= 0 && write(file, link.data(), link.size()) == static_cast<ssize_t>(link.size());
    if (file >= 0) close(file);
    if (!written)
        return failure(ErrorCode::unavailable,
                       fmt::format("cannot write {}; is the disk full?", path.string()));
    return link;
}

Result<std::string> read_setup_link(const std::string& data_dir) {
    const auto owned = adapter::has_owner(data_dir);
    if (!owned) return std::unexpected(owned.error());
    if (*owned)
        return failure(
            ErrorCode::conflict,
            fmt::format("there is an owner already, so the setup link is good for nothing. Whoever "
                        "lost the password: stop the server, then sluice admin reset-password NAME "
                        "--data {}; the names: sluice admin list --data {}",
                        data_dir, data_dir));
    std::ifstream file(file_of(data_dir));
    std::string link;
    if (!std::getline(file, link))
        return failure(
            ErrorCode::not_found,
            fmt::format(
                "there is no setup link in {}; it is made when a server without an owner starts. "
                "Without a server: sluice admin create NAME --data {}",
                data_dir, data_dir));
    return link;
}

}  // namespace sluice::command
