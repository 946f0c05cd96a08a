// SPDX-License-Identifier: Apache-2.0
// Item: the countdown, the stock level and the purchase. Before the start the page asks the server
// for nothing but the time: the button opens by the clock.
import { kTriesMax, waitMs } from './backoff';
import { dropChallenge, solve, startChallenge } from './challenge';
import { milestone, nextDrawMs, shortText } from './countdown';
import { drawClock } from './dial';
import { redraw, seeVersion, startFrame } from './frame';
import { type Intent, IntentStore } from './intent';
import { type Order, pay } from './pay';
import { type Answer, done, request } from './request';
import { askSignIn, personal, startSession, warnWhileSigning } from './session';
import { tab } from './storage';
import { isPreview, isTimeKnown, now, resample } from './time';
import { token, who } from './token';
import { announce, find, page, say, sum, tell, tellRefusal, timeText } from './view';
import type { Key } from './words';

/** Put in by the build: only pages of items that ask a question have that part. */
declare const QUESTIONS: boolean;

type Stage = 'before' | 'open' | 'paused' | 'none' | 'ended';

const base = '/v1/items/' + page.id;
const intents = new IntentStore(tab, 'sluice.intent.' + page.id, (b) => crypto.getRandomValues(b));
const wonPlace = 'sluice.won.' + page.id;
const quantity = document.getElementById('quantity') as HTMLSelectElement | null;

let starts = page.starts || 0;
let ends = page.ends || 0;
let phase = '';
let level = '';
let working = false;
let won: Order | null = null;
let winner: string | null = null;
let wasLate = false; // as last drawn: the time to pay was over
let asksAgain = 0;

function stage(): Stage {
  const at = now();
  if (phase === 'ended' || at >= ends) return 'ended';
  if (at < starts) return 'before';
  return phase === 'paused' ? 'paused' : level === 'none' ? 'none' : 'open';
}

/** A purchase that may be on its way, and whose answer is not here. */
function unanswered(): Intent | null {
  const intent = intents.current(who());
  return intent && intent.sent ? intent : null;
}

// What is seen.

const kLabels: Record<Stage, Key> = {
  before: 'e_not_started',
  open: 'buy',
  paused: 'e_paused',
  none: 'none',
  ended: 'e_ended',
};

function drawButton(at: Stage): void {
  const button = find<HTMLButtonElement>('buy');
  const waiting = unanswered();
  say(button, working ? 'working' : waiting ? 'ask' : kLabels[at]);
  // aria-disabled keeps the focus where it is while the button waits for the start.
  const isOff = working || !(waiting || at === 'open');
  button.setAttribute('aria-disabled', String(isOff));
  if (quantity) quantity.disabled = working || Boolean(waiting);
}

function drawWon(): void {
  if (who() && who() !== winner) won = null; // another tab signed in as somebody else
  const state = won ? won.state : '';
  const isPending = state === 'pending';
  const isLost = state === 'expired';
  find('bought').hidden = !won;
  // Who may have more than one buys on when this one is paid; who was too late may try again.
  find('buying').hidden = isPending || (state === 'paid' && !quantity);
  if (!won) return;
  find('bought').className = isLost ? 'late got' : 'got';
  say(find('bought-title'), isLost ? 's_expired' : 'got');
  say(find('bought-order'), 'got_order', () => ({ id: won && won.id }));
  find('total').textContent = sum(won.total, page.digits || 0);
  const until = Date.parse(won.pay_until || ''); // not a number: no hurry
  const left = until - now();
  const isCounting = isPending && left > 0;
  // It may be paid in another tab: it is called late, and sold again, when the server says so.
  const isLate = isPending && left <= 0;
  if (isLate && !wasLate) follow();
  wasLate = isLate;
  find('pay').hidden = !isPending || isLate;
  find('pay-clock').hidden = !isCounting;
  find('pay-left').textContent = isCounting ? shortText(left) : '';
  const then = isCounting ? 'pay_until' : isPending || isLost ? '' : 's_' + state;
  say(find('pay-until'), then as Key | '', () => ({ time: timeText(until) }));
}

let drawnStage: Stage | '' = '';

