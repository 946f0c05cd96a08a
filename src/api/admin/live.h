// SPDX-License-Identifier: Apache-2.0
// Live: everything that the operator's screen shows, as one JSON text of one moment.
// Threads: any; one short look at the sale.
#pragma once

#include <string>

#include "api/app.h"
#include "base/id.h"

namespace sluice::api::admin {

/// The newest items of one activity, or of all (`activity` none), with what happens at the doors
/// and in the ledger.
[[nodiscard]] std::string live_json(const App& app, base::ActivityId activity);

}  // namespace sluice::api::admin
