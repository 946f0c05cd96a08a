// SPDX-License-Identifier: Apache-2.0
// Watched: the activities that the control room can show, which of them it shows, and the names of
// their items.
import { computed } from 'vue';
import { useRoute } from 'vue-router';

import type { Activity } from '@/activity';
import { api } from '@/api';
import { useLoad } from '@/composables/load';

/** What is watched first. Drafts have nothing to watch. */
const kOrder: readonly Activity['state'][] = ['running', 'paused', 'warming', 'approved', 'ended'];
const kActivitiesAsked = 200;

function byStart(a: Activity, b: Activity): number {
  const order = Date.parse(a.starts_at) - Date.parse(b.starts_at);
  return a.state === 'warming' || a.state === 'approved' ? order : -order;
}

export function useWatched() {
  const route = useRoute();
  const {
    data: activities,
    problem,
    reload,
  } = useLoad(async () => {
    const list = await api.get('/admin/v1/activities', { query: { limit: kActivitiesAsked } });
    return list.activities
      .filter((each) => kOrder.includes(each.state))
      .sort((a, b) => kOrder.indexOf(a.state) - kOrder.indexOf(b.state) || byStart(a, b));
  });

  const activity = computed(() => {
    const wanted = String(route.params.activityId ?? '');
    const all = activities.value ?? [];
    // Never another one in its place: its red buttons are on this page.
    return wanted === '' ? all[0] : all.find((each) => each.id === wanted);
  });

  const names = computed(
    () => new Map((activities.value ?? []).flatMap((a) => a.items.map((i) => [i.id, i.title]))),
  );
  const nameOf = (itemId: string) => names.value.get(itemId) ?? '#' + itemId;

  return { activities, activity, nameOf, problem, reload };
}
