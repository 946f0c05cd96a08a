// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { totalsOf } from '@/stock/totals';

test('a total is the plan and what was approved, not what was refused or waits', () => {
  const items = [
    { id: '1', stock: 20 },
    { id: '2', stock: 5 },
  ];
  const change = (delta: number, state: 'open' | 'approved' | 'rejected') => ({
    item_id: '1',
    delta,
    state,
  });
  const changes = [change(2, 'approved'), change(7, 'rejected'), change(9, 'open')];
  expect([...totalsOf(items, changes)]).toEqual([
    ['1', 22],
    ['2', 5],
  ]);
});
