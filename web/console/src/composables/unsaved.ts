// SPDX-License-Identifier: Apache-2.0
// Unsaved: what was typed is not lost by the way: this page asks before it leads to another one, the
// browser before the tab is closed or loaded again.
import { onUnmounted } from 'vue';
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router';

import { confirm } from '@/confirm';
import { useWords } from '@/i18n';
import { session } from '@/session';
import { common } from '@/words/common';

type Ask = () => boolean | Promise<boolean>;
let askHere: Ask | undefined;

/** For what ends the page without leading to another one: whether nothing would be lost by it. */
export function mayLeave(): boolean | Promise<boolean> {
  return askHere?.() ?? true;
}

export function useUnsaved(isUnsaved: () => boolean): void {
  const t = useWords(common);

  function ask() {
    // Without a session nothing can be saved any more: to stay would be of no use.
    if (!isUnsaved() || session.status === 'out') return true;
    return confirm({
      title: t('leaveTitle'),
      message: t('leaveText'),
      button: t('leaveButton'),
      reason: 'none',
      run: () => Promise.resolve(),
    });
  }

  askHere = ask;
  onBeforeRouteLeave(ask);
  onBeforeRouteUpdate(ask); // from one product to another

  function hold(event: BeforeUnloadEvent): void {
    if (isUnsaved()) event.preventDefault();
  }

  addEventListener('beforeunload', hold);
  onUnmounted(() => {
    removeEventListener('beforeunload', hold);
    if (askHere === ask) askHere = undefined;
  });
}
