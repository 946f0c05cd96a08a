// SPDX-License-Identifier: Apache-2.0
// Boot: runs in the head, before anything is painted: the chosen colours, and `js`, which hides the
// wordless page until the words are in it, so that nothing moves under the reader's eyes.
const root = document.documentElement;
root.className = 'js';
setTimeout(() => root.classList.add('shown'), 1000); // whatever happens, show the page
try {
  root.dataset.theme = localStorage.getItem('sluice.theme') || 'auto';
} catch (e) {
  // Storage is forbidden: as the device says.
}
