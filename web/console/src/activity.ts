// SPDX-License-Identifier: Apache-2.0
// Activity: what the editor holds while somebody types, what is sent, and what differs.
import type { components } from '@/generated/api';

import { isTooMuch, type Money, toMajor, toMinor } from './money';
import type { FieldError } from './problem';
import { momentOf } from './time';

export type Activity = components['schemas']['Activity'];
export type Item = Activity['items'][number];
export type ActivityDraft = components['schemas']['ActivityDraft'];
export type ItemDraft = components['schemas']['ItemDraft'];
export type StockPolicy = components['schemas']['StockPolicy'];
export type Entry = components['schemas']['Entry'];

export const kPolicies: readonly StockPolicy[] = ['reserve', 'on_order', 'on_payment'];
export const kEntries: readonly Entry[] = ['open', 'ticket'];

/** An item as it is typed: numbers and amounts are text until they are sent. */
export interface ItemForm {
  /** For Vue only. */
  key: number;
  id?: string;
  skuId: string;
  title: string;
  price: string;
  listPrice: string;
  stock: string;
  limit: string;
  policy: StockPolicy;
  entry: Entry;
  payMinutes: string;
  cancelReturns: boolean;
  trafficTag: string;
}

export interface ActivityForm {
  name: string;
  description: string;
  /** RFC 3339, '' for none, and what is no time just as it was typed. */
  starts: string;
  ends: string;
  rehearsal: boolean;
  currency: string;
  items: ItemForm[];
}

/** What the order takes for good is not given back after a time: there is none to pay in. */
export function isPaidLater({ policy }: { policy?: StockPolicy | undefined }): boolean {
  return policy !== 'on_order';
}

/** As docs/api/openapi.yaml. */
export const kTrafficTag = 'sale';
export const kNameMax = 120;
const kMinuteMs = 60_000;
const kPayWindowMinMs = 1000;
const kPayWindowMaxMs = 7 * 24 * 60 * kMinuteMs;
let lastKey = 0;

export function newItem(): ItemForm {
  return {
    key: ++lastKey,
    skuId: '',
    title: '',
    price: '',
    listPrice: '',
    stock: '',
    limit: '1',
    policy: 'reserve',
    entry: 'open',
    payMinutes: '10',
    cancelReturns: true,
    trafficTag: kTrafficTag,
  };
}

export function newActivity(): ActivityForm {
  return {
    name: '',
    description: '',
    starts: '',
    ends: '',
    rehearsal: false,
    currency: 'CNY',
    items: [newItem()],
  };
}

/** 600000 ms is "10", 90000 ms is "1.5": nothing is rounded away. */
function toMinutes(ms: number): string {
  return String(ms / kMinuteMs);
}

export function formOf(draft: ActivityDraft): ActivityForm {
  return {
    name: draft.name,
    description: draft.description ?? '',
    starts: draft.starts_at,
    ends: draft.ends_at,
    rehearsal: draft.rehearsal ?? false,
    currency: draft.items?.[0]?.price.currency ?? 'CNY',
    items: (draft.items ?? []).map((item) => ({
      key: ++lastKey,
      ...(item.id === undefined ? {} : { id: item.id }),
      skuId: item.sku_id,
      title: item.title ?? '',
      price: toMajor(item.price),
      listPrice: item.list_price ? toMajor(item.list_price) : '',
      stock: String(item.stock),
      limit: String(item.limit_per_user ?? 1),
      policy: item.policy ?? 'reserve',
      entry: item.entry ?? 'open',
      payMinutes: toMinutes(item.pay_window_ms ?? 10 * kMinuteMs),
      cancelReturns: item.cancel_returns_unit ?? true,
      trafficTag: item.traffic_tag ?? kTrafficTag,
    })),
  };
}

/** When it ended or will end. */
export function endOf(one: { ends_at: string; ended_at?: string | undefined }): string {
  return one.ended_at ?? one.ends_at;
}

