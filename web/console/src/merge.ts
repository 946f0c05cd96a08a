// SPDX-License-Identifier: Apache-2.0
// Merge: what the live stream says that changed, put into what was known before. The other side is
// src/api/admin/difference.h.

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
type Members = { readonly [name: string]: Json };

const isRow = (value: Json): value is Members => typeof value === 'object' && !Array.isArray(value);

/** The first member of a row is its id. */
const idOf = (row: Members) => Object.entries(row)[0]?.join();

function mergedRows(known: readonly Json[], changed: readonly Json[]): readonly Json[] {
  if (!known.every(isRow) || !changed.every(isRow)) return changed;
  const changes = new Map(changed.map((row) => [idOf(row), row]));
  return known.map((row) => {
    const change = changes.get(idOf(row));
    return change ? merged(row, change) : row;
  });
}

/** A new object; what did not change is shared with `known`. */
export function merged<T extends object>(known: T, changed: object): T {
  const result: Record<string, Json> = { ...(known as Members) };
  for (const [name, value] of Object.entries(changed as Members)) {
    const old = result[name];
    if (Array.isArray(old) && Array.isArray(value)) result[name] = mergedRows(old, value);
    else if (old !== undefined && isRow(old) && isRow(value)) result[name] = merged(old, value);
    else result[name] = value;
  }
  return result as T;
}
