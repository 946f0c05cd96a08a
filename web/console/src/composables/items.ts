// SPDX-License-Identifier: Apache-2.0
// Items: the names of what an order is of; the API of orders gives numbers only.
import { computed } from 'vue';

import { api } from '@/api';
import type { components } from '@/generated/api';

import { useLoad } from './load';

export type Activity = components['schemas']['Activity'];
export interface NamedItem {
  id: string;
  title: string;
  activity: Activity;
}

export function useItems() {
  const { data } = useLoad(async () => {
    // The newest 200 activities: an older one is shown by its number.
    const part = await api.get('/admin/v1/activities', { query: { limit: 200 } });
    return part.activities;
  });
  const activities = computed<Activity[]>(() => data.value ?? []);
  const items = computed(() => {
    const found = new Map<string, NamedItem>();
    for (const activity of activities.value)
      for (const item of activity.items)
        found.set(item.id, { id: item.id, title: item.title, activity });
    return found;
  });
  const itemName = (id: string): string => items.value.get(id)?.title ?? '#' + id;
  const activityName = (id: string): string =>
    activities.value.find((activity) => activity.id === id)?.name ?? '#' + id;
  return { activities, items, itemName, activityName };
}
