// SPDX-License-Identifier: Apache-2.0
// Report: the counts of all runs of the server together, and what the page computes from them.
import type { components } from '@/generated/api';

export type Report = components['schemas']['Report'];
export type Tally = components['schemas']['Tally'];
type Arrival = Tally['arrivals'][number];
type Network = Tally['networks'][number];
type Rule = Tally['suspects']['rules'][number];

/** From this many on the server only says "more". */
export const kUsersSeenMax = 200;

/** A server that restarted during the sale counted in blocks; undefined if nothing was counted. */
export function together(blocks: readonly Tally[]): Tally | undefined {
  const first = blocks[0];
  if (!first || blocks.length === 1) return first;
  const sum = (of: (block: Tally) => number) =>
    blocks.reduce((total, block) => total + of(block), 0);
  const attempts = sum((block) => block.attempts);
  const wins = sum((block) => block.wins);
  const suspectAttempts = sum((block) => block.suspects.attempts);
  const suspectWins = sum((block) => block.suspects.wins);
  return {
    since: first.since,
    until: blocks.at(-1)!.until,
    attempts,
    attempts_before_start: sum((block) => block.attempts_before_start),
    wins,
    by_outcome: countsTogether(blocks.map((block) => block.by_outcome)),
    refused_by_gate: countsTogether(blocks.map((block) => block.refused_by_gate ?? {})),
    arrivals: arrivalsTogether(blocks.flatMap((block) => block.arrivals)),
    networks: networksTogether(blocks.flatMap((block) => block.networks)),
    suspects: {
      attempts: suspectAttempts,
      attempts_share: share(suspectAttempts, attempts),
      wins: suspectWins,
      wins_share: share(suspectWins, wins),
      rules: rulesTogether(blocks.flatMap((block) => block.suspects.rules)),
    },
  };
}

/** Why the report has no shares to show; undefined: it has. */
export function whyUncounted(
  report: Pick<Report, 'state' | 'items'>,
  tally: Tally | undefined,
): 'noAttemptsYet' | 'notCountedYet' | 'noAttempts' | 'notCounted' | undefined {
  if (tally && tally.attempts > 0) return undefined;
  const wereBought = report.items.some((item) => ordersOf(item) > 0);
  if (report.state !== 'ended') return wereBought ? 'notCountedYet' : 'noAttemptsYet';
  return tally && !wereBought ? 'noAttempts' : 'notCounted';
}

/**
 * The orders of which nothing was counted: of a restart, of an older server, or of a time when it did
 * not follow this activity. While people buy, the orders are a moment ahead of the counts.
 */
export function ordersUncounted(report: Pick<Report, 'state' | 'coverage'>): number {
  const { orders, wins_counted: wins } = report.coverage;
  const missing = Math.max(orders - wins, 0);
  return report.state === 'ended' || missing > orders / 10 ? missing : 0;
}

export function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function countsTogether(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function arrivalsTogether(all: readonly Arrival[]): Arrival[] {
  const bySecond = new Map<number, Arrival>();
  for (const each of all) {
    const known = bySecond.get(each.second);
    const attempts = (known?.attempts ?? 0) + each.attempts;
    const wins = (known?.wins ?? 0) + each.wins;
    bySecond.set(each.second, { ...each, attempts, wins, success_rate: share(wins, attempts) });
  }
  return [...bySecond.values()].sort((a, b) => a.second - b.second);
}

function networksTogether(all: readonly Network[]): Network[] {
  const byName = new Map<string, Network>();
  for (const each of all) {
    const known = byName.get(each.network);
    byName.set(each.network, {
      network: each.network,
      attempts: (known?.attempts ?? 0) + each.attempts,
      attempts_error: (known?.attempts_error ?? 0) + each.attempts_error,
      wins: (known?.wins ?? 0) + each.wins,
      // The same people may have come again after the restart.
      users: Math.max(known?.users ?? 0, each.users),
    });
  }
  return [...byName.values()].sort((a, b) => b.attempts - a.attempts);
}

function rulesTogether(all: readonly Rule[]): Rule[] {
  const byName = new Map<string, Rule>();
  for (const rule of all)
    byName.set(rule.name, { ...rule, count: (byName.get(rule.name)?.count ?? 0) + rule.count });
  return [...byName.values()];
}

/** For a chart: the clock in seconds; attempts and wins a second; how many of a hundred won. */
export function linesOf(
  tally: Tally,
  startsAtMs: number,
): [number[], number[], number[], (number | null)[]] {
  const lines: [number[], number[], number[], (number | null)[]] = [[], [], [], []];
  const [times, attempts, wins, rates] = lines;
  let next = 0;
  for (const each of tally.arrivals) {
    // Seconds without attempts are not told: there the lines go down to nothing.
    if (each.second > next) {
      for (const gap of each.second - next > 1 ? [next, each.second - 1] : [next]) {
        times.push(startsAtMs / 1000 + gap);
        attempts.push(0);
        wins.push(0);
        rates.push(null); // nobody came, so nobody lost
      }
    }
    times.push(startsAtMs / 1000 + each.second);
    attempts.push(each.attempts / each.length_s);
    wins.push(each.wins / each.length_s);
    rates.push(each.success_rate * 100);
    next = each.second + each.length_s;
  }
  return lines;
}

export interface Span {
  /** Seconds after the start, the last one excluded. */
  from: number;
  to: number;
  attempts: number;
  wins: number;
  rate: number;
}

const kSpanStarts = [0, 1, 2, 3, 5, 10, 30, 60, 300, 900, 3600] as const;

/** Whether who came later had a chance: wins of attempts in spans that become longer. */
export function spansOf(arrivals: readonly Arrival[]): Span[] {
  return kSpanStarts
    .map((from, index): Span => {
      const to = kSpanStarts[index + 1] ?? Infinity;
      const inside = arrivals.filter((each) => each.second >= from && each.second < to);
      const attempts = inside.reduce((sum, each) => sum + each.attempts, 0);
      const wins = inside.reduce((sum, each) => sum + each.wins, 0);
      return { from, to, attempts, wins, rate: share(wins, attempts) };
    })
    .filter((span) => span.attempts > 0);
}

/** How many orders an item had, whatever became of them. */
export function ordersOf(item: Report['items'][number]): number {
  return item.orders.created;
}

/** Amounts by currency: an activity may sell in several. */
export function moneyOf(
  items: Report['items'],
  field: 'turnover' | 'refunded',
): { amount: number; currency: string }[] {
  const sums = new Map<string, number>();
  for (const item of items) {
    const { amount, currency } = item[field];
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}
