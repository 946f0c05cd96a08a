// SPDX-License-Identifier: Apache-2.0
// Dial: the big countdown: a cell each for days, hours, minutes and seconds.
import { partsOf, two } from './countdown';
import { add, say } from './view';
import type { Key } from './words';

const kUnits: [Key, 'days' | 'hours' | 'minutes' | 'seconds'][] = [
  ['day', 'days'],
  ['hour', 'hours'],
  ['min', 'minutes'],
  ['sec', 'seconds'],
];

/** `ms` null: there is nothing to count. */
export function drawClock(dial: HTMLElement, ms: number | null): void {
  dial.hidden = ms === null;
  if (ms === null) return;
  if (!dial.children.length) {
    kUnits.forEach(([key]) => {
      const cell = add(dial, 'span', 'cell');
      add(cell, 'b');
      say(add(cell, 'small'), key);
    });
  }
  const parts = partsOf(ms);
  kUnits.forEach(([, unit], i) => {
    const cell = dial.children[i] as HTMLElement;
    const number = cell.firstChild as HTMLElement;
    const text = unit === 'days' ? String(parts.days) : two(parts[unit]);
    if (number.textContent !== text) number.textContent = text;
    if (unit === 'days') cell.hidden = parts.days === 0;
  });
}
