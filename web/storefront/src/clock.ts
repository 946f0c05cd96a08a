// SPDX-License-Identifier: Apache-2.0
// The server's clock: the offset of the quickest answer, added to the steady clock of the page,
// which does not step when somebody sets the time of the device.

/** A round trip longer than this is not trusted to half a tenth of a second: ask once more. */
export const kSureMs = 200;

/** What one visit keeps for its next page, so that one sample serves them all. */
export interface Kept {
  skew: number; // server minus the device's wall clock
  trip: number;
  at: number; // wall clock when it was measured
}

const kKeptMs = 10 * 60_000;

export class ServerClock {
  private offset: number;
  private trip = Infinity;

  constructor(
    private readonly steady: () => number,
    private readonly wall: () => number,
  ) {
    this.offset = wall() - steady(); // until something better is known: the device's own
  }

  now(): number {
    return this.steady() + this.offset;
  }

  /** Takes the sample if no quicker one is there. The server looked at its clock halfway. */
  add(serverMs: unknown, sent: number, received: number): boolean {
    const trip = received - sent;
    if (typeof serverMs !== 'number' || !(serverMs > 0) || trip < 0 || trip > this.trip) {
      return false;
    }
    this.trip = trip;
    this.offset = serverMs - (sent + received) / 2;
    return true;
  }

  /** True if the clock is known well enough not to ask again. */
  isSure(): boolean {
    return this.trip <= kSureMs;
  }

  isKnown(): boolean {
    return this.trip < Infinity;
  }

  /** A sleeping device stops the steady clock: what was measured before says nothing any more. */
  forget(): void {
    this.trip = Infinity;
  }

  keep(): string {
    const kept: Kept = { skew: this.now() - this.wall(), trip: this.trip, at: this.wall() };
    return JSON.stringify(kept);
  }

  /** Takes what another page of this visit measured, if it is fresh. */
  take(text: string | null): void {
    try {
      const { skew, trip, at } = JSON.parse(text || '{}') as Kept;
      const age = this.wall() - at;
      // What is missing is not a number, and such a comparison is false.
      if (!(age >= 0 && age <= kKeptMs && trip >= 0 && trip <= this.trip)) return;
      if (typeof skew !== 'number') return;
      this.trip = trip;
      this.offset = this.wall() + skew - this.steady();
    } catch (e) {
      // Not ours: measured again.
    }
  }
}

/**
 * When to ask for the time the first time: at a random moment, so that a crowd that loads the page
 * at once does not ask at once, but in the first quarter of what is left before the start. Not
 * later than in 3 s: on a device whose clock is behind, the button stays shut until then.
 */
export function firstSampleMs(untilStartMs: number, random: number): number {
  return Math.min(3000, untilStartMs > 0 ? untilStartMs / 4 : Infinity) * random;
}
