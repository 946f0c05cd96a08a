// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';

import { offsetName, showAgo, showCountdown, showDuration, showTime, zoneName } from '@/time';

describe('time', () => {
  test('is shown in the zone of the reader, and the zone is named', () => {
    expect(showTime('2026-11-21T12:00:00.000Z')).toContain('20:00:00');
    expect(offsetName('2026-11-21T12:00:00.000Z')).toBe('UTC+8');
    expect(zoneName('2026-11-21T12:00:00.000Z')).toBe('Asia/Shanghai, UTC+8');
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
