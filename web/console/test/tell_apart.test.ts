// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { tellApart } from '@/tell_apart';

test('what has a name of its own keeps it, and what has not says as much more as it takes', () => {
  const items = [
    { id: '1', title: 'Mug', activity: 'Morning' },
    { id: '2', title: 'Phone', activity: 'Morning' },
    { id: '3', title: 'Phone', activity: 'Evening' },
    { id: '4', title: 'Phone', activity: 'Evening' },
  ];
  const names = tellApart(
    items,
    (item) => item.title,
    (item) => item.activity,
    (item) => '#' + item.id,
  );
  expect([...names.values()]).toEqual([
    'Mug',
    'Phone · Morning',
    'Phone · Evening · #3',
    'Phone · Evening · #4',
  ]);
});
