// SPDX-License-Identifier: Apache-2.0
// Home: puts the activities under now, soon and past, by the server's clock.
import { partsOf, shortText } from './countdown';
import { startFrame } from './frame';
import { now } from './time';
import { find, say } from './view';

const kPhases = ['live', 'soon', 'past'] as const;
const cards = Array.from(document.querySelectorAll<HTMLElement>('li[data-starts]'));
const startOf = (card: HTMLElement): number => Number(card.dataset.starts);
const endOf = (card: HTMLElement): number => Number(card.dataset.ends);

function draw(): void {
  const at = now();
  cards.forEach((card) => {
    const phase = at >= endOf(card) ? 'past' : at >= startOf(card) ? 'live' : 'soon';
    const list = find(phase);
    if (card.parentNode !== list) {
      list.appendChild(card);
      card.dataset.phase = phase;
    }
    const moment = phase === 'soon' ? startOf(card) : endOf(card);
    const clock = card.querySelector<HTMLElement>('.in');
    const key = card.querySelector<HTMLElement>('.in-key');
    if (!clock || !key) return;
    const isNear = phase !== 'past' && partsOf(moment - at)[0] === 0;
    clock.textContent = isNear ? shortText(moment - at) : '';
    say(key, isNear ? (phase === 'soon' ? 'counts_start' : 'counts_end') : '');
  });
  kPhases.forEach((phase) => {
    find(phase + '-part').hidden = !find(phase).children.length;
  });
  find('all').hidden = true;
  find('empty').hidden = cards.length > 0;
}

const next = cards.map(startOf).filter((ms) => ms > Date.now());
startFrame({ draw, untilStart: next.length ? Math.min(...next) - Date.now() : 0 });
setInterval(() => {
  if (!document.hidden) draw();
}, 1000);
