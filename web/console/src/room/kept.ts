// SPDX-License-Identifier: Apache-2.0
// Kept: the seconds of a sale that the server has kept, as the frames of the control room.
import { api } from '@/api';
import type { components } from '@/generated/api';
import { Problem } from '@/problem';

import type { Counts, Frame, ItemFigures } from './figures';

interface KeptItem {
  item_id: string;
  total: number;
  available: number;
  reserved: number;
  sold: number;
  orders: number;
  paid: number;
}
/** As `GET /admin/v1/activities/{id}/history` has it. */
export interface KeptSecond {
  at_ms: number;
  phase?: components['schemas']['ActivityState'];
  items: KeptItem[];
  attempts?: Counts;
  server: Pick<Frame, 'purchases' | 'refused_by_gate' | 'accepted_ms' | 'ledger'>;
}
interface Part {
  samples: KeptSecond[];
  next_cursor?: string;
}

/** Two hours by the second, or days when it was thinned out. */
const kPartsMax = 8;

/** What an item has that does not change comes from `now`, the figures of this moment. */
export function frameOf(second: KeptSecond, now: ReadonlyMap<string, ItemFigures>): Frame {
  const items = second.items.flatMap((kept): ItemFigures[] => {
    const known = now.get(kept.item_id);
    if (!known) return [];
    const { orders, paid, ...counts } = kept;
    // How orders ended that gave units back is not kept, only how many were made and paid.
    const unknown = { cancelled: NaN, expired: NaN, refunded: NaN };
    return [
      {
        ...known,
        ...counts,
        phase: second.phase ?? known.phase,
        orders: { ...unknown, created: orders, paid },
      },
    ];
  });
  return {
    ...second.server,
    now_ms: second.at_ms,
    items,
    ...(second.attempts ? { attempts: second.attempts } : {}),
  };
}

/** None if the server has kept nothing of it. */
export async function keptFrames(
  activityId: string,
  now: readonly ItemFigures[],
): Promise<readonly Frame[]> {
  const known = new Map(now.map((item) => [item.item_id, item]));
  const frames: Frame[] = [];
  let cursor = '';
  try {
    for (let part = 0; part < kPartsMax; ++part) {
      const query = cursor === '' ? '' : '?cursor=' + encodeURIComponent(cursor);
      const path = `/admin/v1/activities/${activityId}/history${query}`;
      const found = (await api.raw('GET', path)) as Part;
      for (const second of found.samples) frames.push(frameOf(second, known));
      if (!found.next_cursor) break;
      cursor = found.next_cursor;
    }
  } catch (thrown) {
    if (Problem.from(thrown).status !== 404) throw thrown;
  }
  return frames;
}
