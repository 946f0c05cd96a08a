// SPDX-License-Identifier: Apache-2.0
// Token: the customer's session, the same in all tabs of the browser.
import { device } from './storage';
import { now } from './time';

let changed: () => void = () => {};

/** `act` hears that somebody has signed in or out, here or in another tab. */
export function watchSession(act: () => void): void {
  changed = act;
  // The token is written last, so that another tab finds the rest with it.
  addEventListener('storage', (event) => event.key === 'sluice.token' && act());
}

export function token(): string | null {
  const until = Number(device.get('sluice.until'));
  return until && until < now() ? null : device.get('sluice.token');
}
export const who = (): string | null => (token() ? device.get('sluice.name') : null);
export const until = (): number => Number(device.get('sluice.until'));

export function enter(opened: { token: string; expires_at: string }, name: string): void {
  device.set('sluice.until', String(Date.parse(opened.expires_at) || ''));
  device.set('sluice.name', name);
  device.set('sluice.token', opened.token);
  changed();
}

/** `used`: only if this is still the token, and nobody else has signed in since. */
export function leave(used?: string): void {
  if (used !== undefined && used !== device.get('sluice.token')) return;
  ['token', 'until', 'name'].forEach((key) => device.set('sluice.' + key, null));
  changed();
}
