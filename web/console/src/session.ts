// SPDX-License-Identifier: Apache-2.0
// Session: who is signed in at this tab. A session that ends while somebody works opens a dialog
// over the page (layout/SignInAgain.vue), so what was typed stays; the request that met the end is
// then repeated. The cookie is HttpOnly: this side holds only the name, the role and the `csrf`.
import { computed, reactive, readonly } from 'vue';

import type { components } from '@/generated/api';

export type Role = components['schemas']['Role'];
export type OperatorSession = components['schemas']['OperatorSession'];

/** As account/account.h; the server decides, this only hides what it would refuse. */
export type Permission =
  | 'view'
  | 'edit_catalog'
  | 'edit_activity'
  | 'review'
  | 'run_sale'
  | 'view_orders'
  | 'settle_orders'
  | 'edit_risk'
  | 'view_audit'
  | 'manage_users';

export const kMay: Readonly<Record<Permission, readonly Role[]>> = {
  view: ['owner', 'operator', 'reviewer', 'support', 'viewer'],
  edit_catalog: ['owner', 'operator'],
  edit_activity: ['owner', 'operator'],
  review: ['owner', 'reviewer'],
  run_sale: ['owner', 'operator'],
  view_orders: ['owner', 'operator', 'support'],
  settle_orders: ['owner', 'support'],
  edit_risk: ['owner', 'operator', 'support'],
  view_audit: ['owner', 'reviewer'],
  manage_users: ['owner'],
};

interface State {
  /** unknown: not asked yet. ended: it was there and is over; the page stays. */
  status: 'unknown' | 'in' | 'out' | 'ended';
  session: OperatorSession | undefined;
}

/** Whether this browser had a session: if not, asking who one is would only be refused. */
const kStored = 'sluice.was-in';
export const wasIn = (): boolean => localStorage.getItem(kStored) !== null;

const state = reactive<State>({ status: 'unknown', session: undefined });
let whoWaits: ((again: boolean) => void)[] = [];

export const session = readonly(state);
export const operator = computed(() => state.session?.operator);
export const csrf = (): string => state.session?.csrf ?? '';

export function may(permission: Permission): boolean {
  const role = state.session?.operator.role;
  return role !== undefined && kMay[permission].includes(role);
}

/** A new session, or the one that the cookie names. */
export function signedIn(next: OperatorSession): void {
  const samePerson = state.session?.operator.id === next.operator.id;
  state.session = next;
  state.status = 'in';
  localStorage.setItem(kStored, '1');
  const waiting = whoWaits;
  whoWaits = [];
  // What one person began another does not finish: their requests are dropped.
  for (const go of waiting) go(samePerson);
}

export function signedOut(): void {
  state.session = undefined;
  state.status = 'out';
  localStorage.removeItem(kStored);
  const waiting = whoWaits;
  whoWaits = [];
  for (const go of waiting) go(false);
}

/** The server no longer knows the session. Resolves to true when the same person is back. */
export function signInAgain(): Promise<boolean> {
  if (!state.session) {
    signedOut();
    return Promise.resolve(false);
  }
  state.status = 'ended';
  return new Promise((resolve) => whoWaits.push(resolve));
}
