// SPDX-License-Identifier: Apache-2.0
// Frame: what every page does: words, colours, the top line, and two strips: "no connection" and
// "there is a newer page". The second one never reloads by itself: who is buying must not be cut off.
import { watchConnection } from './request';
import { device } from './storage';
import { startClock, watchTime } from './time';
import { watchSession, who } from './token';
import { find, otherLanguage, page, say, translate } from './view';

let draw: () => void = () => {};

export function redraw(): void {
  draw();
}

/** The server names the version of the pages that it has; a tab may be older. */
export function seeVersion(version: unknown): void {
  if (version && version !== page.page) find('old').hidden = false;
}

function drawTop(): void {
  const name = who();
  const link = find('me');
  say(link, name ? '' : 'account');
  if (name) link.textContent = name;
}

const kThemes = ['auto', 'light', 'dark'];

function drawTheme(): void {
  const theme = device.get('sluice.theme') || 'auto';
  document.documentElement.dataset.theme = theme;
  kThemes.forEach((each) => {
    find('theme-' + each).setAttribute('aria-pressed', String(each === theme));
  });
}

export interface Frame {
  draw?: () => void; // called after a change of language, clock or session
  untilStart?: number; // by the device's clock; nothing: no clock is needed
}

export function startFrame(frame: Frame): void {
  draw = () => {
    drawTop();
    if (frame.draw) frame.draw();
  };
  kThemes.forEach((each) => {
    find('theme-' + each).addEventListener('click', () => {
      device.set('sluice.theme', each === 'auto' ? null : each);
      drawTheme();
    });
  });
  find('language').addEventListener('click', () => {
    otherLanguage();
    draw();
  });
  find('reload').addEventListener('click', () => location.reload());
  const showLost = (is: boolean) => {
    find('lost').hidden = !is;
  };
  watchConnection(showLost);
  window.addEventListener('offline', () => showLost(true));
  window.addEventListener('online', () => showLost(false));
  watchTime(seeVersion, () => draw());
  watchSession(draw);
  drawTheme();
  translate();
  draw();
  document.documentElement.classList.add('shown');
  if (frame.untilStart !== undefined) startClock(frame.untilStart);
}
