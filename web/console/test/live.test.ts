// SPDX-License-Identifier: Apache-2.0
import { effectScope } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { gaps, useLive } from '@/live';

vi.mock('@/api', () => ({ api: { get: () => new Promise(() => {}) } }));

/** A stream that says what the test wants. */
class Told {
  static hear: Record<string, (event: { data: string }) => void> = {};
  addEventListener(name: string, hear: (event: { data: string }) => void) {
    Told.hear[name] = hear;
  }
  close() {}
}

/** A stream that is opened and then says nothing, as of a server that hangs. */
class Silent {
  addEventListener() {}
  close() {}
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('EventSource', Silent);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('figures are called old when the server hangs, though it refuses nothing', () => {
  const scope = effectScope();
  const live = scope.run(() => useLive());
  vi.advanceTimersByTime(7000);
  expect(live?.state.value).toBe('connecting');
  vi.advanceTimersByTime(3000);
  expect(live?.state.value).toBe('lost');
  scope.stop();
});

test('what changed is put into what the stream said before', () => {
  vi.stubGlobal('EventSource', Told);
  const scope = effectScope();
  const live = scope.run(() => useLive());
  const tell = (name: string, figures: object) => Told.hear[name]?.({ data: JSON.stringify(figures) });
  const item = { item_id: '7', activity_id: '1', available: 9, sold: 0 };
  tell('change', { now_ms: 1, items: [] }); // of nothing: it is left alone
  expect(live?.now.value).toBeUndefined();
  tell('message', { now_ms: 1, read_only: false, items: [item] });
  tell('change', { now_ms: 2, items: [{ item_id: '7', available: 8 }] });
  expect(live?.now.value).toEqual({
    now_ms: 2,
    read_only: false,
    items: [{ ...item, available: 8 }],
  });
  expect(live?.history.value.map((figures) => figures.items[0]?.available)).toEqual([9, 8]);
  expect(live?.state.value).toBe('live');
  scope.stop();
});

test('a tab that nobody sees keeps no stream, and begins its history anew when that took long', () => {
  let turn = () => {};
  const page = {
    visibilityState: 'visible',
    addEventListener: (_name: string, hear: () => void) => (turn = hear),
    removeEventListener: () => undefined,
  };
  vi.stubGlobal('document', page);
  let open = 0;
  vi.stubGlobal(
    'EventSource',
    class extends Told {
      constructor() {
        super();
        ++open;
      }
      override close() {
        --open;
      }
    },
  );
  const look = (state: string, afterMs: number) => {
    vi.advanceTimersByTime(afterMs);
    page.visibilityState = state;
    turn();
  };
  const tell = (now_ms: number) => Told.hear.message?.({ data: JSON.stringify({ now_ms }) });
  const scope = effectScope();
  const live = scope.run(() => useLive())!;
  live.history.value = []; // of the test before
  const before = gaps.value;
  const seen = () => [open, live.history.value.length, gaps.value - before];
  tell(1000);
  expect(seen()).toEqual([1, 1, 0]);
  look('hidden', 1000);
  expect(seen()).toEqual([0, 1, 0]);
  look('visible', 3000);
  tell(5000);
  expect(seen()).toEqual([1, 2, 0]);
  look('hidden', 1000);
  look('visible', 60_000);
  expect(seen()).toEqual([1, 0, 1]);
  expect(live.state.value).toBe('connecting'); // not "lost": nobody had asked
  scope.stop();
  expect(open).toBe(0);
});
