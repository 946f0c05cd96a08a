// SPDX-License-Identifier: Apache-2.0
// Later: stands in for every page while the server cannot be reached, wherever it was asked for.
// It asks after the page that was wanted, each time a little later and never with the others at
// once, and goes there when it answers. A page that cannot come is not loaded, so none is lost.
import { startFrame } from './frame';
import { find, say } from './view';

const kFirstMs = 8_000;
const kMostMs = 120_000;

let waits = kFirstMs;

async function look(): Promise<void> {
  const wanted = location.pathname === '/later' ? '/' : location.href;
  try {
    const answer = await fetch(wanted, { method: 'HEAD', cache: 'no-store', credentials: 'omit' });
    if (answer.status < 500) {
      if (wanted === '/') location.replace(wanted);
      else location.reload();
      return;
    }
  } catch (e) {
    // Still away.
  }
  waits = Math.min(kMostMs, waits * 1.6);
  plan();
}

function plan(): void {
  setTimeout(() => {
    if (document.hidden) plan();
    else void look();
  }, waits * (0.5 + Math.random()));
}

startFrame({});
find('try').addEventListener('click', () => {
  const button = find<HTMLButtonElement>('try');
  button.disabled = true;
  say(button, 'working');
  setTimeout(() => {
    button.disabled = false;
    say(button, 'try_now');
    void look();
  }, 300 + Math.random() * 1200);
});
plan();
