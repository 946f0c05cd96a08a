// SPDX-License-Identifier: Apache-2.0
#include "page/script.h"

namespace sluice::page {

// The purchase: one idempotency key stands for one intent. It is kept until an answer that is
// final, over retries and reloads, so that no press of the button can buy twice.
std::string_view item_script() {
    return R"js(
const place = 'sluice.intent.' + page.id;
const base = '/v1/items/' + page.id;
let phase = '', level = '', working = false, bought = null, announced = {};
// The intent without an answer yet, unless it is that of somebody who signed in here before.
function intentNow() {
  try {
    const intent = JSON.parse(tab.get(place));
    return intent && (!token() || intent.who === tab.get('sluice.name')) ? intent : null;
  } catch (e) { return null; }
}
const keepIntent = intent => tab.set(place, intent ? JSON.stringify(intent) : null);
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');
}

function two(number) { return String(number).padStart(2, '0'); }
function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000)), days = Math.floor(seconds / 86400);
  const clock = two(Math.floor(seconds / 3600) % 24) + ':' + two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
  return (days ? t('days', {n: days}) + ' ' : '') + clock;
}
function announce(key) {
  if (announced[key]) return;
  announced[key] = true;
  say(find('live-region'), key);
}
function stage() {
  if (phase === 'ended' || now() >= page.ends) return 'ended';
  if (now() < page.starts) return 'before';
  return phase === 'paused' ? 'paused' : level === 'none' ? 'none' : 'open';
}
redraw = () => {
  const at = stage(), button = find('buy'), waiting = intentNow();
  say(find('counts'), at === 'before' ? 'counts_start' : at === 'ended' ? 'over' : 'counts_end');
  find('clock').textContent = at === 'ended' ? '' : left((at === 'before' ? page.starts : page.ends) - now());
  if (at === 'before') {
    const wait = page.starts - now();
    if (wait <= 10000 && wait > 8000) announce('ten');
    else if (wait <= 60000 && wait > 55000) announce('minute');
  } else if (at === 'open' && now() - page.starts < 3000) announce('now');
  const labels = {before: 'wait_start', ended: 'over', paused: 'paused', none: 'none'};
  say(button, working ? 'working' : waiting ? 'ask' : labels[at] || 'buy');
  button.disabled = working || !(waiting || at === 'open');
  if (find('quantity')) find('quantity').disabled = working || Boolean(waiting);
  say(find('level'), at === 'paused' ? 'paused' : at === 'open' && level !== 'none' ? level : at === 'none' ? 'none' : '');
  find('returns').hidden = at !== 'none';
  find('ready').hidden = Boolean(token()) || at === 'ended';
  if (bought) find('bought').hidden = false;
};

// Draws at each full second, and at the start exactly.
function tick() {
  if (!document.hidden) redraw();
  const ms = now(), until = page.starts - ms, second = 1000 - ms % 1000;
  setTimeout(tick, Math.max(4, until > 0 && until < second ? until : second));
}

// Asks how things stand, as often as the server says, a little later each time than told so that
// the visitors spread.
async function poll() {
  let wait = 5000;
  if (!document.hidden) {
    const sent = performance.now();
    const answer = await request('GET', base + '/state');
    if (done(answer)) {
      sample(answer.body.now_ms, sent, performance.now());
      phase = answer.body.phase;
      level = answer.body.level;
      wait = Number(answer.body.next_poll_ms) || wait;
    } else if (answer.wait) wait = answer.wait;
    redraw();
  }
  if (stage() !== 'ended') setTimeout(poll, wait * (1 + Math.random() / 4));
}

function tell(key, values) {
  find('note').className = '';
  say(find('note'), key, values);
}
// The address to buy at: asked for once per intent where the item is bought through a ticket.
async function ask(intent) {
  if (page.entry !== 'open' && !intent.address) {
    const ticket = await request('POST', base + '/tickets', {body: {}, personal: true});
    if (!done(ticket) || ticket.status === 202) return ticket;
    const address = new URL(ticket.body.buy_url, location.href);
    intent.address = address.pathname + address.search;  // always on this host
    keepIntent(intent);
  }
  return request('POST', intent.address || base + '/orders',
    {body: {quantity: intent.quantity}, key: intent.key, personal: true});
}
// Whether the same request may get another answer: nothing is known yet, or it was only too early.
function unsettled(answer) {
  return answer.status === 0 || answer.status === 202 || answer.status === 429 || answer.status >= 500 ||
    answer.code === 'in_progress';
}
async function buy() {
  if (working) return;
  if (!token()) { askSignIn(buy); return; }
  const chosen = find('quantity');
  const intent = intentNow() || {key: newKey(), quantity: chosen ? Number(chosen.value) : 1,
    who: tab.get('sluice.name')};
  keepIntent(intent);
  working = true;
  tell('working');
  redraw();
  let answer, renewed = false;
  for (let tries = 1; tries <= 8; ++tries) {
    answer = await ask(intent);
    if (answer.code === 'ticket_invalid' && !renewed) {
      renewed = true;
      delete intent.address;
      keepIntent(intent);
      continue;
    }
    if (answer.status === 401 || !unsettled(answer)) break;
    tell('again', () => ({n: tries}));
    const least = answer.wait || Math.min(8000, 250 * Math.pow(2, tries));
    await pause(least * (1 + Math.random() / 2));
  }
  working = false;
  if (answer.status === 401) {
    tell('e_unauthorized');
    askSignIn(buy);
  } else if (unsettled(answer)) {
    if (words.en['e_' + answer.code] && answer.status) refuse(find('note'), answer.code);
    else tell('unsure');
  } else {
    keepIntent(null);
    if (done(answer)) show(answer.body); else deny(answer);
  }
  redraw();
}
function deny(answer) {
  if (answer.code === 'sold_out') level = 'none';
  if (answer.code === 'not_started') { quickest = Infinity; synchronize(3); }
  if (answer.code === 'ended' || answer.code === 'paused') phase = answer.code;
  refuse(find('note'), answer.code);
}
function show(order) {
  bought = order;
  tell('got', () => ({id: order.id}));
  find('note').className = 'good';
  const until = Date.parse(order.pay_until);
  say(find('pay-until'), until ? 'pay_until' : '', () => ({time: timeText(until)}));
  Object.assign(find('total').dataset, order.total);
  find('total').textContent = moneyText(order.total.amount, order.total.currency);
  find('pay').hidden = order.state !== 'pending';
}
find('buy').addEventListener('click', buy);
find('pay').addEventListener('click', () => { if (bought) pay(bought.id, find('note')); });
find('ready-button').addEventListener('click', () => askSignIn());
if (intentNow()) tell('pending');
start();
poll();
tick();
)js";
}

}  // namespace sluice::page
