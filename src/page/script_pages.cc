// SPDX-License-Identifier: Apache-2.0
#include "page/script.h"

namespace sluice::page {

std::string_view home_script() {
    return R"js(
redraw = () => {
  let count = 0;
  document.querySelectorAll('li[data-starts]').forEach(card => {
    const phase = now() < Number(card.dataset.starts) ? 'soon' : now() < Number(card.dataset.ends) ? 'live' : 'past';
    const list = find(phase);
    if (list && card.parentNode !== list) list.appendChild(card);
    ++count;
  });
  ['live', 'soon', 'past'].forEach(phase => { find(phase + '-part').hidden = !find(phase).children.length; });
  find('all').hidden = true;
  find('empty').hidden = count > 0;
};
setInterval(() => { if (!document.hidden) redraw(); }, 1000);
start();
)js";
}

std::string_view activity_script() {
    return R"js(
redraw = () => say(find('phase'), now() < page.starts ? 'soon' : now() < page.ends ? 'live' : 'past');
setInterval(() => { if (!document.hidden) redraw(); }, 1000);
start();
)js";
}

std::string_view orders_script() {
    return R"js(
let cursor = '', timer = 0, loading = false, shown = 0;
const seen = new Map();
function add(parent, kind, className) {
  const element = document.createElement(kind);
  if (className) element.className = className;
  parent.appendChild(element);
  return element;
}
function button(parent, key, act) {
  const element = add(parent, 'button');
  element.type = 'button';
  say(element, key);
  element.addEventListener('click', act);
  return element;
}
function row(list, key, value) {
  say(add(list, 'dt'), key);
  const cell = add(list, 'dd');
  cell.textContent = value;
}
function fill(card, order) {
  card.textContent = '';
  const link = add(add(card, 'h2'), 'a');
  link.href = '/items/' + encodeURIComponent(order.item_id);
  link.textContent = order.title || order.id;
  say(add(card, 'p', 'badge ' + (order.state === 'paid' ? 'good' : '')), 's_' + order.state);
  if (order.note && words.en['n_' + order.note]) say(add(card, 'p'), 'n_' + order.note);
  const list = add(card, 'dl');
  row(list, 'order', order.id);
  row(list, 'quantity', order.quantity);
  row(list, 'total', moneyText(order.total.amount, order.total.currency));
  row(list, 'made', timeText(Date.parse(order.created_at)));
  if (order.state !== 'pending') return;
  if (order.pay_until) say(add(card, 'p'), 'pay_until', () => ({time: timeText(Date.parse(order.pay_until))}));
  const actions = add(card, 'p', 'actions'), note = add(card, 'p');
  note.setAttribute('role', 'status');
  button(actions, 'pay', () => pay(order.id, note)).className = 'main';
  button(actions, 'cancel', () => cancel(order.id, note));
}
function show(order) {
  let card = seen.get(order.id);
  if (card && card.said === JSON.stringify(order)) return;
  if (!card) {
    card = {element: document.createElement('li')};
    seen.set(order.id, card);
  }
  card.said = JSON.stringify(order);
  card.order = order;
  fill(card.element, order);
}
async function cancel(id, note) {
  if (!confirm(t('cancel_sure'))) return;
  const answer = await request('POST', '/v1/orders/' + id + '/cancel', {body: {}, personal: true});
  if (answer.status === 401) askSignIn(() => load(true));
  else if (done(answer) || answer.code.startsWith('already')) load(true);
  else refuse(note, answer.code);
}
async function load(fresh) {
  if (!token()) { redraw(); return; }
  if (loading) return;
  loading = true;
  clearTimeout(timer);
  const note = find('note'), mine = token();
  const answer = await request('GET', '/v1/orders' + (fresh || !cursor ? '' : '?cursor=' + encodeURIComponent(cursor)), {personal: true});
  loading = false;
  if (answer.status !== 401 && token() !== mine) return;  // somebody else by now
  if (answer.status === 401) { askSignIn(() => load(true)); return; }
  if (!done(answer)) { refuse(note, answer.code); again(answer.wait || 10000); return; }
  say(note, '');
  const orders = answer.body.data || [], list = find('list');
  orders.forEach(show);
  if (fresh) orders.slice().reverse().forEach(order => {
    const element = seen.get(order.id).element;
    if (!element.parentNode) list.insertBefore(element, list.firstChild);
  }); else orders.forEach(order => list.appendChild(seen.get(order.id).element));
  if (!fresh || !shown) cursor = answer.body.next_cursor || '';
  shown = list.children.length;
  redraw();
  again(10000);
}
// As long as an order waits for payment, its state may change without us.
function again(ms) {
  clearTimeout(timer);
  const waiting = Array.from(seen.values()).some(card => card.order.state === 'pending');
  if (waiting) timer = setTimeout(() => { if (document.hidden) again(ms); else load(true); }, ms * (1 + Math.random() / 2));
}
let drawnIn = language;
redraw = () => {
  if (drawnIn !== language) seen.forEach(card => fill(card.element, card.order));
  drawnIn = language;
  const there = Boolean(token());
  if (!there && seen.size) { seen.clear(); find('list').textContent = ''; cursor = ''; shown = 0; }
  find('please').hidden = there;
  find('refresh').hidden = !there;
  find('more').hidden = !there || !cursor;
  find('none').hidden = !there || loading || shown > 0;
};
find('please-button').addEventListener('click', () => askSignIn(() => load(true)));
find('refresh').addEventListener('click', () => load(true));
find('more').addEventListener('click', () => load(false));
document.addEventListener('visibilitychange', () => { if (!document.hidden) load(true); });
start();
signedIn = () => load(true);
load(true);
)js";
}

}  // namespace sluice::page
