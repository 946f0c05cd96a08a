// SPDX-License-Identifier: Apache-2.0
// Activity: says whether it is live, and counts down. Once it has begun, now and then it asks the
// server whether that is still so: a tab may stay open over an early end.
import { waitMs } from './backoff';
import { nextDrawMs } from './countdown';
import { drawClock } from './dial';
import { seeVersion, startFrame } from './frame';
import { done, request } from './request';
import { isPreview, now } from './time';
import { announce, find, page, say, translate } from './view';

const kEveryMs = 25_000; // and up to half as much again
const kFailedMax = 3; // times that the wait doubles: to some four minutes

/** The first of its items: its state tells an early end at once, also one before the start. */
const first = document.querySelector<HTMLAnchorElement>('.cards a');

let starts = page.starts || 0;
let ends = page.ends || 0;
let drawn = '';

function draw(): void {
  const at = now();
  // One that was ended before its start is over and not coming up.
  const phase = at >= ends ? 'past' : at < starts ? 'soon' : 'live';
  say(find('phase'), phase);
  find('phase').className = 'badge ' + phase;
  say(find('counts'), phase === 'soon' ? 'counts_start' : phase === 'live' ? 'counts_end' : '');
  drawClock(find('clock'), phase === 'past' ? null : (phase === 'soon' ? starts : ends) - at);
  if (drawn && drawn !== phase) announce(phase);
  drawn = phase;
}

function tick(): void {
  if (!document.hidden) draw();
  const at = now();
  setTimeout(tick, nextDrawMs(at, at < starts ? starts : ends));
}

/** The window that the server tells, also where the page writes it. */
function takeWindow(from: number, to: number): void {
  if (from === starts && to === ends) return; // translating says all words again
  starts = from;
  ends = to;
  document.querySelectorAll<HTMLTimeElement>('.when time').forEach((time, i) => {
    time.dateTime = new Date(i ? ends : starts).toISOString();
  });
  translate();
}

interface State {
  phase: string;
  next_poll_ms: number;
  starts_at_ms: number;
  ends_at_ms: number;
  page: string;
}

let asking = 0;
let failed = 0;

function askIn(ms: number): void {
  clearTimeout(asking);
  asking = setTimeout(() => void ask(), ms);
}

/** Asks from the start to the end, while somebody looks; by chance, so that a crowd spreads. */
async function ask(): Promise<void> {
  const toStart = starts - now();
  if (isPreview || !first || document.hidden || now() >= ends) return; // who comes back asks again
  // In steps: the clock may be set right meanwhile.
  if (toStart > 0) return askIn(toStart > 5000 ? 5000 : toStart + Math.random() * kEveryMs);
  const answer = await request<State>('GET', '/v1' + first.pathname + '/state');
  const { body } = answer;
  let told = answer.wait;
  failed = done(answer) ? 0 : Math.min(failed + 1, kFailedMax);
  if (!failed) {
    takeWindow(Number(body.starts_at_ms) || starts, Number(body.ends_at_ms) || ends);
    seeVersion(body.page);
    told = Number(body.next_poll_ms);
  }
  if (body.phase === 'ended' || answer.code === 'not_found') ends = 0;
  draw();
  askIn(waitMs(1, Math.max(told || 0, kEveryMs * Math.pow(2, failed)), Math.random()));
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  draw();
  askIn(Math.random() * 1000);
});
window.addEventListener('online', () => askIn(Math.random() * 2000));
startFrame({ draw, untilStart: starts - Date.now() });
tick();
askIn(Math.random() * kEveryMs);
