// SPDX-License-Identifier: Apache-2.0
import { effectScope, nextTick, type Ref, ref, shallowRef } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Activity } from '@/activity';
import { useAnnouncements } from '@/room/announce';
import type { ItemFigures } from '@/room/figures';

beforeEach(() => vi.stubGlobal('window', { setTimeout: () => 0 }));
afterEach(() => vi.unstubAllGlobals());

const activity = (id: string) =>
  ({ id, name: `Sale ${id}`, starts_at: '2026-11-22T00:00:00Z' }) as unknown as Activity;
const item = (item_id: string, available: number) => ({ item_id, available }) as ItemFigures;

/** What is said after each step. */
async function hear(
  steps: ((sale: {
    activity: Ref<Activity | undefined>;
    phase: Ref<Activity['state']>;
    items: Ref<readonly ItemFigures[]>;
  }) => void)[],
): Promise<string[]> {
  const sale = {
    activity: shallowRef<Activity>(),
    phase: ref<Activity['state']>('approved'),
    items: shallowRef<readonly ItemFigures[]>([]),
  };
  const scope = effectScope();
  const said = scope.run(() => useAnnouncements({ ...sale, nameOf: (id) => `Item ${id}` }))!;
  const heard: string[] = [];
  for (const step of steps) {
    step(sale);
    await nextTick();
    heard.push(said.value);
  }
  scope.stop();
  return heard;
}

test('what happens while the page is open is said', async () => {
  const heard = await hear([
    (sale) => {
      sale.activity.value = activity('7');
      sale.phase.value = 'warming';
      sale.items.value = [item('1', 5), item('2', 5)];
    },
    (sale) => (sale.phase.value = 'running'),
    (sale) => (sale.items.value = [item('1', 5), item('2', 0)]),
    (sale) => (sale.phase.value = 'ended'),
  ]);
  expect(heard).toEqual(['', 'Sale 7 has started.', 'Item 2 is sold out.', 'Sale 7 is over.']);
});

test('what was so before is not said, neither when the page opens nor when another sale is chosen', async () => {
  const heard = await hear([
    (sale) => {
      sale.activity.value = activity('7');
      sale.phase.value = 'running';
    },
    (sale) => (sale.items.value = [item('1', 0)]), // the first figures of the stream
    (sale) => {
      sale.activity.value = activity('8');
      sale.phase.value = 'ended';
      sale.items.value = [item('3', 0), item('4', 0)];
    },
    (sale) => (sale.items.value = []),
    (sale) => (sale.items.value = [item('3', 0)]), // of what was unknown in between nothing is said
  ]);
  expect(heard).toEqual(['', '', '', '', '']);
});
