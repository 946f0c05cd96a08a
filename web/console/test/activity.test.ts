// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';

import {
  type ActivityDraft,
  changesBetween,
  draftFrom,
  endOf,
  formOf,
  newActivity,
  newItem,
} from '@/activity';

const say = { name: 'name?', time: 'time?', sku: 'sku?', price: 'price?', number: 'number?' };
const draft: ActivityDraft = {
  name: 'Evening sale',
  description: '',
  starts_at: '2026-11-21T12:00:00.000Z',
  ends_at: '2026-11-21T14:00:00.000Z',
  rehearsal: false,
  items: [
    {
      id: '7',
      sku_id: '1',
      title: 'Phone, red',
      price: { amount: 199900, currency: 'CNY' },
      list_price: { amount: 299900, currency: 'CNY' },
      stock: 100,
      limit_per_user: 1,
      policy: 'reserve',
      entry: 'open',
      pay_window_ms: 90_000,
      cancel_returns_unit: true,
      traffic_tag: 'sale',
    },
  ],
};
const item = draft.items![0]!;

test('an activity that was ended by hand ended then, not when it was planned to', () => {
  expect(endOf(draft)).toBe(draft.ends_at);
  expect(endOf({ ...draft, ended_at: '2026-11-21T13:00:00.000Z' })).toBe('2026-11-21T13:00:00.000Z');
});

describe('the form of an activity', () => {
  test('sends what it was filled with, when nothing was typed', () => {
    expect(draftFrom(formOf(draft), say)).toEqual({ draft, errors: [] });
  });

  test('says with the pointers of the server what cannot be sent', () => {
    const { errors } = draftFrom(newActivity(), say);
    expect(Object.fromEntries(errors.map((error) => [error.pointer, error.detail]))).toEqual({
      '/name': 'name?',
      '/starts_at': 'time?',
      '/ends_at': 'time?',
      '/items/0/sku_id': 'sku?',
      '/items/0/price': 'price?',
      '/items/0/stock': 'number?',
    });
  });

  test('takes no number for another', () => {
    for (const stock of ['', '1.5', '-1', '1e3', '0x10', '一百']) {
      const form = { ...formOf(draft), items: [{ ...newItem(), skuId: '1', price: '1', stock }] };
      expect(draftFrom(form, say).errors, stock).toEqual([
        { pointer: '/items/0/stock', detail: 'number?' },
      ]);
    }
    const form = {
      ...formOf(draft),
      items: [{ ...newItem(), skuId: '1', price: '1', stock: '1,200' }],
    };
    expect(draftFrom(form, say).draft.items?.[0]?.stock).toBe(1200);
  });
});

describe('the differences of two versions', () => {
  test('are none between equals, however a moment is written', () => {
    expect(changesBetween(draft, { ...draft, starts_at: '2026-11-21T20:00:00+08:00' })).toEqual([]);
  });

  test('name fields, items that came, and items that went', () => {
    const after: ActivityDraft = {
      ...draft,
      name: 'Night sale',
      items: [
        { ...item, sku_id: '2', title: 'Phone, blue' },
        { ...item, stock: 120, price: { amount: 189900, currency: 'CNY' } },
      ],
    };
    expect(changesBetween(draft, after).map((change) => [change.path, change.sku])).toEqual([
      ['/name', undefined],
      ['/items/0', '2'],
      ['/items/1/price', '1'],
      ['/items/1/stock', '1'],
    ]);
    expect(changesBetween(after, draft).at(-1)).toEqual({
      path: '/items/0',
      sku: '2',
      before: after.items![0],
    });
  });
});
