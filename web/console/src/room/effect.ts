// SPDX-License-Identifier: Apache-2.0
// Effect: whether what a red button asked for is to be seen in the stream, and how soon.
import { onScopeDispose, readonly, shallowRef, watch, type ShallowRef } from 'vue';

import type { Live } from '@/live';

const kLateMs = 5000;
/** Then it is no news any more. */
const kShownMs = 20_000;

export interface Effect {
  what: string;
  state: 'waiting' | 'seen' | 'late';
  seconds: number;
}

/** `expect(what, test)` when the server has said yes; `effect` says what the stream says. */
export function useEffect(now: Readonly<ShallowRef<Live | undefined>>) {
  const effect = shallowRef<Effect>();
  let test: ((live: Live) => boolean) | undefined;
  let what = '';
  let since = 0;
  let timer = 0;

  function settle(state: Effect['state']): void {
    const seconds = Math.round((Date.now() - since) / 100) / 10;
    effect.value = { what, state, seconds };
  }

  function look(live: Live | undefined): void {
    if (!test || !live || !test(live)) return;
    test = undefined;
    clearTimeout(timer);
    settle('seen');
    timer = window.setTimeout(() => (effect.value = undefined), kShownMs);
  }

  function expect(whatNext: string, testNext: (live: Live) => boolean): void {
    what = whatNext;
    test = testNext;
    since = Date.now();
    clearTimeout(timer);
    timer = window.setTimeout(() => settle('late'), kLateMs);
    settle('waiting');
  }

  watch(now, look);
  onScopeDispose(() => clearTimeout(timer));
  return { effect: readonly(effect), expect };
}