/** What the server shows, as what the server takes: for the editor, a clone, an export. */
export function draftOf(activity: Activity): ActivityDraft {
  const { name, description, starts_at, ends_at, rehearsal } = activity;
  return { name, description, starts_at, ends_at, rehearsal, items: [...activity.items] };
}

/** The words for what this side already sees is no value. */
export interface Complaints {
  name: string;
  time: string;
  sku: string;
  price: string;
  tooMuch: string;
  number: string;
  tooLarge: string;
  minutes: string;
  payShort: string;
  payLong: string;
}

function digitsOf(text: string): string {
  return text.trim().replaceAll(/[,，\s]/g, '');
}

function toNumber(text: string): number | undefined {
  const digits = digitsOf(text);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

function toMs(minutes: string): number | undefined {
  const digits = digitsOf(minutes);
  return /^\d+(?:\.\d+)?$/.test(digits) ? Math.round(Number(digits) * kMinuteMs) : undefined;
}

/**
 * The form as the body of a request; `errors` is what cannot be one, with the same pointers as the
 * server's. What is merely not allowed (a stock of 0, an end before the start) is the server's,
 * except where that counts in a unit that nobody typed: minor units, milliseconds.
 */
export function draftFrom(
  form: ActivityForm,
  say: Complaints,
): { draft: ActivityDraft; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const need = <T>(value: T | undefined, pointer: string, detail: string, instead: T): T => {
    if (value === undefined) errors.push({ pointer, detail });
    return value ?? instead;
  };
  const count = (text: string, pointer: string): number => {
    const value = toNumber(text);
    const isSafe = value === undefined || Number.isSafeInteger(value);
    return need(isSafe ? value : undefined, pointer, isSafe ? say.number : say.tooLarge, 0);
  };
  const time = (text: string, pointer: string) => {
    const at = momentOf(text);
    return need(at === undefined ? at : new Date(at).toISOString(), pointer, say.time, '');
  };

  const items = form.items.map((item, index): ItemDraft => {
    const at = `/items/${String(index)}`;
    const { currency } = form;
    const money = (text: string, pointer: string): Money => ({
      amount: isTooMuch(text, currency)
        ? need(undefined, pointer, say.tooMuch, 0)
        : need(toMinor(text, currency), pointer, say.price, 0),
      currency,
    });
    const payWindow = (pointer: string): number => {
      const ms = toMs(item.payMinutes);
      // Nobody sees the field: what is in it is kept for another policy, but is not complained of.
      if (!isPaidLater(item)) return ms !== undefined && ms <= kPayWindowMaxMs ? ms : 0;
      if (ms === undefined) return need(ms, pointer, say.minutes, 0);
      if (ms > kPayWindowMaxMs) return need(undefined, pointer, say.payLong, 0);
      return need(ms < kPayWindowMinMs ? undefined : ms, pointer, say.payShort, 0);
    };
    return {
      ...(item.id === undefined ? {} : { id: item.id }),
      sku_id: need(item.skuId === '' ? undefined : item.skuId, at + '/sku_id', say.sku, ''),
      ...(item.title.trim() === '' ? {} : { title: item.title.trim() }),
      price: money(item.price, at + '/price'),
      ...(item.listPrice.trim() === ''
        ? {}
        : { list_price: money(item.listPrice, at + '/list_price') }),
      stock: count(item.stock, at + '/stock'),
      limit_per_user: count(item.limit, at + '/limit_per_user'),
      policy: item.policy,
      entry: item.entry,
      pay_window_ms: payWindow(at + '/pay_window_ms'),
      cancel_returns_unit: item.cancelReturns,
      traffic_tag: item.trafficTag.trim(),
    };
  });
  const name = form.name.trim();
  if (name === '') errors.push({ pointer: '/name', detail: say.name });
  const draft: ActivityDraft = {
    name,
    description: form.description,
    starts_at: time(form.starts, '/starts_at'),
    ends_at: time(form.ends, '/ends_at'),
    rehearsal: form.rehearsal,
    items,
  };
  return { draft, errors };
}

/** What an item is called where only its sku is known, and whether it has a time to pay. */
export interface SkuTitle {
  sku_id: string;
  title?: string;
  policy?: StockPolicy;
}

export interface Change {
  path: string;
  /** Which item it is about. */
  sku?: string | undefined;
  before?: unknown;
  after?: unknown;
}

const kFields = ['name', 'description', 'starts_at', 'ends_at', 'rehearsal'] as const;
const kItemFields = [
  'title',
  'price',
  'list_price',
  'stock',
  'limit_per_user',
  'policy',
  'entry',
  'pay_window_ms',
  'cancel_returns_unit',
  'traffic_tag',
] as const;

/** Pointers of all that is typed, also those that the server may complain about. */
export function pointersOf(form: ActivityForm): string[] {
  return [
    ...kFields.map((field) => '/' + field),
    ...form.items.flatMap((_item, index) =>
      ['sku_id', ...kItemFields].map((field) => `/items/${String(index)}/${field}`),
    ),
  ];
}

/** What is typed for the field at a pointer, and what else is looked at to judge it. */
export function typedAt(form: ActivityForm, pointer: string): unknown {
  const [, field = '', index = '', part = ''] = pointer.split('/');
  const item = form.items[Number(index)];
  if (field === 'items' && (index === '' || !item)) return form.items.length;
  if (!item || field !== 'items') {
    const times = { starts_at: [form.starts], ends_at: [form.starts, form.ends] };
    const { name, description, rehearsal } = form;
    return { name, description, rehearsal, ...times }[field];
  }
  return {
    sku_id: form.items.map((each) => each.skuId), // none twice
    title: item.title,
    price: [item.price, form.currency],
    list_price: [item.listPrice, item.price, form.currency],
    stock: item.stock,
    limit_per_user: item.limit,
    policy: item.policy,
    entry: item.entry,
    pay_window_ms: [item.payMinutes, item.policy],
    cancel_returns_unit: item.cancelReturns,
    traffic_tag: item.trafficTag,
  }[part];
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null)
    return JSON.stringify(a) === JSON.stringify(b);
  return (a ?? '') === (b ?? '');
}

