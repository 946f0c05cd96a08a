// SPDX-License-Identifier: Apache-2.0
// Red buttons: what the control room does to a running sale, and how the stream shows that it was
// done.
import type { Ref } from 'vue';

import type { Activity } from '@/activity';
import { api } from '@/api';
import { confirm } from '@/confirm';
import type { components } from '@/generated/api';
import { number, useWords } from '@/i18n';
import type { Live } from '@/live';
import { controlRoom } from '@/words/control_room';

import type { ItemFigures } from './figures';

export type Step = 'pause' | 'resume' | 'end';
type Phase = Activity['state'];

const kSteps = {
  pause: { title: 'pauseTitle', means: 'pauseMeans', button: 'pause', did: 'didPause' },
  resume: { title: 'resumeTitle', means: 'resumeMeans', button: 'resumeSale', did: 'didResume' },
  end: { title: 'endTitle', means: 'endMeans', button: 'end', did: 'didEnd' },
} as const;
const kPhasesAfter: Readonly<Record<Step, readonly Phase[]>> = {
  pause: ['paused'],
  resume: ['running', 'warming'],
  end: ['ended'],
};

export function useRedButtons(room: {
  activity: Readonly<Ref<Activity | undefined>>;
  now: Readonly<Ref<Live | undefined>>;
  nameOf: (itemId: string) => string;
  /** Waits for it in the stream: room/effect.ts. */
  expect: (what: string, test: (live: Live) => boolean) => void;
  reload: () => Promise<void>;
}) {
  const t = useWords(controlRoom);

  async function take(step: Step) {
    const it = room.activity.value;
    if (!it) return;
    const words = kSteps[step];
    const did = await confirm({
      title: t(words.title),
      message: t(words.means, { name: it.name }),
      ...(step === 'resume' ? {} : { typed: it.name }),
      button: t(words.button),
      tone: step === 'resume' ? 'primary' : 'danger',
      run: (reason) =>
        api.post(`/admin/v1/activities/{id}/${step}`, { path: { id: it.id }, body: { reason } }),
    });
    if (!did) return;
    room.expect(t(words.did), (live) =>
      live.items.some(
        (item) => item.activity_id === it.id && kPhasesAfter[step].includes(item.phase),
      ),
    );
    await room.reload();
  }

  async function switchItem(item: ItemFigures, stop: boolean) {
    const name = room.nameOf(item.item_id);
    const did = await confirm({
      title: t(stop ? 'stopTitle' : 'resumeItemTitle'),
      message: t(stop ? 'stopMeans' : 'resumeItemMeans', { item: name }),
      ...(stop ? { typed: name } : {}),
      button: t(stop ? 'stop' : 'resume'),
      tone: stop ? 'danger' : 'primary',
      run: (reason) =>
        api.post(stop ? '/admin/v1/items/{id}/stop' : '/admin/v1/items/{id}/resume', {
          path: { id: item.item_id },
          body: { reason },
        }),
    });
    if (did)
      room.expect(t(stop ? 'didStop' : 'didResumeItem', { item: name }), (live) =>
        live.items.some((each) => each.item_id === item.item_id && each.stopped === stop),
      );
  }

  /** The stock changes at once when the second person approves. */
  function onApproved(change: components['schemas']['StockChange']) {
    const before = room.now.value?.items.find((item) => item.item_id === change.item_id);
    if (!before) return;
    const total = before.total + change.delta;
    const what = t('didStock', { item: room.nameOf(change.item_id), total: number(total) });
    room.expect(what, (live) =>
      live.items.some((item) => item.item_id === change.item_id && item.total === total),
    );
  }

  function onSwitch(after: { name: string; on: boolean }, name: string) {
    if (after.name !== 'purchases') return; // the stream says nothing of the others
    room.expect(
      `${name}: ${t(after.on ? 'on' : 'off')}`,
      (live) => live.purchases_stopped !== after.on,
    );
  }

  return { take, switchItem, onApproved, onSwitch };
}
