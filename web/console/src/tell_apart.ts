// SPDX-License-Identifier: Apache-2.0
// Tell apart: names for a list to choose from. Where two have the same, more is said of both.

/** The name is the first part; each further part is added only where names are still the same. */
export function tellApart<T>(
  all: readonly T[],
  name: (one: T) => string,
  ...more: readonly ((one: T) => string)[]
): Map<T, string> {
  const names = new Map(all.map((one) => [one, name(one)]));
  for (const part of more) {
    const counts = new Map<string, number>();
    for (const each of names.values()) counts.set(each, (counts.get(each) ?? 0) + 1);
    for (const [one, each] of names)
      if ((counts.get(each) ?? 0) > 1) names.set(one, each + ' · ' + part(one));
  }
  return names;
}