/** Times are equal when they are the same moment, however they are written. */
function moment(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

/** What `after` has that `before` had not; an item is the same if its sku is, as at the server. */
export function changesBetween(before: ActivityDraft, after: ActivityDraft): Change[] {
  const changes: Change[] = [];
  for (const field of kFields) {
    const isTime = field === 'starts_at' || field === 'ends_at';
    const was = isTime ? moment(before[field]) : before[field];
    const is = isTime ? moment(after[field]) : after[field];
    if (!same(was, is)) changes.push({ path: '/' + field, before: was, after: is });
  }
  const old = new Map((before.items ?? []).map((item) => [item.sku_id, item]));
  const kept = new Set<string>();
  (after.items ?? []).forEach((item, index) => {
    const path = `/items/${String(index)}`;
    const was = old.get(item.sku_id);
    kept.add(item.sku_id);
    if (!was) {
      changes.push({ path, sku: item.sku_id, after: item });
      return;
    }
    for (const field of kItemFields) {
      // An empty title means: the one of the sku.
      if (field === 'title' && item.title === undefined) continue;
      if (!same(was[field], item[field]))
        changes.push({
          path: path + '/' + field,
          sku: item.sku_id,
          before: was[field],
          after: item[field],
        });
    }
  });
  (before.items ?? []).forEach((item, index) => {
    if (!kept.has(item.sku_id))
      changes.push({ path: `/items/${String(index)}`, sku: item.sku_id, before: item });
  });
  return changes;
}

/** Units of all items. */
export function unitsOf(activity: Activity): number {
  return activity.items.reduce((sum, item) => sum + item.stock, 0);
}
