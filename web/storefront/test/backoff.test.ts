// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kTriesMax, toldMs, waitMs } from '../src/backoff';

test('what the server told is the least, and the body is finer than the header', () => {
  assert.equal(toldMs({ retry_after_ms: 1_500 }, '1'), 1_500);
  assert.equal(toldMs({}, '2'), 2_000);
  assert.equal(toldMs({}, null), 0);
  assert.equal(toldMs({ retry_after_ms: 'x' }, 'Wed, 21 Oct'), 0);
  assert.equal(toldMs({ retry_after_ms: 1e12 }, null), 3_600_000, 'an hour at most');
  for (const random of [0, 0.5, 1]) {
    const ms = waitMs(3, 2_000, random);
    assert.ok(ms >= 2_000 && ms <= 3_000, String(ms));
  }
});

test('a wait of our own doubles, varies by half both ways, and stays below a bound', () => {
  assert.equal(waitMs(1, 0, 0.5), 500);
  assert.equal(waitMs(2, 0, 0.5), 1_000);
  assert.equal(waitMs(2, 0, 0), 500);
  assert.equal(waitMs(2, 0, 1), 1_500);
  assert.equal(waitMs(30, 0, 1), 12_000);
});

test('tries are few', () => {
  assert.ok(kTriesMax >= 3 && kTriesMax <= 10);
});
