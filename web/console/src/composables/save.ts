// SPDX-License-Identifier: Apache-2.0
// Save: one change at a time; what the server refuses is kept for the form.
import { ref, shallowRef } from 'vue';

import { Problem } from '@/problem';

export function useSave() {
  const saving = ref(false);
  const problem = shallowRef<Problem>();

  /** True when it was done. */
  async function save(work: () => Promise<unknown>): Promise<boolean> {
    if (saving.value) return false; // a double click
    saving.value = true;
    problem.value = undefined;
    try {
      await work();
      return true;
    } catch (thrown) {
      problem.value = Problem.from(thrown);
      return false;
    } finally {
      saving.value = false;
    }
  }

  return { saving, problem, save };
}
