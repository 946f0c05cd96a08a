// SPDX-License-Identifier: Apache-2.0
// Who listens on a port of this machine, as far as /proc tells us: for the error "port in use".
#pragma once

#include <cstdint>
#include <string>

namespace sluice::http {

/// "pid 4711 (nginx)", or "" if it cannot be seen, as for a process of another user.
[[nodiscard]] std::string port_owner(std::uint16_t port);

}  // namespace sluice::http