function draw(): void {
  const at = stage();
  const toStart = starts - now();
  say(find('counts'), at === 'before' ? 'counts_start' : at === 'ended' ? 'e_ended' : 'counts_end');
  drawClock(find('clock'), at === 'ended' ? null : at === 'before' ? toStart : ends - now());
  drawButton(at);
  const chip = at === 'paused' || at === 'none' ? at : at === 'open' ? level : '';
  say(find('level'), chip === 'paused' ? 'e_paused' : (chip as Key | ''));
  find('level').className = 'badge ' + chip;
  find('returns').hidden = at !== 'none';
  find('ready').hidden = Boolean(token()) || at === 'ended' || Boolean(won);
  say(find('ready-text'), at === 'before' ? 'ready' : 'ready_now');
  drawWon();
  if (drawnStage && at === 'ended' && drawnStage !== 'ended') closeWhatIsOpen();
  drawnStage = at;
}

/** The sale ended while somebody was about to buy. */
function closeWhatIsOpen(): void {
  if (QUESTIONS && dropChallenge()) tell(find('note'), 'e_ended', undefined, 'bad');
  else announce('e_ended');
  warnWhileSigning('e_ended');
}

let lastLeft = Infinity;

/** Draws as each shown second changes, and at the start exactly. */
function tick(): void {
  const left = starts - now();
  const reached = milestone(lastLeft, left);
  lastLeft = left;
  if (!document.hidden) {
    if (reached && stage() !== 'ended') announce(reached);
    draw();
  }
  const at = now();
  setTimeout(tick, nextDrawMs(at, at < starts ? starts : ends));
}

// How things stand, asked from the start on, as often as the server says and only while somebody
// looks; a little later each time than told, so that the visitors spread.

interface State {
  phase: string;
  level: string;
  next_poll_ms: number;
  starts_at_ms: number;
  ends_at_ms: number;
  page?: string;
}

let polling = 0;

function pollIn(ms: number): void {
  clearTimeout(polling);
  polling = setTimeout(poll, Math.min(ms, 2_000_000_000));
}

async function poll(): Promise<void> {
  if (isPreview) return;
  const toStart = starts - now();
  // In steps: the clock may be set right meanwhile.
  if (toStart > 5000) return pollIn(5000);
  if (toStart > 0) return pollIn(toStart + 200 + Math.random() * 1300);
  if (document.hidden) return; // becoming visible asks again
  const answer = await request<State>('GET', base + '/state');
  let wait = answer.wait || 5000;
  if (done(answer)) {
    phase = answer.body.phase;
    if (level === 'none' && answer.body.level !== level) tell(note(), ''); // it said so
    level = answer.body.level;
    starts = Number(answer.body.starts_at_ms) || starts;
    ends = Number(answer.body.ends_at_ms) || ends;
    seeVersion(answer.body.page);
    wait = Number(answer.body.next_poll_ms) || wait;
    // Either the device's clock is wrong, or a cache has kept "waiting" over the start.
    if (phase === 'waiting') {
      if (!isTimeKnown()) await resample();
      wait = Math.min(wait, 2000);
    }
  }
  redraw();
  if (phase !== 'ended') pollIn(wait * (1 + Math.random() / 4));
}

// The purchase.

const note = (): HTMLElement => find('note');

/** A ticket to the hidden address, with the answer to a question where the item asks one. */
async function ticketFor(intent: Intent): Promise<Answer | null> {
  let body = {};
  for (let isAgain = false; ; isAgain = true) {
    if (QUESTIONS) {
      const solved = await solve(page.id || '', isAgain);
      if (solved === null) return { status: 400, body: {}, code: 'closed', wait: 0 };
      if ('status' in solved) return solved;
      body = solved;
    }
    const ticket = await personal<{ buy_url: string }>('POST', base + '/tickets', { body });
    if (QUESTIONS && ticket.code === 'challenge_failed') continue;
    if (!done(ticket) || ticket.status === 202) return ticket;
    const address = new URL(ticket.body.buy_url, location.href);
    intent.address = address.pathname + address.search; // always on this host
    intents.keep(intent);
    return null;
  }
}

async function send(intent: Intent): Promise<Answer> {
  // Another tab may have signed out, or in as somebody else.
  if (who() !== intent.who) return { status: 401, body: {}, code: 'unauthorized', wait: 0 };
  if (page.entry !== 'open' && !intent.address) {
    const refused = await ticketFor(intent);
    if (refused) return refused;
  }
  intent.sent = true;
  intents.keep(intent);
  return personal('POST', intent.address || base + '/orders', {
    body: { quantity: intent.quantity },
    key: intent.key,
  });
}

