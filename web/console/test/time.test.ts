// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';

import {
  momentOf,
  offsetName,
  readTime,
  showAgo,
  showCountdown,
  showDuration,
  showTime,
  zoneName,
} from '@/time';

describe('time', () => {
  test('is shown in the zone of the reader, and the zone is named', () => {
    expect(showTime('2026-11-21T12:00:00.000Z')).toContain('20:00:00');
    expect(offsetName('2026-11-21T12:00:00.000Z')).toBe('UTC+8');
    expect(zoneName('2026-11-21T12:00:00.000Z')).toBe('Asia/Shanghai, UTC+8');
    expect(zoneName('')).toBe('Asia/Shanghai, UTC+8');
  });

  test.each([
    '2026-02-28 20:00:00',
    '2026-2-28 20:00',
    '2026/02/28  20:00:00',
    '2026-02-28T20:00',
    ' 2026.02.28 20：00：00 ',
  ])('is read from %j', (text) => {
    expect(readTime(text)).toEqual(new Date('2026-02-28T12:00:00Z'));
  });

  test.each([
    ['2026-02-31 20:00:00', 'none'],
    ['2026-02-29 20:00', 'none'],
    ['2026-13-01 20:00:00', 'none'],
    ['2026-12-01 24:00:00', 'none'],
    ['2026-12-01 20:60:00', 'none'],
    ['0026-12-01 20:00:00', 'none'],
    ['1940-06-01 00:30:00', 'none'], // summer time began there and then
    ['tomorrow', 'unclear'],
    ['2026-12-01', 'unclear'],
    ['12/01/2026 20:00', 'unclear'],
    ['2026-12-01 20:00:00 or so', 'unclear'],
    ['', 'unclear'],
  ])('is not read from %j, and no other time is made of it: %s', (text, why) => {
    expect(readTime(text)).toBe(why);
  });

  test('of the wire is a moment, if there is such a day', () => {
    expect(momentOf('2026-02-28T12:00:00.500Z')).toBe(Date.UTC(2026, 1, 28, 12, 0, 0, 500));
    expect(momentOf('2026-02-28T20:00:00+08:00')).toBe(Date.UTC(2026, 1, 28, 12));
    for (const text of ['', 'soon', '2026-02-31T12:00:00Z', '2026-02-28 12:00:00', '2026-02-28'])
      expect(momentOf(text), text).toBeUndefined();
  });

  test('counts down to the second that is not over, and never below nothing', () => {
    expect(showCountdown(7_509_000)).toBe('02:05:09');
    expect(showCountdown(999)).toBe('00:00:01');
    expect(showCountdown(-5)).toBe('00:00:00');
    expect(showCountdown(90_061_000)).toBe('1 d 01:01:01');
  });

  test('tells durations and distances in words', () => {
    expect(showDuration(600_000)).toBe('10 min');
    expect(showDuration(5_400_000)).toBe('1 h 30 min');
    expect(showDuration(0)).toBe('0 s');
    const now = Date.UTC(2026, 0, 2);
    expect(showAgo(now - 300_000, now)).toBe('5 minutes ago');
    expect(showAgo(now + 86_400_000, now)).toBe('tomorrow');
  });
});
