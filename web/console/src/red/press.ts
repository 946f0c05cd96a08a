// SPDX-License-Identifier: Apache-2.0
// Press: the one way of the red buttons of a sale, whatever page they are on. Before: what it is
// done to must be typed, and why; a fresh code if the server wants one. After, in one place
// (EffectNote.vue): that it was done, and where the stream tells of it, that it took effect.
import { confirm, type Question } from '@/confirm';
import type { Live } from '@/live';

import { expect, forget } from './effect';

export interface Deed extends Pick<
  Question,
  'title' | 'message' | 'extra' | 'extraFields' | 'reason' | 'button' | 'run'
> {
  /** What it is done to: must be typed. */
  typed: string;
  /** Gives back what another took: asks the same, without the colour. */
  gives?: boolean;
  /** "Paused" */
  did: string;
  /** True of the figures that show it; none if they say nothing of it. */
  shows?: ((live: Live) => boolean) | undefined;
}

export async function press({ gives, did, shows, ...question }: Deed): Promise<boolean> {
  forget();
  const done = await confirm({ ...question, tone: gives ? 'primary' : 'danger' });
  if (done) expect(did, shows);
  return done;
}
