// SPDX-License-Identifier: Apache-2.0
// Difference: what changed between two JSON texts of one kind, so that a stream need not repeat
// what stands still. `web/console/src/merge.ts` puts it together again.   Threads: any; pure.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

namespace sluice::api::admin {

/// The members of `after` that are not as in `before`, inside of objects likewise. A list of rows,
/// each an object whose first member is its id, becomes the rows that changed: their id and what
/// changed in them. Other lists are repeated whole. Nothing if it cannot be said like that, because
/// a member is gone or the rows are not the same ones in the same order: then send all of `after`.
[[nodiscard]] std::optional<boost::json::object> difference(const boost::json::object& before,
                                                            const boost::json::object& after);

}  // namespace sluice::api::admin
