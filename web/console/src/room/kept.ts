// SPDX-License-Identifier: Apache-2.0
// Kept: the seconds of a sale that the server has kept, as the frames of the control room.
import { api } from '@/api';
import type { components } from '@/generated/api';

import type { Frame, ItemFigures } from './figures';

type Activity = components['schemas']['Activity'];
export type KeptSecond = components['schemas']['Sample'];

/** Two hours by the second, or days when it was thinned out. */
const kPartsMax = 10;
const kSecondsInPart = 1000;

/** What of an item does not change comes from the terms of its activity. */
export function frameOf(second: KeptSecond, activity: Activity): Frame {
  const items = second.items.flatMap((kept): ItemFigures[] => {
    const terms = activity.items.find((item) => item.id === kept.item_id);
    if (!terms) return [];
    const { orders: created, paid, ...others } = kept;
    // An older program did not keep these.
    const { paid_units = NaN, released_units = NaN, ...ended } = others;
    const { cancelled = NaN, expired = NaN, refunded = NaN, ...figures } = ended;
    return [
      {
        ...figures,
        paid_units,
        released_units,
        activity_id: activity.id,
        sku_id: terms.sku_id,
        rehearsal: activity.rehearsal,
        phase: second.phase ?? activity.state,
        stopped: false, // not kept
        policy: terms.policy,
        price: terms.price,
        limit_per_user: terms.limit_per_user,
        orders: {
          created,
          pending: created - paid - cancelled - expired - refunded,
          paid,
          cancelled,
          expired,
          refunded,
        },
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
export async function keptFrames(activity: Activity, fromMs?: number): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  let cursor: string | undefined;
  for (let part = 0; part < kPartsMax; ++part) {
    const found = await api.get('/admin/v1/activities/{id}/history', {
      path: { id: activity.id },
      query: {
        limit: kSecondsInPart,
        ...(fromMs === undefined ? {} : { from_ms: Math.floor(fromMs) }),
        ...(cursor === undefined ? {} : { cursor }),
      },
    });
    for (const second of found.samples) frames.push(frameOf(second, activity));
    cursor = found.next_cursor;
    if (cursor === undefined) break;
  }
  return frames;
}
