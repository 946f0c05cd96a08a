// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeOver } from '../src/storage';

function over(map: Map<string, string>, takes: () => boolean) {
  return storeOver(
    () =>
      ({
        getItem: (key: string) => map.get(key) ?? null,
        setItem: (key: string, value: string) => {
          if (!takes()) throw new Error('full');
          map.set(key, value);
        },
        removeItem: (key: string) => void map.delete(key),
      }) as unknown as Storage,
  );
}

test('what another tab writes is read', () => {
  const map = new Map<string, string>();
  const [one, other] = [over(map, () => true), over(map, () => true)];
  one.set('k', '1');
  other.set('k', '2');
  assert.equal(one.get('k'), '2');
  other.set('k', null);
  assert.equal(one.get('k'), null);
});

test('what a full storage does not take is remembered until it does', () => {
  const map = new Map([['k', 'old']]);
  let isFull = true;
  const store = over(map, () => !isFull);
  store.set('k', 'new');
  assert.equal(store.get('k'), 'new');
  isFull = false;
  store.set('k', 'newer');
  assert.equal(map.get('k'), 'newer');
  map.set('k', 'of another tab');
  assert.equal(store.get('k'), 'of another tab');
});
