// SPDX-License-Identifier: Apache-2.0
// Effect: what a red button did, and whether that is to be seen in the stream and how soon. One for
// the tab, as the dialog that asks: it is shown on whatever page the person goes on to.
import { readonly, shallowRef } from 'vue';

import type { Live } from '@/live';

const kLateMs = 5000;
/** Then it is no news any more. */
const kShownMs = 20_000;

export interface Effect {
  what: string;
  /** done: the server has said yes, and the stream says nothing of it. */
  state: 'waiting' | 'seen' | 'late' | 'done';
  seconds: number;
}

const shown = shallowRef<Effect>();
export const effect = readonly(shown);

let test: ((live: Live) => boolean) | undefined;
let what = '';
let since = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function settle(state: Effect['state']): void {
  const seconds = Math.round((Date.now() - since) / 100) / 10;
  shown.value = { what, state, seconds };
}

/** What was said of the one before is no answer to the next. */
export function forget(): void {
  test = undefined;
  clearTimeout(timer);
  shown.value = undefined;
}

/** Each figures that come. */
export function look(live: Live): void {
  if (!test?.(live)) return;
  test = undefined;
  clearTimeout(timer);
  settle('seen');
  timer = setTimeout(() => (shown.value = undefined), kShownMs);
}

/**
 * When the server has said yes: `shows` is true of the first figures that have it; none if they say
 * nothing of it.
 */
export function expect(whatNext: string, shows?: (live: Live) => boolean): void {
  forget();
  what = whatNext;
  test = shows;
  since = Date.now();
  timer = shows
    ? setTimeout(() => settle('late'), kLateMs)
    : setTimeout(() => (shown.value = undefined), kShownMs);
  settle(shows ? 'waiting' : 'done');
}
