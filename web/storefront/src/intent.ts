// SPDX-License-Identifier: Apache-2.0
// Intent: one wish to buy, with the idempotency key that stands for it. It is kept over retries,
// reloads and signing in again until an answer is final, so that no press of the button buys twice.
import type { Store } from './storage';

export interface Intent {
  key: string;
  quantity: number;
  who: string; // who wished it: nobody else goes on with it
  sent: boolean; // whether a purchase may be on its way
  address?: string; // the hidden address of a ticket
}

function isIntent(intent: Intent): boolean {
  return (
    /^[0-9a-f]{32}$/.test(intent.key) &&
    intent.quantity > 0 &&
    (intent.address === undefined || typeof intent.address === 'string')
  );
}

export function newKey(fillRandom: (bytes: Uint8Array) => Uint8Array): string {
  return Array.from(fillRandom(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export class IntentStore {
  constructor(
    private readonly store: Store,
    private readonly place: string,
    private readonly fillRandom: (bytes: Uint8Array) => Uint8Array,
  ) {}

  /** The intent without an answer, unless somebody else is signed in. `who` null: nobody is. */
  current(who: string | null): Intent | null {
    try {
      const intent = JSON.parse(this.store.get(this.place) || 'null') as Intent;
      // Asked each second: an error thrown and caught for "none" would cost more than the rest.
      return intent && isIntent(intent) && (who === null || intent.who === who) ? intent : null;
    } catch (e) {
      return null; // none, or not ours
    }
  }

  /** The same one as long as it has no answer; else a new one. */
  open(who: string, quantity: number): Intent {
    const there = this.current(who);
    if (there) {
      // Nothing was sent yet, so another number is no other wish.
      if (!there.sent) there.quantity = quantity;
      return there;
    }
    return { key: newKey(this.fillRandom), quantity, who, sent: false };
  }

  keep(intent: Intent): void {
    this.store.set(this.place, JSON.stringify(intent));
  }

  settle(): void {
    this.store.set(this.place, null);
  }
}
