// SPDX-License-Identifier: Apache-2.0
// Activity: says whether it is live, and counts down.
import { nextDrawMs } from './countdown';
import { drawClock } from './dial';
import { startFrame } from './frame';
import { now } from './time';
import { find, page, say } from './view';

const starts = page.starts || 0;
const ends = page.ends || 0;

function draw(): void {
  const at = now();
  const phase = at < starts ? 'soon' : at < ends ? 'live' : 'past';
  say(find('phase'), phase);
  find('phase').className = 'badge ' + phase;
  say(find('counts'), phase === 'soon' ? 'counts_start' : phase === 'live' ? 'counts_end' : '');
  drawClock(find('clock'), phase === 'past' ? null : (phase === 'soon' ? starts : ends) - at);
}

function tick(): void {
  if (!document.hidden) draw();
  const at = now();
  setTimeout(tick, nextDrawMs(at, at < starts ? starts : ends));
}

startFrame({ draw, untilStart: starts - Date.now() });
tick();
