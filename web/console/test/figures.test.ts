// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';

import {
  breachesOf,
  endings,
  type Frame,
  frameAt,
  framesOf,
  type ItemFigures,
  kEndings,
  rateOf,
  ratesOf,
  sumsOf,
} from '@/room/figures';
import type { Live } from '@/live';
import { frameOf } from '@/room/kept';

const frame = (now_ms: number, accepted: number, user_rate = 0): Frame =>
  ({
    now_ms,
    items: [],
    purchases: { accepted },
    refused_by_gate: { user_rate },
  }) as unknown as Frame;

const item = (total: number, available: number, reserved: number, sold: number): ItemFigures =>
  ({ item_id: '1', total, available, reserved, sold }) as unknown as ItemFigures;

describe('rates', () => {
  test('are differences by the time between, also when a second was missed', () => {
    const [times, accepted] = ratesOf([frame(1000, 0), frame(2000, 10), frame(4000, 50)]);
    expect(times).toEqual([2, 4]);
    expect(accepted).toEqual([10, 20]);
  });

  test('begin again after a restart of the server', () => {
    expect(ratesOf([frame(1000, 900), frame(2000, 7)])[1]).toEqual([7]);
  });

  test('have a hole where nothing was heard', () => {
    expect(ratesOf([frame(0, 0), frame(60_000, 600), frame(61_000, 610)])[1]).toEqual([null, 10]);
  });

  test('take a moment that came twice once', () => {
    expect(ratesOf([frame(0, 0), frame(1000, 5), frame(1000, 5), frame(2000, 9)])[1]).toEqual([
      5, 4,
    ]);
  });

  test('of the last seconds end at the frame that is shown', () => {
    const frames = [0, 1, 2, 3, 4, 5].map((s) => frame(s * 1000, s < 4 ? s * 10 : 1000));
    expect(rateOf(frames, 3, (f) => f.purchases.accepted ?? 0)).toBe(10);
    expect(rateOf([], 0, () => 1)).toBe(0);
  });
});

describe('the frames of one activity', () => {
  const live = (now_ms: number, accepted: number, own?: number) =>
    ({
      ...frame(now_ms, accepted),
      activities: [
        { activity_id: '7', ...(own === undefined ? {} : { attempts: { accepted: own } }) },
      ],
    }) as unknown as Live;

  test('count its own attempts where the server does, and leave out what is of the whole server', () => {
    const kept = [{ ...frame(1000, 900), attempts: { accepted: 1 } }];
    const frames = framesOf('7', kept, [live(2000, 905), live(3000, 990, 5), live(4000, 995, 6)]);
    expect(frames.map((each) => endings(each).accepted)).toEqual([1, 5, 6]);
  });

  test('are of the whole server while its own attempts are not counted', () => {
    const kept = [{ ...frame(1000, 900), attempts: { accepted: 1 } }];
    const frames = framesOf('7', kept, [live(2000, 905, 5), live(3000, 990)]);
    expect(frames.map((each) => endings(each).accepted)).toEqual([900, 905, 990]);
    expect(framesOf('8', [], [live(2000, 905, 5)]).at(0)?.attempts).toBeUndefined();
  });
});

test('a rehearsal is shown how long purchases took in rehearsals', () => {
  const live = {
    ...frame(1000, 0),
    accepted_ms: { count: 5 },
    rehearsed_ms: { count: 900 },
    activities: [
      { activity_id: '7', rehearsal: true },
      { activity_id: '8', rehearsal: false },
    ],
  } as unknown as Live;
  const timed = (id: string) => framesOf(id, [], [live])[0]?.accepted_ms.count;
  expect([timed('7'), timed('8'), timed('warmed by nobody')]).toEqual([900, 5, 5]);
});

test('a purchase that a gate counts and the sale counts is counted once', () => {
  const sums = endings({
    purchases: { accepted: 3, sold_out: 5, not_started: 2, something_new: 1 },
    refused_by_gate: { sold_out: 5, window: 2, user_rate: 4 },
  });
  expect(sums).toEqual({
    accepted: 3,
    sold_out: 5,
    limited: 0,
    closed: 2,
    throttled: 4,
    rejected: 1,
  });
  expect(Object.keys(sums)).toEqual([...kEndings]);
});

test('the frame of a moment is the last one before it', () => {
  const frames = [frame(1000, 0), frame(2000, 0), frame(3000, 0)];
  expect([500, 1000, 2999, 9000].map((at) => frameAt(frames, at))).toEqual([-1, 0, 1, 2]);
});

test.each([
  [item(10, 4, 3, 3), []],
  [item(10, 4, 3, 2), [['sum', 1]]],
  [item(10, 0, 6, 5), [['oversold', 1]]],
  [
    item(10, -1, 6, 5),
    [
      ['negative', 1],
      ['oversold', 1],
    ],
  ],
])('what cannot be is found: %o', (figures, wanted) => {
  expect(breachesOf([figures]).map(({ kind, units }) => [kind, units])).toEqual(wanted);
});

test('a second that the server kept is a frame like one of the stream', () => {
  const activity = {
    id: '7',
    state: 'ended',
    rehearsal: false,
    items: [{ id: '1', sku_id: '3', policy: 'reserve', limit_per_user: 1, price: {} }],
  } as unknown as Parameters<typeof frameOf>[1];
  const counts = { total: 10, available: 4, reserved: 3, sold: 3, orders: 8, paid: 3 };
  const ended = { paid_units: 3, released_units: 4, cancelled: 1, expired: 3, refunded: 1 };
  const kept = frameOf(
    {
      at_ms: 5000,
      phase: 'running',
      items: [
        { item_id: '1', ...counts, ...ended },
        { item_id: '1', ...counts }, // as an older program kept it
        { item_id: 'of another', ...counts },
      ],
      items_left_off: 0,
      attempts: { accepted: 8, sold_out: 2, rate_or_list: 4, no_session: 1 },
      server: {
        requests: {},
        purchases: { accepted: 900 },
        refused_by_gate: { user_rate: 900 },
        accepted_ms: { count: 0 },
        ledger: { batches: 1, records: 1 },
      },
    },
    activity,
  );
  expect(kept.now_ms).toBe(5000);
  expect(kept.items.map((each) => [each.item_id, each.phase, each.sold])).toEqual([
    ['1', 'running', 3],
    ['1', 'running', 3],
  ]);
  expect(breachesOf(kept.items)).toEqual([]);
  expect(kept.items.map((each) => each.paid_units)).toEqual([3, NaN]);
  // Units, where five orders ended: one of them had none to give back.
  expect(kept.items.map((each) => each.released_units)).toEqual([4, NaN]);
  // Of this activity alone, and who was turned away at a gate once.
  expect(endings(kept)).toEqual({
    accepted: 8,
    sold_out: 2,
    limited: 0,
    closed: 0,
    throttled: 4,
    rejected: 1,
  });
});

test('what is sold is not what is paid: the order may take units for good', () => {
  const sold = (units: number, paid: number) =>
    ({ ...item(10, 10 - units, 0, units), paid_units: paid, orders: {} }) as ItemFigures;
  expect(sumsOf([sold(4, 1), sold(2, 2)])).toMatchObject({ sold: 6, paid: 3 });
  expect(sumsOf([sold(4, 1), sold(2, NaN)]).paid).toBeNaN();
});
