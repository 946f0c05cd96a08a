// SPDX-License-Identifier: Apache-2.0
// Token: the customer's session, in this tab only.
import { tab } from './storage';
import { now } from './time';

let changed: () => void = () => {};

/** `act` hears that somebody has signed in or out. */
export function watchSession(act: () => void): void {
  changed = act;
}

export function token(): string | null {
  const until = Number(tab.get('sluice.until'));
  return until && until < now() ? null : tab.get('sluice.token');
}
export const who = (): string | null => (token() ? tab.get('sluice.name') : null);
export const until = (): number => Number(tab.get('sluice.until'));

export function enter(opened: { token: string; expires_at: string }, name: string): void {
  tab.set('sluice.token', opened.token);
  tab.set('sluice.until', String(Date.parse(opened.expires_at) || ''));
  tab.set('sluice.name', name);
  changed();
}

/** `used`: only if this is still the token, and nobody else has signed in since. */
export function leave(used?: string): void {
  if (used !== undefined && used !== tab.get('sluice.token')) return;
  ['token', 'until', 'name'].forEach((key) => tab.set('sluice.' + key, null));
  changed();
}
