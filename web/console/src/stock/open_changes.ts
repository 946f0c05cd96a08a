// SPDX-License-Identifier: Apache-2.0
// Open changes: what was proposed of these items and waits for a second person; one request for all.
import { computed } from 'vue';

import { api } from '@/api';
import { useLoad } from '@/composables/load';

const kAsked = 200;

export function useOpenChanges(itemIds: () => readonly string[]) {
  const { data, problem, reload } = useLoad(() =>
    api.get('/admin/v1/stock-changes', { query: { limit: kAsked } }),
  );
  const open = computed(() =>
    (data.value?.stock_changes ?? []).filter((change) => itemIds().includes(change.item_id)),
  );
  return { open, problem, reload };
}
