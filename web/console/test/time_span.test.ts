// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { timeSpan } from '@/components/time_span';

test.each([
  ['what has just begun grows from the right', 998, 1000, false, [970, 1000]],
  ['what goes on for long is shown from its first second', 700, 1000, false, [700, 1000]],
  ['what is over begins at the left, however short it was', 997, 1000, true, [997, 1002]],
  ['what is over is shown from its first second to its last', 700, 1000, true, [700, 1000]],
  ['a single second has a width', 1000, 1000, true, [1000, 1005]],
] as const)('%s', (_what, first, last, isWhole, shown) => {
  expect(timeSpan(first, last, isWhole)).toEqual(shown);
});

test('without figures there is a span, too', () => {
  const [from, to] = timeSpan(null, null, false);
  expect(to - from).toBe(30);
});
