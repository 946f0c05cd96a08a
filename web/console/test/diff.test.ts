// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { diff } from '../src/diff';

test('a change has the pointer of its field, before and after', () => {
  expect(diff({ role: 'viewer', name: 'an' }, { role: 'owner', name: 'an' })).toEqual([
    { pointer: '/role', before: 'viewer', after: 'owner' },
  ]);
});

test('what is added has no before, what is removed no after', () => {
  expect(diff({ items: [{ id: 1 }, { id: 2 }] }, { items: [{ id: 1 }], note: 'x' })).toEqual([
    { pointer: '/items/1/id', before: '2' },
    { pointer: '/note', after: 'x' },
  ]);
  expect(diff(undefined, { on: false })).toEqual([{ pointer: '/on', after: 'false' }]);
});

test('an empty list is a value, and a slash in a name is escaped', () => {
  expect(diff({ 'a/b': [] }, { 'a/b': [1] })).toEqual([
    { pointer: '/a~1b', before: '[]' },
    { pointer: '/a~1b/0', after: '1' },
  ]);
});
