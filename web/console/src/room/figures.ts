// SPDX-License-Identifier: Apache-2.0
// Figures: what the control room computes from the counters of the stream. Counters grow from the
// start of the program; a rate is the difference of two of them by the time between.
import type { components } from '@/generated/api';
import type { Live } from '@/live';

export type ItemFigures = components['schemas']['ItemFigures'];
export type Counts = Readonly<Record<string, number>>;

/** One second of a sale, from the stream or from what was kept of it. */
export type Frame = Pick<
  Live,
  'now_ms' | 'items' | 'purchases' | 'refused_by_gate' | 'accepted_ms'
> & {
  ledger: Partial<Live['ledger']>;
  /** How the attempts on this activity alone ended; the other counts are of the whole server. */
  attempts?: Counts;
};

/**
 * The frames of one activity, of what was kept and of the stream. Its own attempts if the server
 * counts them now; then a frame without them is left out, because the two must not be mixed: the
 * other counts are of the whole server. Of a rehearsal, how long purchases took in rehearsals.
 */
export function framesOf(
  activityId: string,
  kept: readonly Frame[],
  stream: readonly Live[],
): readonly Frame[] {
  const frames = [
    ...kept,
    ...stream.map((live): Frame => {
      const one = live.activities.find((each) => each.activity_id === activityId);
      const { attempts } = one ?? {};
      const accepted_ms = one?.rehearsal ? live.rehearsed_ms : live.accepted_ms;
      return { ...live, accepted_ms, ...(attempts ? { attempts } : {}) };
    }),
  ];
  if (frames.at(-1)?.attempts) return frames.filter((frame) => frame.attempts);
  return frames.map(({ attempts: _own, ...frame }) => frame);
}

/** How a purchase can end, as people speak of it. Each code belongs to one of them. */
export const kEndings = [
  'accepted',
  'sold_out',
  'limited',
  'closed',
  'throttled',
  'rejected',
] as const;
export type Ending = (typeof kEndings)[number];

const kEndingOf: Readonly<Record<string, Ending>> = {
  accepted: 'accepted',
  replayed: 'accepted',
  sold_out: 'sold_out',
  limit_reached: 'limited',
  not_started: 'closed',
  ended: 'closed',
  paused: 'closed',
  stopped: 'closed',
  read_only: 'closed',
  busy: 'throttled',
  in_progress: 'throttled',
  rate_or_list: 'throttled',
};
/** Gates that refuse before anything is known of the purchase; the others are in `purchases` too. */
const kEndingOfGate: Readonly<Record<string, Ending>> = {
  address_rate: 'throttled',
  user_rate: 'throttled',
  purchase_rate: 'throttled',
  token: 'rejected',
  risk: 'rejected',
};

export function endingOf(code: string): Ending {
  return kEndingOf[code] ?? 'rejected';
}

type Counted = Pick<Frame, 'purchases' | 'refused_by_gate' | 'attempts'>;

export function endings(frame: Counted): Record<Ending, number> {
  const sums = { accepted: 0, sold_out: 0, limited: 0, closed: 0, throttled: 0, rejected: 0 };
  for (const [code, count] of Object.entries(frame.attempts ?? frame.purchases))
    sums[endingOf(code)] += count;
  if (frame.attempts) return sums; // who was turned away at a gate is among them
  for (const [gate, count] of Object.entries(frame.refused_by_gate)) {
    const ending = kEndingOfGate[gate];
    if (ending) sums[ending] += count;
  }
  return sums;
}

/** A longer silence is a hole in the line, not a slope. */
const kHoleMs = 10_000;

/** After a restart a counter begins at 0 again: then its value is what was added. */
function added(before: number, after: number): number {
  return after >= before ? after - before : after;
}

export type Lines = [number[], ...(number | null)[][]];

/** For a chart: seconds, then for each ending how many a second; a hole where nothing was heard. */
export function ratesOf(frames: readonly Frame[]): Lines {
  const lines: Lines = [[], ...kEndings.map(() => [])];
  let before = frames[0];
  if (!before) return lines;
  let sums = endings(before);
  for (const frame of frames.slice(1)) {
    const ms = frame.now_ms - before.now_ms;
    if (ms <= 0) continue; // the answer of a poll beside the event of the stream
    const now = endings(frame);
    const [times, ...series] = lines;
    times.push(frame.now_ms / 1000);
    kEndings.forEach((ending, index) => {
      const rate = (added(sums[ending], now[ending]) * 1000) / ms;
      series[index]!.push(ms > kHoleMs ? null : rate);
    });
    before = frame;
    sums = now;
  }
  return lines;
}

/** How many a second over the last `ms` of the frames that end with `last`. */
export function rateOf(
  frames: readonly Frame[],
  last: number,
  count: (frame: Frame) => number,
  ms = 3000,
): number {
  const to = frames[last];
  if (!to) return 0;
  let first = last;
  while (first > 0 && to.now_ms - frames[first]!.now_ms < ms) --first;
  const from = frames[first]!;
  const seconds = (to.now_ms - from.now_ms) / 1000;
  return seconds > 0 ? added(count(from), count(to)) / seconds : 0;
}

/** The index of the last frame at or before the moment; -1 if all are later. */
export function frameAt(frames: readonly Frame[], atMs: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.now_ms <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface Sums {
  total: number;
  available: number;
  reserved: number;
  sold: number;
  /** Of those sold; what the order takes for good is sold before. NaN where that was not kept. */
  paid: number;
  /** Units that orders gave back. NaN where that was not kept. */
  released: number;
}

export function sumsOf(items: readonly ItemFigures[]): Sums {
  const sums: Sums = { total: 0, available: 0, reserved: 0, sold: 0, paid: 0, released: 0 };
  for (const item of items) {
    sums.total += item.total;
    sums.available += item.available;
    sums.reserved += item.reserved;
    sums.sold += item.sold;
    sums.paid += item.paid_units;
    sums.released += item.released_units;
  }
  return sums;
}

/** What must never be: found from the figures alone, whatever the server says of itself. */
export interface Breach {
  item: ItemFigures;
  /** sum: it does not add up. oversold: more is promised than there is. negative: impossible. */
  kind: 'sum' | 'oversold' | 'negative';
  /** How many units too many, or missing. */
  units: number;
}

export function breachesOf(items: readonly ItemFigures[]): Breach[] {
  const found: Breach[] = [];
  for (const item of items) {
    const { total, available, reserved, sold } = item;
    if (Math.min(total, available, reserved, sold) < 0)
      found.push({ item, kind: 'negative', units: -Math.min(total, available, reserved, sold) });
    if (reserved + sold > total)
      found.push({ item, kind: 'oversold', units: reserved + sold - total });
    else if (available + reserved + sold !== total)
      found.push({ item, kind: 'sum', units: Math.abs(available + reserved + sold - total) });
  }
  return found;
}
