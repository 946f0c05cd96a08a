// SPDX-License-Identifier: Apache-2.0
// Dial: the big countdown: a cell each for days, hours, minutes and seconds.
import { partsOf, two } from './countdown';
import { add, say } from './view';
import type { Key } from './words';

const kUnits: Key[] = ['day', 'hour', 'min', 'sec'];

/** `ms` null: there is nothing to count. */
export function drawClock(dial: HTMLElement, ms: number | null): void {
  dial.hidden = ms === null;
  if (ms === null) return;
  if (!dial.children.length) {
    kUnits.forEach((key) => {
      const cell = add(dial, 'span', 'cell');
      add(cell, 'b');
      say(add(cell, 'small'), key);
    });
  }
  partsOf(ms).forEach((part, i) => {
    const cell = dial.children[i] as HTMLElement;
    const number = cell.firstChild as HTMLElement;
    const text = i ? two(part) : String(part);
    if (number.textContent !== text) number.textContent = text;
    if (!i) cell.hidden = !part; // no days
  });
}
