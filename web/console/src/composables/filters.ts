// SPDX-License-Identifier: Apache-2.0
// Filters: what a list is filtered by, kept in the address, so that a reload, a link to a colleague
// and the back button show the same.
import { reactive, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export function useFilters<Key extends string>(keys: readonly Key[], changed: () => void) {
  const route = useRoute();
  const router = useRouter();
  const name = route.name;

  function read(): Record<Key, string> {
    const found = {} as Record<Key, string>;
    for (const key of keys) {
      const value = route.query[key];
      found[key] = typeof value === 'string' ? value : '';
    }
    return found;
  }

  const filters = reactive(read()) as Record<Key, string>;
  const isSet = () => keys.some((key) => filters[key] !== '');

  watch(
    () => route.query,
    () => {
      if (route.name !== name) return; // on the way to another page
      Object.assign(filters, read());
    },
  );
  watch(filters, () => {
    const next = Object.fromEntries(
      keys.filter((key) => filters[key] !== '').map((key) => [key, filters[key]]),
    );
    void router.replace({ query: next, hash: route.hash });
    changed();
  });

  function clear(): void {
    for (const key of keys) filters[key] = '';
  }

  return { filters, isSet, clear };
}
