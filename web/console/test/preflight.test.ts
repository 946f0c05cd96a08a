// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { type Check, checksIn, isMendedByEditor } from '@/preflight';

const check = (name: string, level: Check['level']): Check => ({
  name,
  level,
  detail: '',
  fix: '',
  findings: [],
});
const all = [check('stock', 'fail'), check('window', 'ok'), check('items', 'warn')];

test('of a draft only its terms are looked at, the worst first', () => {
  for (const state of ['draft', 'in_review'])
    expect(checksIn(state, all).map(({ name }) => name)).toEqual(['items', 'window']);
  expect(checksIn('approved', all).map(({ name }) => name)).toEqual(['stock', 'items', 'window']);
});

test('the editor is offered for what it mends, while it is open', () => {
  expect(isMendedByEditor('draft', check('items', 'warn'))).toBe(true);
  expect(isMendedByEditor('draft', check('items', 'ok'))).toBe(false);
  expect(isMendedByEditor('draft', check('pictures', 'warn'))).toBe(false);
  expect(isMendedByEditor('in_review', check('items', 'warn'))).toBe(false);
});
