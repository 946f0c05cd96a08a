// SPDX-License-Identifier: Apache-2.0
// Waits: what else keeps customers from buying when a red button gives a sale or an item back. The
// words before and after the button must not promise more than the sale then gives.
import type { Activity } from '@/activity';
import type { Live } from '@/live';

/** 'off': purchases are switched off for all. */
export type Wait = 'none' | 'off' | 'warm' | 'paused' | 'ended';

/** What an item waits for that is no longer stopped itself. */
export function waitOfItem(phase: Activity['state'] | undefined, isOff: boolean): Wait {
  if (phase === 'paused' || phase === 'ended') return phase;
  if (phase === 'warming') return 'warm';
  return isOff ? 'off' : 'none';
}

/** What an activity waits for that is no longer paused itself. */
export function waitOfActivity(
  startsMs: number | undefined,
  nowMs: number,
  isOff: boolean,
): 'none' | 'off' | 'warm' {
  if (startsMs !== undefined && startsMs > nowMs) return 'warm';
  return isOff ? 'off' : 'none';
}

export const isOffIn = (live: Live | undefined) =>
  live !== undefined && (live.purchases_stopped || live.read_only);
