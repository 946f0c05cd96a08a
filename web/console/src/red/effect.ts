// SPDX-License-Identifier: Apache-2.0
// Effect: whether what a red button asked for is to be seen in the stream, and how soon. One for the
// tab, as the dialog that asks: it is shown on whatever page the person goes on to.
import { readonly, shallowRef } from 'vue';

import type { Live } from '@/live';

const kLateMs = 5000;
/** Then it is no news any more. */
const kShownMs = 20_000;

export interface Effect {
  what: string;
  state: 'waiting' | 'seen' | 'late';
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

/** Each figures that come. */
export function look(live: Live): void {
  if (!test?.(live)) return;
  test = undefined;
  clearTimeout(timer);
  settle('seen');
  timer = setTimeout(() => (shown.value = undefined), kShownMs);
}

/** When the server has said yes: `shows` is true of the first figures that have it. */
export function expect(whatNext: string, shows: (live: Live) => boolean): void {
  what = whatNext;
  test = shows;
  since = Date.now();
  clearTimeout(timer);
  timer = setTimeout(() => settle('late'), kLateMs);
  settle('waiting');
}
