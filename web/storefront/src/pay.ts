// SPDX-License-Identifier: Apache-2.0
// Pay: what an order looks like on the wire, and the way to the cashier.
import type { Money } from './money';
import { done } from './request';
import { askSignIn, personal } from './session';
import { say, tell, tellRefusal } from './view';

export interface Order {
  id: string;
  item_id: string;
  title: string;
  quantity: number;
  total: Money;
  state: 'pending' | 'paid' | 'cancelled' | 'expired' | 'refunded';
  created_at: string;
  pay_until?: string;
  note?: string;
}

let busy = false;

/** Opens the cashier of an order. Only web addresses are followed. */
export async function pay(id: string, note: HTMLElement): Promise<void> {
  if (busy) return;
  busy = true;
  tell(note, 'working');
  const answer = await personal<{ cashier_url: string }>('POST', `/v1/orders/${id}/payments`, {
    body: {},
  });
  busy = false;
  if (answer.status === 401) {
    tell(note, 'e_unauthorized', undefined, 'bad');
    askSignIn(() => void pay(id, note));
    return;
  }
  const address = answer.body.cashier_url;
  if (done(answer) && /^(https?:\/)?\//.test(address)) {
    addEventListener('pagehide', () => say(note, '')); // the way back may show this very page
    location.assign(address);
    return;
  }
  tellRefusal(note, done(answer) ? 'payment_unavailable' : answer.code, answer.wait);
}
