// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { merged } from '@/merge';

test('what changed is put into what was known, which stays as it was', () => {
  const known = {
    now_ms: 1,
    read_only: false,
    items: [
      { item_id: '7', activity_id: '1', available: 9, orders: { created: 1, paid: 0 } },
      { item_id: '6', activity_id: '1', available: 5, orders: { created: 0, paid: 0 } },
    ],
    requests: { pages: 3, reads: 4 },
  };
  const before = structuredClone(known);
  const now = merged(known, {
    now_ms: 2,
    items: [{ item_id: '6', available: 4, orders: { created: 1 } }],
    requests: { reads: 5 },
    purchases: { accepted: 1 },
  });
  expect(now).toEqual({
    now_ms: 2,
    read_only: false,
    items: [
      { item_id: '7', activity_id: '1', available: 9, orders: { created: 1, paid: 0 } },
      { item_id: '6', activity_id: '1', available: 4, orders: { created: 1, paid: 0 } },
    ],
    requests: { pages: 3, reads: 5 },
    purchases: { accepted: 1 },
  });
  expect(known).toEqual(before);
  expect(now.items[0]).toBe(known.items[0]);
});

test('an empty list of changes changes no row', () => {
  expect(merged({ items: [{ item_id: '7' }] }, { items: [] })).toEqual({ items: [{ item_id: '7' }] });
});
