// SPDX-License-Identifier: Apache-2.0
// Sold note: what share of the units is sold, and how many of them are paid. The two differ where the
// order takes units for good, and where a refund did not bring them back.
import { computed, type Ref } from 'vue';

import { number, percent, useWords } from '@/i18n';
import { controlRoom } from '@/words/control_room';

import type { Sums } from './figures';

export function useSoldNote(sums: Readonly<Ref<Sums>>) {
  const t = useWords(controlRoom);
  return computed(() => {
    const { sold, paid, total } = sums.value;
    const share = percent(sold, total);
    return Number.isNaN(paid)
      ? t('share', { share })
      : t('shareAndPaid', { share, paid: number(paid) });
  });
}
