// SPDX-License-Identifier: Apache-2.0
// Orders: the customer's own, with pay and cancel. What waits for payment counts down, and is asked
// about again as long as somebody looks.
import { shortText } from './countdown';
import { startFrame, redraw } from './frame';
import { digitsOf } from './money';
import { type Order, pay } from './pay';
import { done } from './request';
import { askSignIn, personal, startSession } from './session';
import { now } from './time';
import { token, who } from './token';
import {
  add,
  announce,
  closeDialog,
  find,
  isKey,
  locale,
  openDialog,
  say,
  sum,
  tell,
  tellRefusal,
  timeText,
} from './view';
import type { Key } from './words';

interface Card {
  element: HTMLLIElement;
  order: Order;
  text: string; // of the order as drawn
  left: HTMLElement | null;
}

const cards = new Map<string, Card>();
let cursor = '';
let timer = 0;
let loading = false;
let hasLoaded = false;
let hasFailed = false; // the last time that the list was asked for
let changes = 0; // made here: a list that was asked for before one is older than what is shown

function button(parent: HTMLElement, key: Key, className: string, act: () => void): void {
  const element = add(parent, 'button', className);
  element.type = 'button';
  say(element, key);
  element.addEventListener('click', act);
}

function row(list: HTMLElement, key: Key, value: string): void {
  say(add(list, 'dt'), key);
  add(list, 'dd').textContent = value;
}

function fill(card: Card): void {
  const { element, order } = card;
  element.textContent = '';
  element.id = 'order-' + order.id;
  const top = add(element, 'div', 'order-top');
  const link = add(add(top, 'h2'), 'a');
  link.href = '/items/' + encodeURIComponent(order.item_id);
  link.textContent = order.title || order.id;
  const state = 's_' + order.state;
  if (isKey(state)) say(add(top, 'span', 'badge ' + order.state), state);
  const reason = 'n_' + order.note;
  if (order.note && isKey(reason)) say(add(element, 'p', 'quiet'), reason);
  const list = add(element, 'dl');
  row(list, 'total', sum(order.total, digitsOf(order.total.currency)));
  row(list, 'quantity', String(order.quantity));
  row(list, 'order', order.id);
  row(list, 'made', timeText(Date.parse(order.created_at)));
  card.left = null;
  if (order.state !== 'pending') return;
  // Back from the cashier: declined, given up, or on its way.
  if (order.id === location.hash.slice(1)) say(add(element, 'p', 'quiet'), 'not_paid');
  if (order.pay_until) {
    const line = add(element, 'p', 'deadline');
    say(add(line, 'span'), 'pay_left');
    card.left = add(line, 'b');
    card.left.setAttribute('role', 'timer');
  }
  const note = add(element, 'p', 'note');
  const actions = add(element, 'p', 'actions');
  button(actions, 'pay', 'main', () => void pay(order.id, note));
  button(actions, 'cancel', '', () => askCancel(order.id, note));
}

function drawLeft(): void {
  cards.forEach(({ left, order }) => {
    if (!left || !order.pay_until) return;
    const text = shortText(Date.parse(order.pay_until) - now());
    if (left.textContent !== text) left.textContent = text;
  });
}

function show(order: Order): void {
  const text = locale() + JSON.stringify(order);
  let card = cards.get(order.id);
  if (card && card.text === text) return;
  if (!card) {
    card = { element: document.createElement('li'), order, text, left: null };
    cards.set(order.id, card);
  } else if (card.order.state !== order.state) {
    const state = 's_' + order.state;
    if (isKey(state)) announce(state);
  }
  card.order = order;
  card.text = text;
  fill(card);
}

let cancelling: (() => void) | null = null;

function askCancel(id: string, note: HTMLElement): void {
  cancelling = () => void cancel(id, note);
  openDialog(find('sure'));
  find('sure-keep').focus();
}

async function cancel(id: string, note: HTMLElement): Promise<void> {
  tell(note, 'working');
  const answer = await personal<Order>('POST', `/v1/orders/${id}/cancel`, { body: {} });
  if (answer.status === 401) return askSignIn(() => void load(true));
  if (done(answer)) {
    ++changes;
    show(answer.body);
  } else if (answer.code.indexOf('already_') === 0) {
    tellRefusal(find('note'), answer.code);
    await load(true);
  } else {
    tellRefusal(note, answer.code, answer.wait);
  }
}

