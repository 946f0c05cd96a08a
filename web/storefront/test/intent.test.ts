// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntentStore } from '../src/intent';
import { storeOver } from '../src/storage';

function fresh() {
  const map = new Map<string, string>();
  const storage = {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  } as unknown as Storage;
  let count = 0;
  const fill = (bytes: Uint8Array) => bytes.fill(++count);
  // A new store over the same storage is what a reload is.
  const reload = () => new IntentStore(storeOver(() => storage), 'sluice.intent.12', fill);
  return { map, reload };
}

test('one key per intent, over retries and reloads', () => {
  const { reload } = fresh();
  const first = reload().open('ann', 2);
  assert.match(first.key, /^[0-9a-f]{32}$/);
  first.sent = true;
  reload().keep(first);
  const again = reload().open('ann', 1);
  assert.equal(again.key, first.key);
  assert.equal(again.quantity, 2, 'what was sent does not change');
});

test('what was not sent takes a new quantity with the same key', () => {
  const { reload } = fresh();
  const first = reload().open('ann', 2);
  reload().keep(first);
  const again = reload().open('ann', 3);
  assert.equal(again.key, first.key);
  assert.equal(again.quantity, 3);
});

test('a final answer ends the intent; the next wish has another key', () => {
  const { reload } = fresh();
  const first = reload().open('ann', 1);
  reload().keep(first);
  reload().settle();
  assert.equal(reload().current('ann'), null);
  assert.notEqual(reload().open('ann', 1).key, first.key);
});

test('an expired session keeps it, somebody else does not get it', () => {
  const { reload } = fresh();
  const first = reload().open('ann', 1);
  reload().keep(first);
  assert.equal(reload().current(null)?.key, first.key);
  assert.equal(reload().current('bob'), null);
  assert.notEqual(reload().open('bob', 1).key, first.key);
});

test('what somebody else wrote into the storage is not an intent', () => {
  for (const bad of [
    '{',
    'null',
    '7',
    '{"key":"x","quantity":1,"who":"ann","sent":true}',
    `{"key":"${'0'.repeat(32)}","quantity":0,"who":"ann"}`,
    `{"key":"${'0'.repeat(32)}","quantity":1,"who":"ann","address":7}`,
  ]) {
    const { map, reload } = fresh();
    map.set('sluice.intent.12', bad);
    assert.equal(reload().current('ann'), null, bad);
  }
});

test('without storage it lasts as long as the page', () => {
  const forbidden = storeOver(() => {
    throw new Error('forbidden');
  });
  const store = new IntentStore(forbidden, 'p', (bytes) => bytes.fill(1));
  const first = store.open('ann', 1);
  store.keep(first);
  assert.equal(store.current('ann')?.key, first.key);
  store.settle();
  assert.equal(store.current('ann'), null);
});
