// SPDX-License-Identifier: Apache-2.0
// Preflight: which checks say something of an activity whose terms nobody has approved yet. Its
// units are not loaded and its pages not published, and the machine is another one by then.
import type { components } from '@/generated/api';

export type Check = components['schemas']['Preflight']['checks'][number];

const kOfTheTerms: readonly string[] = ['items', 'window', 'overlaps', 'pictures', 'page_size'];
/** What the editor mends. */
const kOfTheEditor: readonly string[] = ['items', 'window', 'overlaps'];
const kOrder = { fail: 0, warn: 1, ok: 2 } as const;

export function isEarly(state: string): boolean {
  return state === 'draft' || state === 'in_review';
}

/** What to look at in this state, the worst first. */
export function checksIn(state: string, checks: readonly Check[]): Check[] {
  return checks
    .filter((check) => !isEarly(state) || kOfTheTerms.includes(check.name))
    .sort((a, b) => kOrder[a.level] - kOrder[b.level]);
}

/** Whether the way to mend it is the editor, and that is open. */
export function isMendedByEditor(state: string, check: Check): boolean {
  return state === 'draft' && check.level !== 'ok' && kOfTheEditor.includes(check.name);
}
