// SPDX-License-Identifier: Apache-2.0
// Back-off: how long to wait before the same request is sent again, and when to stop.

export const kTriesMax = 8;

/** What an answer said about coming back, in ms; 0: nothing. The body is finer than the header. */
export function toldMs(body: object, retryAfter: string | null): number {
  const fine = Number((body as { retry_after_ms?: unknown }).retry_after_ms);
  if (fine > 0) return Math.min(fine, 3_600_000);
  const seconds = Number(retryAfter);
  return seconds > 0 ? Math.min(seconds * 1000, 3_600_000) : 0;
}

/**
 * The wait after try number `tries` (1, 2, …). What the server told is the least, up to half as
 * much again on top; a wait of our own doubles and varies by half both ways.
 */
export function waitMs(tries: number, told: number, random: number): number {
  if (told > 0) return told * (1 + random / 2);
  return Math.min(8000, 250 * Math.pow(2, tries)) * (0.5 + random);
}
