// SPDX-License-Identifier: Apache-2.0
// Totals: how many units an activity has with what was approved on top of its plan, as the control
// room and the report count them.
import { computed } from 'vue';

import type { Activity, Item } from '@/activity';
import { api } from '@/api';
import { useLoad } from '@/composables/load';
import { useLive } from '@/live';

import type { StockChange } from './decide';

const kPart = 200;
const kPartsMax = 50;

/** The units of an item, by its id, after what was approved. */
export function totalsOf(
  items: readonly Pick<Item, 'id' | 'stock'>[],
  changes: readonly Pick<StockChange, 'item_id' | 'delta' | 'state'>[],
): Map<string, number> {
  const totals = new Map(items.map(({ id, stock }) => [id, stock]));
  for (const { item_id, delta, state } of changes)
    if (state === 'approved') totals.set(item_id, (totals.get(item_id) ?? 0) + delta);
  return totals;
}

async function allChanges(id: string): Promise<StockChange[]> {
  const all: StockChange[] = [];
  let cursor: string | undefined;
  for (let part = 0; part < kPartsMax; ++part) {
    const list = await api.get('/admin/v1/activities/{id}/stock-changes', {
      path: { id },
      query: { limit: kPart, ...(cursor === undefined ? {} : { cursor }) },
    });
    all.push(...list.stock_changes);
    cursor = list.next_cursor;
    if (cursor === undefined) break;
  }
  return all;
}

/** Of a warm activity the stream tells the totals, of one that is over what was decided. */
export function useTotals(activity: () => Activity | undefined) {
  const { now } = useLive();
  const { data, reload } = useLoad(async () => {
    const one = activity();
    return one?.state === 'ended' ? allChanges(one.id) : [];
  });
  const changes = computed(() => data.value ?? []);
  const totals = computed(() => {
    const one = activity();
    const known = totalsOf(one?.items ?? [], changes.value);
    if (one?.state !== 'ended')
      for (const { item_id, total } of now.value?.items ?? [])
        if (known.has(item_id)) known.set(item_id, total);
    return known;
  });
  return { changes, totals, reload };
}
