// SPDX-License-Identifier: Apache-2.0
// Decide: a second person approves a proposed change of the stock, or refuses it; whoever proposed it
// may take it back.
import { api } from '@/api';
import { confirm } from '@/confirm';
import type { components } from '@/generated/api';
import { number, useWords } from '@/i18n';
import { type Live, useLive } from '@/live';
import { press } from '@/red/press';
import { operator } from '@/session';
import { say } from '@/toast';
import { stock } from '@/words/stock';

export type StockChange = components['schemas']['StockChange'];

export const isOwn = (change: StockChange) => change.proposed_by === operator.value?.id;

export function showDelta(change: StockChange): string {
  return (change.delta > 0 ? '+' : '−') + number(Math.abs(change.delta));
}

export function useDecision(nameOf: (itemId: string) => string) {
  const t = useWords(stock);
  const { now } = useLive();
  const values = (change: StockChange) => ({
    item: nameOf(change.item_id),
    delta: showDelta(change),
  });

  /** The stock changes at once. What was proposed has its reason already. */
  function approve(change: StockChange): Promise<boolean> {
    const totalIn = (live: Live | undefined) =>
      live?.items.find((item) => item.item_id === change.item_id)?.total;
    const before = totalIn(now.value);
    const total = (before ?? 0) + change.delta;
    return press({
      title: t('approveTitle'),
      message: t('approveMeans', values(change)) + ' ' + change.reason,
      typed: showDelta(change),
      button: t('approve'),
      reason: 'optional',
      did:
        before === undefined
          ? t('didApprove')
          : t('stockIs', { item: nameOf(change.item_id), total: number(total) }),
      shows: before === undefined ? undefined : (live) => totalIn(live) === total,
      run: (reason) =>
        api.post('/admin/v1/stock-changes/{id}/approve', {
          path: { id: change.id },
          body: reason === '' ? {} : { reason },
        }),
    });
  }

  async function refuse(change: StockChange): Promise<void> {
    const did = await confirm({
      title: t('refuseTitle'),
      message: t('refuseMeans', values(change)),
      button: t(isOwn(change) ? 'takeBack' : 'refuse'),
      reason: 'optional',
      tone: 'primary',
      run: (reason) =>
        api.post('/admin/v1/stock-changes/{id}/reject', {
          path: { id: change.id },
          body: reason === '' ? {} : { reason },
        }),
    });
    if (did) say(t('didRefuse'));
  }

  return { approve, refuse };
}
