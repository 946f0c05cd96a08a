// SPDX-License-Identifier: Apache-2.0
// Replay: a moment in what was kept of a sale, that moves by itself at a speed, or by hand.
import { computed, onScopeDispose, ref, shallowRef } from 'vue';

import { frameAt, type Frame } from './figures';

export const kSpeeds = [1, 5, 20, 60] as const;
const kTickMs = 250;

export function useReplay() {
  /** undefined: live. */
  const frames = shallowRef<readonly Frame[]>();
  /** Whether the server kept them; else this page did. */
  const kept = ref(false);
  const atMs = ref(0);
  const playing = ref(false);
  const speed = ref<number>(kSpeeds[1]);
  let timer = 0;

  const on = computed(() => frames.value !== undefined);
  const fromMs = computed(() => frames.value?.[0]?.now_ms ?? 0);
  const toMs = computed(() => frames.value?.at(-1)?.now_ms ?? 0);
  const index = computed(() => Math.max(0, frameAt(frames.value ?? [], atMs.value)));
  const frame = computed(() => frames.value?.[index.value]);

  function move(): void {
    atMs.value = Math.min(toMs.value, atMs.value + kTickMs * speed.value);
    if (atMs.value >= toMs.value) hold();
  }

  function hold(): void {
    playing.value = false;
    clearInterval(timer);
  }

  function play(): void {
    if (atMs.value >= toMs.value) atMs.value = fromMs.value;
    clearInterval(timer);
    playing.value = true;
    timer = window.setInterval(move, kTickMs);
  }

  function open(what: readonly Frame[], fromServer: boolean): void {
    hold();
    frames.value = what;
    kept.value = fromServer;
    atMs.value = what.at(-1)?.now_ms ?? 0;
  }

  function close(): void {
    hold();
    frames.value = undefined;
  }

  onScopeDispose(hold);
  return {
    on,
    frames,
    frame,
    index,
    kept,
    fromMs,
    toMs,
    atMs,
    playing,
    speed,
    open,
    close,
    play,
    hold,
  };
}

export type Replay = ReturnType<typeof useReplay>;
