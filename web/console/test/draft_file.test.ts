// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { draftFrom, newActivity } from '@/activity';
import { readDraft } from '@/editor/draft_file';

const item = { sku_id: '1', price: { amount: 199900, currency: 'CNY' }, stock: 100 };
const draft = {
  name: 'Evening sale',
  starts_at: '2026-11-21T12:00:00.000Z',
  ends_at: '2026-11-21T14:00:00.000Z',
  items: [item],
};

test('a draft comes out of its file without the ids of where it was', () => {
  const text = JSON.stringify({ ...draft, items: [{ id: '7', ...item }] });
  expect(readDraft(text)).toEqual({ draft });
});

test('half an activity can be kept in a file', () => {
  const say = { name: '', time: '', sku: '', price: '', number: '', tooMuch: '', tooLarge: '' };
  const words = { ...say, minutes: '', payShort: '', payLong: '' };
  const half = draftFrom(newActivity(), words).draft;
  expect(readDraft(JSON.stringify(half))).toEqual({ draft: half });
});

test.each([
  ['', ''],
  ['{"name":', ''],
  ['null', ''],
  ['[]', ''],
  ['"activity"', ''],
  ['{"name":5,"items":"no"}', '/name'],
  [JSON.stringify({ ...draft, starts_at: 1 }), '/starts_at'],
  [JSON.stringify({ ...draft, ends_at: undefined }), '/ends_at'],
  [JSON.stringify({ ...draft, rehearsal: 'no' }), '/rehearsal'],
  [JSON.stringify({ ...draft, items: 'no' }), '/items'],
  [JSON.stringify({ ...draft, items: { map: 1 } }), '/items'],
  [JSON.stringify({ ...draft, items: [item, null] }), '/items/1'],
  [JSON.stringify({ ...draft, items: [{ ...item, price: undefined }] }), '/items/0/price'],
  [JSON.stringify({ ...draft, items: [{ ...item, price: 19 }] }), '/items/0/price'],
  [JSON.stringify({ ...draft, items: [{ ...item, list_price: {} }] }), '/items/0/list_price'],
  [JSON.stringify({ ...draft, items: [{ ...item, stock: 1.5 }] }), '/items/0/stock'],
  [JSON.stringify({ ...draft, items: [{ ...item, policy: 'all' }] }), '/items/0/policy'],
  [JSON.stringify({ ...draft, items: [{ ...item, traffic_tag: 5 }] }), '/items/0/traffic_tag'],
])('of the file %s what is wrong is at %j', (text, wrong) => {
  expect(readDraft(text)).toEqual({ wrong });
});
