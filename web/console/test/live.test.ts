// SPDX-License-Identifier: Apache-2.0
import { effectScope } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useLive } from '@/live';

vi.mock('@/api', () => ({ api: { get: () => new Promise(() => {}) } }));

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
