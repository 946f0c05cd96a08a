// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { percent } from '@/i18n';
import {
  linesOf,
  moneyOf,
  type Report,
  spansOf,
  type Tally,
  together,
  ordersUncounted,
  whyUncounted,
} from '@/report/report';

const slice = (second: number, attempts: number, wins: number, length_s = 1) => ({
  second,
  length_s,
  attempts,
  wins,
  success_rate: wins / attempts,
});

const tally = (over: Partial<Tally>): Tally => ({
  since: '2026-11-21T12:00:00.000Z',
  until: '2026-11-21T12:10:00.000Z',
  attempts: 10,
  attempts_before_start: 1,
  wins: 2,
  by_outcome: { accepted: 2, sold_out: 8 },
  arrivals: [slice(0, 8, 2), slice(3, 2, 0)],
  networks: [{ network: '203.0.113.0/24', attempts: 9, attempts_error: 1, wins: 2, users: 60 }],
  suspects: {
    attempts: 5,
    attempts_share: 0.5,
    wins: 1,
    wins_share: 0.5,
    rules: [{ name: 'first_attempt_sooner_than_ms', limit: 300, count: 3 }],
  },
  ...over,
});

test('the blocks of a server that restarted are added', () => {
  const both = together([
    tally({}),
    tally({
      attempts: 30,
      wins: 0,
      by_outcome: { sold_out: 30 },
      arrivals: [slice(3, 2, 2), slice(60, 28, 0, 60)],
      networks: [
        { network: '203.0.113.0/24', attempts: 2, attempts_error: 0, wins: 0, users: 2 },
        { network: '198.51.100.0/24', attempts: 28, attempts_error: 0, wins: 0, users: 9 },
      ],
    }),
  ])!;
  expect(both.attempts).toBe(40);
  expect(both.by_outcome).toEqual({ accepted: 2, sold_out: 38 });
  expect(both.arrivals).toEqual([slice(0, 8, 2), slice(3, 4, 2), slice(60, 28, 0, 60)]);
  expect(both.networks.map(({ network, attempts, users }) => [network, attempts, users])).toEqual([
    ['198.51.100.0/24', 28, 9],
    ['203.0.113.0/24', 11, 60],
  ]);
  expect(both.suspects.attempts_share).toBe(0.25);
  expect(both.suspects.rules).toEqual([
    { name: 'first_attempt_sooner_than_ms', limit: 300, count: 6 },
  ]);
  expect(together([])).toBeUndefined();
});

test('the lines go down where nobody came, and a minute is told by the second', () => {
  const [times, attempts, wins, rates] = linesOf(
    tally({ arrivals: [slice(0, 8, 2), slice(3, 2, 1), slice(60, 120, 0, 60)] }),
    1000_000,
  );
  expect(times).toEqual([1000, 1001, 1002, 1003, 1004, 1059, 1060]);
  expect(attempts).toEqual([8, 0, 0, 2, 0, 0, 2]);
  expect(wins).toEqual([2, 0, 0, 1, 0, 0, 0]);
  expect(rates).toEqual([25, null, null, 50, null, null, 0]);
});

test('chances are told in spans that become longer', () => {
  expect(spansOf([slice(0, 8, 2), slice(3, 2, 1), slice(4, 2, 0), slice(7200, 5, 0, 60)])).toEqual([
    { from: 0, to: 1, attempts: 8, wins: 2, rate: 0.25 },
    { from: 3, to: 5, attempts: 4, wins: 1, rate: 0.25 },
    { from: 3600, to: Infinity, attempts: 5, wins: 0, rate: 0 },
  ]);
});

test('amounts of different currencies are not added', () => {
  const items = ['CNY', 'CNY', 'USD'].map((currency, i) => ({
    turnover: { amount: i + 1, currency },
  })) as unknown as Report['items'];
  expect(moneyOf(items, 'turnover')).toEqual([
    { amount: 3, currency: 'CNY' },
    { amount: 3, currency: 'USD' },
  ]);
});

test('a sale that was not counted says why, and no share of nothing is shown', () => {
  const items = (created: number) => [{ orders: { created } }] as unknown as Report['items'];
  const why = (state: Report['state'], orders: number, counted?: Tally) =>
    whyUncounted({ state, items: items(orders) }, counted);
  const none = tally({ attempts: 0, wins: 0 });
  expect(why('running', 0)).toBe('noAttemptsYet');
  expect(why('running', 0, none)).toBe('noAttemptsYet');
  expect(why('running', 3)).toBe('notCountedYet');
  expect(why('ended', 0, none)).toBe('noAttempts');
  expect(why('ended', 0)).toBe('notCounted');
  expect(why('ended', 3, none)).toBe('notCounted');
  expect(why('ended', 3, tally({}))).toBeUndefined();
  expect(percent(0, 0)).toBe('–');
  expect(percent(1, 8)).toBe('12.5%');
});

test('a sale of which the server counted only a part says how much is missing', () => {
  const missing = (state: 'running' | 'ended', orders: number, wins: number) =>
    ordersUncounted({ state, coverage: { orders, wins_counted: wins, complete: wins >= orders } });
  expect(missing('ended', 50, 50)).toBe(0);
  expect(missing('ended', 50, 49)).toBe(1);
  expect(missing('ended', 50, 0)).toBe(50);
  expect(missing('ended', 0, 0)).toBe(0);
  // An order is there a moment before its answer is counted.
  expect(missing('running', 50, 49)).toBe(0);
  expect(missing('running', 50, 20)).toBe(30);
});

test('what gates refused is added, also when one of the blocks is of an older server', () => {
  const both = together([tally({ refused_by_gate: { token: 2 } }), tally({})]);
  expect(both?.refused_by_gate).toEqual({ token: 2 });
});