interface List {
  data: Order[];
  next_cursor?: string;
}

function place(orders: Order[], isFresh: boolean): void {
  const list = find('list');
  if (!isFresh) {
    orders.forEach((order) => list.appendChild((cards.get(order.id) as Card).element));
    return;
  }
  orders
    .slice()
    .reverse()
    .forEach((order) => {
      const { element } = cards.get(order.id) as Card;
      if (!element.parentNode) list.insertBefore(element, list.firstChild);
    });
}

async function load(isFresh: boolean): Promise<void> {
  const used = token();
  const known = changes;
  if (!used) return redraw();
  if (loading) return;
  loading = true;
  clearTimeout(timer);
  const query = isFresh || !cursor ? '' : '?cursor=' + encodeURIComponent(cursor);
  const answer = await personal<List>('GET', '/v1/orders' + query);
  loading = false;
  if (answer.status === 401) {
    tell(find('note'), 'e_unauthorized', undefined, 'bad');
    askSignIn(() => void load(true));
    return;
  }
  if (token() !== used || changes !== known) return load(true); // somebody else's by now, or old
  if (!done(answer)) {
    // Who comes from the cashier often meets the payment while it is being stored: no news yet.
    if (answer.code !== 'in_progress' || hasFailed)
      tellRefusal(find('note'), answer.code, answer.wait);
    hasFailed = true;
    again(answer.wait || 10_000);
    return;
  }
  const orders = answer.body.data || [];
  const isFirst = cards.size === 0;
  if (find('note').className === 'note bad' && (hasFailed || !isFresh)) tell(find('note'), '');
  hasFailed = false;
  orders.forEach(show);
  place(orders, isFresh);
  if (!isFresh || isFirst) cursor = answer.body.next_cursor || '';
  hasLoaded = true;
  redraw();
  if (isFirst) goToNamed();
  again(10_000);
}

/** The cashier sends people back to /orders#<number>. */
function goToNamed(): void {
  const card = cards.get(location.hash.slice(1));
  if (!card) return;
  card.element.classList.add('named');
  card.element.scrollIntoView();
}

/** As long as an order waits for payment, its state may change without us. */
function again(ms: number): void {
  clearTimeout(timer);
  const isWaiting = Array.from(cards.values()).some((card) => card.order.state === 'pending');
  if (!isWaiting && !hasFailed) return;
  timer = setTimeout(
    () => {
      if (document.hidden) again(ms);
      else void load(true);
    },
    ms * (1 + Math.random() / 2),
  );
}

let drawnIn = locale();
let drawnFor: string | null = null;
function draw(): void {
  if (drawnIn !== locale()) cards.forEach(fill);
  drawnIn = locale();
  const isThere = Boolean(token());
  if (drawnFor !== who()) {
    // Signed in or out, perhaps in another tab, perhaps as somebody else.
    drawnFor = who();
    cards.clear();
    find('list').textContent = '';
    cursor = '';
    hasLoaded = false;
    void load(true);
  }
  find('please').hidden = isThere;
  find('refresh').hidden = !isThere;
  find('more').hidden = !isThere || !cursor;
  find('none').hidden = !isThere || !hasLoaded || cards.size > 0;
  drawLeft();
}

find('please-button').addEventListener('click', () => askSignIn(() => void load(true)));
find('refresh').addEventListener('click', () => {
  tell(find('note'), '');
  void load(true);
});
find('more').addEventListener('click', () => void load(false));
find('sure-keep').addEventListener('click', () => closeDialog(find('sure')));
find('sure-cancel').addEventListener('click', () => {
  closeDialog(find('sure'));
  if (cancelling) cancelling();
  cancelling = null;
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void load(true);
});
setInterval(() => {
  if (!document.hidden) drawLeft();
}, 1000);
startSession(() => void load(true));
startFrame({ draw, untilStart: 0 });
void load(true);
