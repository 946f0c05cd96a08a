// SPDX-License-Identifier: Apache-2.0
// Countdown: how long until a moment, in the parts that people read.

/** Days, hours, minutes, seconds. */
export type Parts = [number, number, number, number];

/** Rounded up: "0 seconds" is shown only when the moment is there. */
export function partsOf(ms: number): Parts {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return [Math.floor(hours / 24), hours % 24, minutes % 60, seconds % 60];
}

export function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** "4:05", "1:00:00": for short deadlines. */
export function shortText(ms: number): string {
  const [days, hours, minutes, seconds] = partsOf(ms);
  const all = days * 24 + hours;
  return all > 0 ? `${all}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** When to draw next: as the shown second changes, and at the moment itself. */
export function nextDrawMs(now: number, moment: number): number {
  const left = moment - now;
  const second = left > 0 ? left - Math.floor((left - 1) / 1000) * 1000 : 1000 - (now % 1000);
  return Math.max(4, Math.min(second, 1000));
}

export type Milestone = 'minute' | 'ten' | 'now';

/** What to announce between two looks at the clock, if anything; never what is long past. */
export function milestone(beforeMs: number, afterMs: number): Milestone | null {
  const crossed = (line: number) => beforeMs > line && afterMs <= line && afterMs > line - 5000;
  if (crossed(0)) return 'now';
  if (crossed(10_000)) return 'ten';
  if (crossed(60_000)) return 'minute';
  return null;
}
