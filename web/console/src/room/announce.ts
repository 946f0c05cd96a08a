// SPDX-License-Identifier: Apache-2.0
// Announce: what the control room says aloud to who does not look: a minute and ten seconds before
// the start, each change of phase, each item that is sold out. Only what happens while the page is
// open: that another activity has ended long ago is no news.
import { computed, readonly, ref, type Ref, watch } from 'vue';

import type { Activity } from '@/activity';
import { useSecond } from '@/composables/second';
import { useWords } from '@/i18n';
import { controlRoom } from '@/words/control_room';

import type { ItemFigures } from './figures';

export function useAnnouncements(sale: {
  activity: Readonly<Ref<Activity | undefined>>;
  phase: Readonly<Ref<Activity['state']>>;
  /** As they are now, whatever is shown of the past. */
  items: Readonly<Ref<readonly ItemFigures[]>>;
  nameOf: (itemId: string) => string;
}) {
  const t = useWords(controlRoom);
  const second = useSecond();
  const said = ref('');

  const id = () => sale.activity.value?.id;

  watch([sale.phase, id], ([next, now], [before, was]) => {
    if (now !== was) return;
    const name = sale.activity.value?.name ?? '';
    if (next === 'ended') said.value = t('announceEnded', { name });
    else if (next === 'paused') said.value = t('announcePaused', { name });
    else if (next === 'running' && before !== 'paused') said.value = t('announceStarted', { name });
  });

  watch(second, (at) => {
    const it = sale.activity.value;
    if (!it || sale.phase.value !== 'warming') return;
    const left = Math.ceil((Date.parse(it.starts_at) - at) / 1000);
    if (left === 60 || left === 10) said.value = t('announceStartsIn', { name: it.name, n: left });
  });

  /** undefined: not known yet. */
  const soldOut = computed(() =>
    sale.items.value.length === 0
      ? undefined
      : sale.items.value
          .filter((item) => item.available === 0)
          .map((item) => item.item_id)
          .join(),
  );
  watch([soldOut, id], ([next, now], [before, was]) => {
    if (now !== was || next === undefined || before === undefined) return;
    const fresh = next.split(',').find((id) => id !== '' && !before.split(',').includes(id));
    if (fresh) said.value = t('announceSoldOut', { item: sale.nameOf(fresh) });
  });

  return readonly(said);
}
