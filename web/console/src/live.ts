// SPDX-License-Identifier: Apache-2.0
// Live: the figures of this second. One EventSource for the tab, whoever looks; if it fails, a
// question each two seconds until it is back. Keeps the last quarter of an hour for charts.
import { onScopeDispose, readonly, ref, shallowRef, triggerRef } from 'vue';

import { api } from './api';
import type { components } from '@/generated/api';
import { merged } from './merge';
import { said } from './said';
import { clockOffsetMs } from './time';

export type Live = components['schemas']['Live'];
/** connecting: nothing of this look yet. live: the stream. polling: the stream failed, questions are answered.
 * lost: neither; what is shown is old. */
export type LiveState = 'connecting' | 'live' | 'polling' | 'lost';

const kPollMs = 2000;
const kRetryStreamMs = 15_000;
/** The server sends once a second; silence for longer is a dead connection. */
const kSilenceMs = 5000;
/** A server that hangs refuses nothing: after so long without figures they are called old. */
const kOldMs = 8000;
export const kHistoryMax = 900;
/** Figures that are so old and the next ones have too much between them for one history. */
const kGapMs = 10_000;

const now = shallowRef<Live>();
const history = shallowRef<Live[]>([]);
const state = ref<LiveState>('connecting');

/** How often the history began anew, because nobody looked at the tab for a while. */
export const gaps = ref(0);

let users = 0;
let stream: EventSource | undefined;
let pollTimer = 0;
let watchTimer = 0;
let retryAt = 0;
let heardAt = 0;
let figuresAt = 0;

function take(figures: Live): void {
  heardAt = figuresAt = Date.now();
  clockOffsetMs.value = figures.now_ms - Date.now();
  now.value = figures;
  history.value.push(figures);
  if (history.value.length > kHistoryMax) history.value.shift();
  triggerRef(history);
}

function closeStream(): void {
  stream?.close();
  stream = undefined;
}

function openStream(): void {
  closeStream();
  heardAt = Date.now();
  const source = new EventSource('/admin/v1/live');
  let told: Live | undefined; // by this stream: an answer to a question is no base for its changes
  const hear = (figures: Live) => {
    told = figures;
    take(figures);
    state.value = 'live';
    stopPolling();
  };
  source.addEventListener('message', (event: MessageEvent<string>) => {
    hear(JSON.parse(event.data) as Live);
  });
  source.addEventListener('change', (event: MessageEvent<string>) => {
    if (told) hear(merged(told, JSON.parse(event.data) as object));
  });
  source.addEventListener('error', () => {
    if (stream === source) startPolling();
  });
  stream = source;
}

async function poll(): Promise<void> {
  try {
    take(await api.get('/admin/v1/live/now'));
    if (state.value !== 'live') state.value = 'polling';
  } catch {
    if (state.value !== 'live') state.value = 'lost';
  }
  if (pollTimer !== 0) pollTimer = window.setTimeout(() => void poll(), kPollMs);
}

function startPolling(): void {
  closeStream();
  retryAt = Date.now() + kRetryStreamMs;
  if (pollTimer !== 0) return;
  if (state.value === 'live') state.value = 'polling';
  pollTimer = window.setTimeout(() => void poll(), 0);
}

function stopPolling(): void {
  clearTimeout(pollTimer);
  pollTimer = 0;
}

function look(): void {
  if (stream && Date.now() - heardAt > kSilenceMs) startPolling();
  else if (!stream && Date.now() >= retryAt) openStream();
  if (Date.now() - figuresAt > kOldMs) state.value = 'lost';
}

function run(): void {
  state.value = 'connecting';
  openStream();
  watchTimer = window.setInterval(look, 1000);
}

function rest(): void {
  closeStream();
  stopPolling();
  clearInterval(watchTimer);
}

/**
 * A browser has six connections to a server for all of its tabs, and a stream keeps one: six open
 * orders would hold up the red button of the seventh tab. Those that nobody sees keep none.
 */
function turn(): void {
  rest();
  if (document.visibilityState === 'hidden') return;
  if (Date.now() - figuresAt > kGapMs) {
    history.value = [];
    ++gaps.value;
  }
  run();
}

function start(): void {
  figuresAt = Date.now();
  document.addEventListener('visibilitychange', turn);
  if (document.visibilityState !== 'hidden') run();
}

function stop(): void {
  document.removeEventListener('visibilitychange', turn);
  rest();
}

/** Why the server has stopped selling, in the reader's language. */
export const readOnlyWhy = (figures: Live): string =>
  said({ code: figures.read_only_code, detail: figures.read_only_reason });

/** Figures, their state, and the last quarter of an hour, for as long as the component lives. */
export function useLive() {
  if (users++ === 0) start();
  onScopeDispose(() => {
    if (--users === 0) stop();
  });
  return { now, history, state: readonly(state) };
}
