// SPDX-License-Identifier: Apache-2.0
// Diff: what changed between two JSON values, field by field, by JSON pointer.

export interface Change {
  pointer: string;
  /** Missing: it was not there. */
  before?: string;
  /** Missing: it is not there any more. */
  after?: string;
}

const kLeavesMax = 2000;

/** Each leaf with its pointer; an empty list or object is a leaf. */
export function leaves(value: unknown, pointer = '', found = new Map<string, string>()) {
  if (found.size >= kLeavesMax) return found;
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value))
      leaves(child, pointer + '/' + key.replaceAll('~', '~0').replaceAll('/', '~1'), found);
  } else if (value !== undefined) {
    found.set(pointer, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}

export function diff(before: unknown, after: unknown): Change[] {
  const old = leaves(before);
  const now = leaves(after);
  const changes: Change[] = [];
  for (const pointer of new Set([...old.keys(), ...now.keys()])) {
    const change: Change = { pointer };
    const was = old.get(pointer);
    const is = now.get(pointer);
    if (was === is) continue;
    if (was !== undefined) change.before = was;
    if (is !== undefined) change.after = is;
    changes.push(change);
  }
  return changes;
}
