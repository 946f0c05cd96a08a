// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSampleMs, ServerClock } from '../src/clock';

/** A device whose wall clock is wrong by `skew`; the server's time is `steady` + 1,000,000. */
function device(skew: number) {
  const at = { steady: 5_000 };
  const clock = new ServerClock(
    () => at.steady,
    () => at.steady + 1_000_000 + skew,
  );
  return { at, clock };
}

test('before the first sample the clock is the device’s own', () => {
  const { clock } = device(7_000);
  assert.equal(clock.now(), 1_012_000);
  assert.equal(clock.isKnown(), false);
});

test('a sample corrects a device that is an hour wrong, by half the round trip', () => {
  const { at, clock } = device(3_600_000);
  at.steady = 5_100;
  assert.ok(clock.add(1_005_050, 5_000, 5_100));
  assert.equal(clock.now(), 1_005_100);
  at.steady = 9_000;
  assert.equal(clock.now(), 1_009_000);
});

test('the quickest sample wins, whatever its order', () => {
  const { at, clock } = device(0);
  at.steady = 5_400;
  clock.add(1_005_390, 5_000, 5_400); // slow, and lopsided: 190 ms wrong
  assert.equal(clock.isSure(), false);
  clock.add(1_005_390, 5_380, 5_400);
  assert.equal(clock.isSure(), true);
  assert.equal(clock.now(), 1_005_400);
  assert.equal(clock.add(1_005_000, 5_000, 5_300), false);
  assert.equal(clock.now(), 1_005_400);
});

test('nonsense is not taken', () => {
  const { clock } = device(0);
  const before = clock.now();
  for (const bad of [undefined, null, 0, -1, NaN, '1005050']) clock.add(bad, 5_000, 5_100);
  clock.add(1_005_050, 5_100, 5_000);
  assert.equal(clock.now(), before);
  assert.equal(clock.isKnown(), false);
});

test('after a sleep the old samples say nothing', () => {
  const { clock } = device(0);
  clock.add(1_005_010, 5_000, 5_020);
  clock.forget();
  assert.equal(clock.isSure(), false);
  assert.ok(clock.add(1_099_000, 5_000, 5_300), 'a slower one is taken now');
});

test('what one page measured serves the next for ten minutes', () => {
  const first = device(60_000);
  first.clock.add(1_005_000, 5_000, 5_000);
  const text = first.clock.keep();

  const next = device(60_000);
  next.at.steady = 65_000;
  next.clock.take(text);
  assert.equal(next.clock.now(), 1_065_000);
  assert.ok(next.clock.isSure());

  const late = device(60_000);
  late.at.steady = 5_000 + 11 * 60_000;
  late.clock.take(text);
  assert.equal(late.clock.isKnown(), false);

  for (const bad of [null, '', '{', '7', '{"skew":"x","trip":1,"at":1065000}', '{}']) {
    const other = device(0);
    other.clock.take(bad);
    assert.equal(other.clock.isKnown(), false, String(bad));
  }
});

test('the first sample is spread, but always in the first quarter of the wait', () => {
  for (const left of [100, 4_000, 60_000, 3_600_000]) {
    for (const random of [0, 0.5, 0.999]) {
      const ms = firstSampleMs(left, random);
      assert.ok(ms >= 0 && ms <= left / 4 && ms <= 3_000, `${left} ${random} ${ms}`);
    }
  }
  assert.ok(firstSampleMs(3_600_000, 0.9) > 2_000, 'a crowd is spread over seconds');
  assert.ok(firstSampleMs(-3_600_000, 0.999) < 3_000, 'a device that is ahead is told as soon');
});
