// SPDX-License-Identifier: Apache-2.0
// Setup link: the one-time link by which the first owner is made. There is no default password.
// The link is also kept in <data_dir>/setup_link (0600), so that it can be printed again while the
// server runs.
#pragma once

#include <string>

#include "base/result.h"
#include "command/service.h"

namespace sluice::command {

/// A fresh link if nobody owns this installation yet, else "".
[[nodiscard]] base::Result<std::string> offer_setup_link(Service& service,
                                                         const std::string& data_dir);
/// The link that the running server offered last. conflict: there is an owner already.
[[nodiscard]] base::Result<std::string> read_setup_link(const std::string& data_dir);

}  // namespace sluice::command
