// SPDX-License-Identifier: Apache-2.0
// Pace: how many purchases a second, by how they ended, over the last minutes or a whole replay.
import { computed, type Ref, ref } from 'vue';

import type { ChartSeries } from '@/components/TimeChart.vue';
import { number, useWords } from '@/i18n';
import { labelled, listed } from '@/labelled';
import { controlRoom } from '@/words/control_room';

import { endings, type Frame, frameAt, kEndings, rateOf, ratesOf } from './figures';

export const kMinutes = [1, 5, 15] as const;

export function showRate(rate: number): string {
  return number(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
}

const accepted = (frame: Frame) => endings(frame).accepted;
const attempts = (frame: Frame) =>
  Object.values(endings(frame)).reduce((sum, count) => sum + count, 0);

const kLooks: Readonly<Record<(typeof kEndings)[number], Omit<ChartSeries, 'label'>>> = {
  accepted: { color: 'chart-2', filled: true },
  sold_out: { color: 'chart-1', dash: [10, 4] },
  limited: { color: 'chart-3', dash: [3, 3] },
  closed: { color: 'line-strong', dash: [2, 6] },
  throttled: { color: 'chart-5', dash: [12, 3, 3, 3] },
  rejected: { color: 'chart-4', dash: [6, 6] },
};

export function usePace(shown: {
  frames: Readonly<Ref<readonly Frame[]>>;
  /** The index of the moment that is shown. */
  last: Readonly<Ref<number>>;
  /** All frames, not only the last minutes. */
  whole: Readonly<Ref<boolean>>;
}) {
  const t = useWords(controlRoom);
  const minutes = ref<number>(kMinutes[1]);

  const acceptedRate = computed(() => rateOf(shown.frames.value, shown.last.value, accepted));
  const attemptRate = computed(() => rateOf(shown.frames.value, shown.last.value, attempts));
  const lines = computed(() => {
    const frames = shown.frames.value;
    if (shown.whole.value) return ratesOf(frames);
    const from = (frames[shown.last.value]?.now_ms ?? 0) - minutes.value * 60_000;
    return ratesOf(frames.slice(Math.max(0, frameAt(frames, from))));
  });
  const series = computed<ChartSeries[]>(() =>
    kEndings.map((ending) => ({ label: t(ending), ...kLooks[ending] })),
  );
  const label = computed(() =>
    labelled(
      t('pace'),
      listed(
        kEndings.map((ending, i) => `${t(ending)} ${showRate(lines.value[i + 1]?.at(-1) ?? 0)}`),
      ),
    ),
  );
  return { minutes, acceptedRate, attemptRate, lines, series, label };
}
