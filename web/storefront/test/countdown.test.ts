// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milestone, nextDrawMs, partsOf, shortText } from '../src/countdown';

test('parts are rounded up: zero is shown only when the moment is there', () => {
  assert.deepEqual(partsOf(1), [0, 0, 0, 1]);
  assert.deepEqual(partsOf(0), [0, 0, 0, 0]);
  assert.deepEqual(partsOf(-5_000), [0, 0, 0, 0]);
  assert.deepEqual(partsOf(2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5_000), [2, 3, 4, 5]);
});

test('short deadlines read as people write them', () => {
  assert.equal(shortText(0), '0:00');
  assert.equal(shortText(65_000), '1:05');
  assert.equal(shortText(3_600_000), '1:00:00');
  assert.equal(shortText(86_400_000 + 1), '24:00:01');
});

test('the next drawing is as the shown second changes, and at the moment exactly', () => {
  assert.equal(nextDrawMs(1_000, 11_000), 1_000);
  assert.equal(nextDrawMs(1_000, 3_400), 400);
  assert.equal(nextDrawMs(1_000, 1_250), 250);
  assert.equal(nextDrawMs(1_000, 1_001), 4, 'never a busy loop');
  for (let left = 1; left < 3_000; left += 7) {
    const before = partsOf(left)[3];
    const wait = nextDrawMs(10_000 - left, 10_000);
    if (wait > 4) assert.equal(partsOf(left - wait)[3], before - 1, `left ${left}`);
  }
});

test('announcements come once, at a minute, ten seconds and the start', () => {
  const said: string[] = [];
  for (let left = 70_000; left > -5_000; left -= 250) {
    const what = milestone(left + 250, left);
    if (what) said.push(what);
  }
  assert.deepEqual(said, ['minute', 'ten', 'now']);
  assert.equal(milestone(Infinity, 30_000), null, 'a page opened later says nothing old');
  assert.equal(milestone(120_000, 30_000), null, 'nor one that was asleep');
});
