// SPDX-License-Identifier: Apache-2.0
// Schema: the tables of the store, how they came to be, and how damage to them is found.
// The rows that people edit carry `sum`, a checksum over all other columns, kept up to date by
// triggers: SQLite itself would not notice a flipped bit in a price. Records and audit entries have
// chains of their own. docs/formats/store.md describes the tables.
#pragma once

#include "adapter/sqlite/connection.h"

namespace sluice::adapter {

/// "Slce": marks the file as ours.
inline constexpr std::int64_t kApplicationId = 0x536c6365;
/// The version of the schema that this program writes.
[[nodiscard]] std::int64_t schema_version();

/// Makes the tables in an empty file, or brings an older store up to date. Refuses a file that is
/// not ours, that a newer version wrote, or that is damaged: SQLite's own check, the table
/// definitions, and all row sums.
void open_schema(Connection& connection, const std::filesystem::path& file);

/// Makes the SQL function row_sum(…), any number of arguments, known to `connection`.
void add_row_sum(Connection& connection);

}  // namespace sluice::adapter
