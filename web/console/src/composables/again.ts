// SPDX-License-Identifier: Apache-2.0
// Again: asks again while somebody looks, because other people change it too.
import { onScopeDispose } from 'vue';

export function useAgain(everyMs: number, ask: () => unknown): void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') ask();
  }, everyMs);
  onScopeDispose(() => clearInterval(timer));
}
