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

const say = {
  name: 'name?',
  time: 'time?',
  sku: 'sku?',
  price: 'price?',
  tooMuch: 'price!',
  number: 'number?',
  tooLarge: 'number!',
  minutes: 'minutes?',
  payShort: 'short!',
  payLong: 'long!',
};
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

  test.each(['', 'soon', '2026-02-31 20:00:00', '2026-02-31T12:00:00.000Z'])(
    'keeps a time of %j as it is, and sends none for it',
    (text) => {
      const form = formOf({ ...draft, ends_at: text });
      expect(form.ends).toBe(text);
      expect(draftFrom(form, say).errors).toEqual([{ pointer: '/ends_at', detail: 'time?' }]);
    },
  );

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

  test.each([
    ['stock', '99999999999999999999', '/stock', 'number!'],
    ['limit', '99999999999999999999', '/limit_per_user', 'number!'],
    ['price', '99999999999999999999', '/price', 'price!'],
    ['price', '100000000000.01', '/price', 'price!'],
    ['listPrice', '1,000,000,000,000', '/list_price', 'price!'],
    ['price', 'a lot', '/price', 'price?'],
    ['payMinutes', '9999999999', '/pay_window_ms', 'long!'],
    ['payMinutes', '10080.01', '/pay_window_ms', 'long!'],
    ['payMinutes', '0.01', '/pay_window_ms', 'short!'],
    ['payMinutes', '0', '/pay_window_ms', 'short!'],
    ['payMinutes', '-1', '/pay_window_ms', 'minutes?'],
    ['payMinutes', '', '/pay_window_ms', 'minutes?'],
    ['payMinutes', '1e3', '/pay_window_ms', 'minutes?'],
  ])('of a %s of %j says at %s in own words what is wrong: %s', (field, text, at, detail) => {
    const items = [{ ...newItem(), skuId: '1', price: '1', stock: '1', [field]: text }];
    expect(draftFrom({ ...formOf(draft), items }, say).errors).toEqual([
      { pointer: '/items/0' + at, detail },
    ]);
  });

  test.each([
    ['10,080', 'reserve', 604_800_000],
    ['0.02', 'on_payment', 1200],
    ['0', 'on_order', 0],
    ['', 'on_order', 0], // nobody sees the field
    ['5', 'on_order', 300_000], // kept for when the policy is changed back
  ] as const)('takes %s minutes to pay of an item %s', (payMinutes, policy, ms) => {
    const items = [{ ...newItem(), skuId: '1', price: '1', stock: '1', payMinutes, policy }];
    const { draft: sent, errors } = draftFrom({ ...formOf(draft), items }, say);
    expect(errors).toEqual([]);
    expect(sent.items?.[0]?.pay_window_ms).toBe(ms);
  });

  test('takes the largest price that the server takes', () => {
    const items = [{ ...newItem(), skuId: '1', price: '100000000000', stock: '1' }];
    expect(draftFrom({ ...formOf(draft), items }, say).errors).toEqual([]);
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
