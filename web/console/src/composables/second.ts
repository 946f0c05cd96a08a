// SPDX-License-Identifier: Apache-2.0
// Second: the server's clock, once a second at the turn of its second, while somebody looks.
import { onScopeDispose, readonly, ref } from 'vue';

import { serverNow } from '@/time';

export function useSecond() {
  const at = ref(serverNow());
  let timer = 0;

  function turn(): void {
    at.value = serverNow();
    timer = window.setTimeout(turn, 1000 - (at.value % 1000) + 5);
  }

  turn();
  onScopeDispose(() => clearTimeout(timer));
  return readonly(at);
}
