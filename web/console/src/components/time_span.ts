// SPDX-License-Identifier: Apache-2.0
// Time span: from when to when a chart shows its lines, in seconds.

/** Of what goes on: its end is now, and a line that has just begun grows from the right. */
const kLiveMin = 30;
/** Of what is over: a sale of three seconds is not a mark at the edge. */
const kWholeMin = 5;

/** uPlot says null for what it does not know yet. */
export function timeSpan(
  first: number | null,
  last: number | null,
  isWhole: boolean,
): [number, number] {
  const to = last ?? Date.now() / 1000;
  const from = first ?? to;
  return isWhole ? [from, Math.max(to, from + kWholeMin)] : [Math.min(from, to - kLiveMin), to];
}