/** Whether the same request may get another answer soon. */
function isUnsettled(answer: Answer): boolean {
  if (answer.code === 'not_started') return starts - now() < 3000;
  return (
    [0, 202, 429].includes(answer.status) ||
    answer.status >= 500 ||
    answer.code === 'in_progress'
  );
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function sendUntilSettled(intent: Intent): Promise<Answer> {
  let renewed = false;
  for (let tries = 1; ; ++tries) {
    const answer = await send(intent);
    if (answer.code === 'ticket_invalid' && !renewed) {
      renewed = true;
      delete intent.address;
      intents.keep(intent);
      continue;
    }
    if (answer.code === 'not_started') await resample(); // our clock was ahead
    if (!isUnsettled(answer) || tries === kTriesMax) return answer;
    tell(note(), 'again', () => ({ n: tries }));
    const early = answer.code === 'not_started' ? Math.max(0, starts - now()) + 50 : 0;
    await pause(early + waitMs(tries, answer.wait, Math.random()));
  }
}

async function buy(): Promise<void> {
  if (working) return; // the second click of a double click
  if (!unanswered() && stage() !== 'open') {
    if (!isTimeKnown()) void resample(); // the device's clock may be behind
    return redraw();
  }
  const name = who();
  if (name === null) {
    const waits = unanswered();
    if (waits) tell(note(), 'kept');
    return askSignIn(buy);
  }
  const intent = intents.open(name, quantity ? Number(quantity.value) : 1);
  intents.keep(intent);
  working = true;
  tell(note(), 'working');
  redraw();
  const answer = await sendUntilSettled(intent);
  working = false;
  settle(intent, answer);
  redraw();
}

function settle(intent: Intent, answer: Answer): void {
  if (answer.status === 401) {
    tell(note(), 'kept');
    askSignIn(buy);
  } else if (answer.code === 'closed') {
    intents.settle(); // nothing was sent
    if (stage() !== 'ended') tell(note(), '');
  } else if (isUnsettled(answer)) {
    if (!intent.sent) intents.settle();
    if (answer.status) tellRefusal(note(), answer.code, answer.wait);
    else tell(note(), 'unsure', undefined, 'bad');
  } else {
    intents.settle();
    if (done(answer)) win(answer.body as unknown as Order);
    else deny(answer, intent.quantity);
  }
}

function deny(answer: Answer, asked: number): void {
  if (answer.code === 'sold_out' && asked > 1) {
    void poll(); // whether some are left
    return tell(note(), 'fewer', undefined, 'bad');
  }
  if (answer.code === 'sold_out') level = 'none';
  if (answer.code === 'ended' || answer.code === 'paused') phase = answer.code;
  tellRefusal(note(), answer.code, answer.wait);
}

/** What was got, over reloads. */
function remember(order: Order | null): void {
  won = order;
  winner = who();
  tab.set(wonPlace, order && JSON.stringify({ who: winner, order }));
}

function win(order: Order): void {
  remember(order);
  tell(note(), '');
  redraw();
  announce('got');
  find('bought-title').focus();
}

/** Asks what became of it meanwhile: it may be paid in another tab, or cancelled. */
function follow(): void {
  const asked = won;
  if (!asked || asked.state !== 'pending') return;
  void personal<Order>('GET', '/v1/orders/' + asked.id).then((answer) => {
    const { state } = answer.body;
    if (won !== asked) return;
    if (done(answer) && state !== 'pending') {
      // That it was not paid in time is said until the next reload.
      remember(state === 'paid' || state === 'expired' ? answer.body : null);
      redraw();
    } else if (wasLate) {
      clearTimeout(asksAgain);
      asksAgain = setTimeout(follow, waitMs(5, answer.wait, Math.random()));
    }
  });
}

/** After a reload, or back from the cashier: what was got is still shown. */
function recall(): void {
  try {
    const kept = JSON.parse(tab.get(wonPlace) || 'null') as { who: string; order: Order } | null;
    if (!kept || kept.who !== who() || kept.order.state !== 'pending') return;
    won = kept.order;
    winner = kept.who;
    follow();
  } catch (e) {
    tab.set(wonPlace, null);
  }
}

find('buy').addEventListener('click', buy);
find('pay').addEventListener('click', () => {
  if (won) void pay(won.id, find('pay-note'));
});
find('ready-button').addEventListener('click', () => askSignIn());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  lastLeft = starts - now();
  redraw();
  follow();
  if (phase !== 'ended') void poll();
});
window.addEventListener('online', () => pollIn(Math.random() * 2000));
startSession(redraw);
if (QUESTIONS) startChallenge();
recall();
startFrame({ draw, untilStart: starts - Date.now() });
if (unanswered()) tell(note(), 'unsure');
setTimeout(() => {
  // The page is painted first.
  void poll();
  tick();
});
