// SPDX-License-Identifier: Apache-2.0
// Time: keeps the page's idea of the server's clock, with as few requests as that takes: one for a
// visit, a second and a third only where the first was slow, and before the start never a third.
import { firstSampleMs, ServerClock } from './clock';
import { tab } from './storage';
import { page } from './view';

const kPlace = 'sluice.clock';
const kAwayMs = 10_000;

const clock = new ServerClock(
  () => performance.now(),
  () => Date.now(),
);
clock.take(tab.get(kPlace));

/** The console shows a page at a time that a person chose: then nobody is asked for anything. */
const previewMs = Number(page.now) - performance.now();
export const isPreview = page.now !== undefined;

export const now = (): number => (isPreview ? previewMs + performance.now() : clock.now());
export const isTimeKnown = (): boolean => clock.isKnown();

let seen: (version: string) => void = () => {};
let changed: () => void = () => {};

/** `version` is told which page version the server has, `change` that the clock is better known. */
export function watchTime(version: (text: string) => void, change: () => void): void {
  seen = version;
  changed = change;
}

let asking = false;

async function sample(tries: number): Promise<void> {
  if (asking || isPreview) return;
  asking = true;
  try {
    const sent = performance.now();
    const answer = await fetch('/v1/time', { cache: 'no-store', credentials: 'omit' });
    const body = (await answer.json()) as { now_ms?: number; page?: string };
    if (clock.add(body.now_ms, sent, performance.now())) tab.set(kPlace, clock.keep());
    if (body.page) seen(body.page);
  } catch (e) {
    // No connection: the device's clock has to do until there is one.
  }
  asking = false;
  changed();
  // Without any answer it goes on, each time a little later.
  if (tries > 1 ? !clock.isSure() : !clock.isKnown()) {
    const waits = 1500 + Math.random() * 4500;
    setTimeout(() => void sample(tries - 1), waits * Math.max(1, 2 - tries));
  }
}

/** Measures again at once: the server said that the clock is wrong. */
export async function resample(): Promise<void> {
  clock.forget();
  await sample(1);
}

/** `untilStart`: how long, by the device's own clock, until the moment that matters. */
export function startClock(untilStart: number): void {
  if (!clock.isKnown()) {
    const tries = untilStart > 0 ? 2 : 3;
    setTimeout(() => void sample(tries), firstSampleMs(untilStart, Math.random()));
  }
  let hiddenAt = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      hiddenAt = Date.now();
    } else if (Date.now() - hiddenAt > kAwayMs) {
      // A device that slept stopped the steady clock. A glance elsewhere did not.
      clock.forget();
      setTimeout(() => void sample(2), Math.random() * 500);
    }
  });
}
