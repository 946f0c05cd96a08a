// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Live } from '@/live';
import { effect, expect as expectEffect, forget, look } from '@/red/effect';
import { waitOfActivity, waitOfItem } from '@/red/waits';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  forget();
  vi.useRealTimers();
});

const figures = {} as Live;

test('an item that is resumed is not promised while its activity does not sell', () => {
  expect(waitOfItem('running', false)).toBe('none');
  expect(waitOfItem('paused', false)).toBe('paused');
  expect(waitOfItem('paused', true)).toBe('paused');
  expect(waitOfItem('warming', false)).toBe('warm');
  expect(waitOfItem('running', true)).toBe('off');
});

test('an activity that is resumed is not promised early nor while purchases are off', () => {
  expect(waitOfActivity(1000, 2000, false)).toBe('none');
  expect(waitOfActivity(undefined, 2000, false)).toBe('none');
  expect(waitOfActivity(1000, 2000, true)).toBe('off');
  expect(waitOfActivity(3000, 2000, false)).toBe('warm');
});

test('the note of one deed replaces that of the one before', () => {
  expectEffect('Paused', () => true);
  look(figures);
  expect(effect.value).toMatchObject({ what: 'Paused', state: 'seen' });
  expectEffect('Resumed', () => false);
  look(figures);
  expect(effect.value).toMatchObject({ what: 'Resumed', state: 'waiting' });
  forget();
  expect(effect.value).toBeUndefined();
  vi.runAllTimers();
  expect(effect.value).toBeUndefined();
});

test('what the stream does not carry is said to be done, never to be seen or late', () => {
  expectEffect('Hidden');
  look(figures);
  expect(effect.value?.state).toBe('done');
  vi.advanceTimersByTime(10_000);
  expect(effect.value?.state).toBe('done');
  vi.runAllTimers();
  expect(effect.value).toBeUndefined();
});
