// SPDX-License-Identifier: Apache-2.0
// Mending: an error beside a field goes as soon as what it is about is changed, and the others stay.
// `typedAt` gives what is typed for a pointer, together with what else an error there may be about:
// an end is before the start because of either.
import { type ShallowRef, watch } from 'vue';

import type { FieldError, Problem } from '@/problem';

export function useMending(
  problem: ShallowRef<Problem | undefined>,
  typedAt: (pointer: string) => unknown,
): void {
  /** What was typed when the error came. */
  const typed = new WeakMap<FieldError, string>();
  const now = (error: FieldError) => JSON.stringify(typedAt(error.pointer)) ?? '';
  watch(
    problem,
    (found) => {
      for (const error of found?.errors ?? [])
        if (!typed.has(error)) typed.set(error, now(error));
    },
    { flush: 'sync' },
  );
  watch(
    () => problem.value?.errors.filter((error) => typed.get(error) !== now(error)) ?? [],
    (mended) => {
      if (mended.length > 0) problem.value = problem.value?.without(mended);
    },
  );
}
