// SPDX-License-Identifier: Apache-2.0
// Items: the names of what an order is of; the API of orders gives numbers only.
import { computed } from 'vue';

import { api } from '@/api';
import type { components } from '@/generated/api';
import { tellApart } from '@/tell_apart';
import { showTimeAndZone } from '@/time';

import { useLoad } from './load';

export type Activity = components['schemas']['Activity'];
export interface NamedItem {
  id: string;
  title: string;
  activity: Activity;
}

/** Names of activities by id; of two with the same, also when they start. */
export function namesOf(activities: readonly Activity[]): Map<string, string> {
  const names = tellApart(
    activities,
    (activity) => activity.name,
    (activity) => showTimeAndZone(activity.starts_at),
    (activity) => '#' + activity.id,
  );
  return new Map(activities.map((activity) => [activity.id, names.get(activity) ?? '']));
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
  const itemNames = computed(() => {
    const all = [...items.value.values()];
    const names = tellApart(
      all,
      (item) => item.title,
      (item) => item.activity.name,
      ({ activity }) => showTimeAndZone(activity.starts_at),
      (item) => '#' + item.id,
    );
    return new Map(all.map((item) => [item.id, names.get(item) ?? '']));
  });
  const activityNames = computed(() => namesOf(activities.value));
  const itemName = (id: string): string => itemNames.value.get(id) ?? '#' + id;
  const activityName = (id: string): string => activityNames.value.get(id) ?? '#' + id;
  return { activities, items, itemName, activityName };
}
