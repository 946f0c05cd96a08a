// SPDX-License-Identifier: Apache-2.0
// About: what an entry of the audit log is about, as people call it, and where it is shown. The log
// says `activity/7`. The name of what is gone, or older than the lists here, comes from the entry
// itself, if it has one; else there is its number.
import { computed } from 'vue';
import type { RouteLocationRaw } from 'vue-router';

import { api } from '@/api';
import { useItems } from '@/composables/items';
import { useLoad } from '@/composables/load';
import type { components } from '@/generated/api';
import { useWords } from '@/i18n';
import { labelled } from '@/labelled';
import { may } from '@/session';
import { audit } from '@/words/audit';
import { guard } from '@/words/guard';

export type Entry = components['schemas']['AuditEntry'];

export interface About {
  text: string;
  /** Where it is shown, if it still is. */
  to?: RouteLocationRaw | undefined;
}

const kAll = { orders: 'orders', products: 'products', pages: undefined } as const;
const kKinds = [
  'activity',
  'item',
  'operator',
  'order',
  'product',
  'risk',
  'sku',
  'stock_change',
  'switch',
] as const;
type Kind = (typeof kKinds)[number];

/** A text that the entry keeps of what it is about, as it was after or before. */
function kept(entry: Entry, key: string): string | undefined {
  for (const side of [entry.after, entry.before] as (Record<string, unknown> | undefined)[]) {
    const value = side?.[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

export function useAbout(entries: () => readonly Entry[]) {
  const t = useWords(audit);
  const g = useWords(guard);
  const { activities, items } = useItems();
  const { data: products } = useLoad(async () => {
    return (await api.get('/admin/v1/products', { query: { limit: 200 } })).products;
  });
  const { data: operators } = useLoad(async () =>
    may('manage_users') ? (await api.get('/admin/v1/operators')).operators : [],
  );
  const { data: risks } = useLoad(async () =>
    may('edit_risk') ? (await api.get('/admin/v1/risk-entries')).risk_entries : [],
  );

  const skus = computed(
    () =>
      new Map(
        (products.value ?? []).flatMap((product) =>
          product.skus.map((sku) => [sku.id, { title: sku.title, product: product.id }] as const),
        ),
      ),
  );
  /** Who may not list people reads the names of those who did something here. */
  const people = computed(
    () =>
      new Map([
        ...entries().map((entry) => [entry.who ?? '', entry.who_name] as const),
        ...(operators.value ?? []).map((one) => [one.id, one.name] as const),
      ]),
  );

  const toActivity = (id: string) => ({ name: 'activity', params: { id } });

  const kShown: Readonly<Record<Kind, (id: string, entry: Entry) => Partial<About>>> = {
    activity: (id, entry) => {
      const found = activities.value.find((one) => one.id === id);
      return { text: found?.name ?? kept(entry, 'name'), to: found && toActivity(id) };
    },
    item: (id) => {
      const found = items.value.get(id);
      return { text: found?.title, to: found && toActivity(found.activity.id) };
    },
    stock_change: (_id, entry) => {
      const found = items.value.get(kept(entry, 'item_id') ?? '');
      return { text: found?.title, to: found && toActivity(found.activity.id) };
    },
    order: (id) => ({ text: id, to: { name: 'order', params: { id } } }),
    product: (id, entry) => ({
      text: products.value?.find((one) => one.id === id)?.title ?? kept(entry, 'title'),
      to: { name: 'product', params: { id } }, // it is never removed
    }),
    sku: (id) => {
      const found = skus.value.get(id);
      const to = found && { name: 'product', params: { id: found.product } };
      return { text: found?.title, to };
    },
    switch: (name) => ({
      text: `${name}_name` in guard.en ? g(`${name}_name` as keyof typeof guard.en) : name,
      to: { name: 'switches' },
    }),
    risk: (id, entry) => {
      const found = risks.value?.find((one) => one.id === id);
      return { text: found?.value ?? kept(entry, 'value'), to: found && { name: 'risk' } };
    },
    // By number, or as it was typed where somebody signed in; `?` stands for what is no name.
    operator: (id, entry) => {
      const name = /^\d+$/.test(id) ? (people.value.get(id) ?? kept(entry, 'name')) : id;
      const isKnown = operators.value?.some((one) => one.name === name) ?? false;
      return {
        text: name === '?' ? t('about_no_name') : name,
        to: isKnown ? { name: 'users' } : undefined,
      };
    },
  };

  return (entry: Entry): About => {
    const { subject } = entry;
    if (subject in kAll) {
      const all = subject as keyof typeof kAll;
      const page = kAll[all];
      return { text: t(`about_${all}`), to: page && { name: page } };
    }
    const [kind = '', id = ''] = subject.split('/');
    if (!(kKinds as readonly string[]).includes(kind)) return { text: subject }; // a newer server's
    const { text, to } = kShown[kind as Kind](id, entry);
    return { text: labelled(t(`about_${kind as Kind}`), text ?? '#' + id), to };
  };
}
