// SPDX-License-Identifier: Apache-2.0
// Account: create one, sign in and out, and the settings that the foot of every page has too.
import { startFrame } from './frame';
import { startSession } from './session';
import { leave, until, who } from './token';
import { announce, find, say, timeText } from './view';

function draw(): void {
  const name = who();
  find('in').hidden = name === null;
  find('sign-part').hidden = name !== null;
  if (name === null) return;
  say(find('who'), 'signed_in_as', () => ({ name }));
  const at = until();
  say(find('lasts'), at ? 'until' : '', () => ({ time: timeText(at) }));
}

find('leave').addEventListener('click', () => {
  leave();
  find('sign-name').focus();
});
startSession(() => {
  announce('signed_in');
  find('leave').focus();
});
startFrame({ draw });
