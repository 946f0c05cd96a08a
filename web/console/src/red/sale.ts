// SPDX-License-Identifier: Apache-2.0
// The red buttons of an activity and of its items. They send no If-Match: who stops a sale does not
// care which version of its terms is stopped.
import type { Activity } from '@/activity';
import { kTrafficTag } from '@/activity';
import { api } from '@/api';
import { useWords } from '@/i18n';
import { type Live, useLive } from '@/live';
import { red } from '@/words/red';

import { press } from './press';
import { isOffIn, waitOfActivity, waitOfItem } from './waits';

export type Step = 'pause' | 'resume' | 'end';
type Phase = Activity['state'];

const kSteps = {
  pause: { title: 'pauseTitle', means: 'pauseMeans', did: 'didPause' },
  resume: { title: 'resumeTitle', means: 'resumeMeans', did: 'didResume' },
  end: { title: 'endTitle', means: 'endMeans', did: 'didEnd' },
} as const;
const kResumeMeans = {
  none: 'resumeMeans',
  off: 'resumeMeansOff',
  warm: 'resumeMeansWarm',
} as const;
const kSellMeans = {
  none: 'sellMeans',
  off: 'sellMeansOff',
  warm: 'sellMeansWarm',
  paused: 'sellMeansPaused',
  ended: 'sellMeansEnded',
} as const;
const kPhasesAfter: Readonly<Record<Step, readonly Phase[]>> = {
  pause: ['paused'],
  resume: ['running', 'warming'],
  end: ['ended'],
};

const activityIn = (live: Live | undefined, id: string) =>
  live?.activities.find((one) => one.activity_id === id);
const phaseIn = (live: Live | undefined, id: string) => activityIn(live, id)?.phase;
const itemIn = (live: Live | undefined, id: string) =>
  live?.items.find((one) => one.item_id === id);

export function useSaleButtons() {
  const t = useWords(red);
  const { now } = useLive();

  function take(step: Step, { id, name }: Pick<Activity, 'id' | 'name'>): Promise<boolean> {
    const words = kSteps[step];
    const live = now.value;
    const starts = activityIn(live, id)?.starts_at_ms;
    const wait = waitOfActivity(starts, live?.now_ms ?? 0, isOffIn(live));
    const means = step === 'resume' ? kResumeMeans[wait] : words.means;
    const shows = (figures: Live) => {
      const phase = phaseIn(figures, id);
      return phase !== undefined && kPhasesAfter[step].includes(phase);
    };
    return press({
      title: t(words.title),
      message: t(means, { name }),
      typed: name,
      button: t(step),
      gives: step === 'resume',
      did: t(words.did, { name }),
      shows: phaseIn(live, id) === undefined ? undefined : shows,
      run: (reason) =>
        api.post(`/admin/v1/activities/{id}/${step}`, { path: { id }, body: { reason } }),
    });
  }

  function switchItem(id: string, item: string, stop: boolean): Promise<boolean> {
    const wait = waitOfItem(itemIn(now.value, id)?.phase, isOffIn(now.value));
    const did = stop ? 'didStop' : wait === 'none' ? 'didSell' : 'didSellLater';
    return press({
      title: t(stop ? 'stopTitle' : 'sellTitle'),
      message: t(stop ? 'stopMeans' : kSellMeans[wait], { item }),
      typed: item,
      button: t(stop ? 'stop' : 'sell'),
      gives: !stop,
      did: t(did, { item }),
      shows: itemIn(now.value, id) && ((live) => itemIn(live, id)?.stopped === stop),
      run: (reason) =>
        api.post(stop ? '/admin/v1/items/{id}/stop' : '/admin/v1/items/{id}/resume', {
          path: { id },
          body: { reason },
        }),
    });
  }

  /** Whether the edge leads customers to the item. */
  function switchEdge(id: string, item: string, hide: boolean): Promise<boolean> {
    return press({
      title: t(hide ? 'hideTitle' : 'leadTitle'),
      message: t(hide ? 'hideMeans' : 'leadMeans', { item }),
      typed: item,
      button: t(hide ? 'hide' : 'lead'),
      gives: !hide,
      did: t(hide ? 'didHide' : 'didLead', { item }),
      run: (reason) =>
        api.put('/admin/v1/items/{id}/traffic-tag', {
          path: { id },
          body: { traffic_tag: hide ? '' : kTrafficTag, reason },
        }),
    });
  }

  return { take, switchItem, switchEdge };
}
