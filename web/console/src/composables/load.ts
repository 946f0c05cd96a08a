// SPDX-License-Identifier: Apache-2.0
// Load: what a view asks the server for when it opens.
//
//   const { data, problem, loading, reload } = useLoad(() => api.get('/admin/v1/switches'));
//   const list = useList(async (cursor) => {
//     const part = await api.get('/admin/v1/orders', { query: { cursor, state: state.value } });
//     return { rows: part.orders, next: part.next_cursor };
//   });
import { ref, shallowRef } from 'vue';

import { Problem } from '@/problem';

export function useLoad<T>(ask: () => Promise<T>) {
  const data = shallowRef<T>();
  const problem = shallowRef<Problem>();
  const loading = ref(false);
  let asked = 0;

  async function reload(): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    try {
      const found = await ask();
      if (mine !== asked) return; // a later question was faster
      data.value = found;
      problem.value = undefined;
    } catch (thrown) {
      if (mine === asked) problem.value = Problem.from(thrown);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  void reload();
  return { data, problem, loading, reload };
}

export interface Page<Row> {
  rows: readonly Row[];
  next?: string | undefined;
}

/** A list by cursor: `more()` appends the next part, `reload()` begins again. */
export function useList<Row>(ask: (cursor: string | undefined) => Promise<Page<Row>>) {
  const rows = shallowRef<readonly Row[]>([]);
  const problem = shallowRef<Problem>();
  const loading = ref(false);
  const next = ref<string>();
  let asked = 0;

  async function fetchPart(cursor: string | undefined): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    try {
      const part = await ask(cursor);
      if (mine !== asked) return;
      rows.value = cursor === undefined ? part.rows : [...rows.value, ...part.rows];
      next.value = part.next;
      problem.value = undefined;
    } catch (thrown) {
      if (mine === asked) problem.value = Problem.from(thrown);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  const reload = () => fetchPart(undefined);
  const more = () => fetchPart(next.value);
  void reload();
  return { rows, problem, loading, next, reload, more };
}
