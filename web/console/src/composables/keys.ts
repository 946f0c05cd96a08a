// SPDX-License-Identifier: Apache-2.0
// Keys: single letters, only while nobody types and no dialog is open.
import { onMounted, onUnmounted } from 'vue';

const kChordMs = 1500;

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing ||
    target?.isContentEditable === true ||
    /^(?:INPUT|TEXTAREA|SELECT)$/.test(target?.tagName ?? '') ||
    document.querySelector('dialog[open]') !== null
  );
}

/** `on` gets '/', 'g a' … and says whether it knew it. */
export function useKeys(on: (keys: string) => boolean): void {
  let first = '';
  let firstAt = 0;

  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || isTyping(event)) return;
    const chord = first !== '' && event.timeStamp - firstAt < kChordMs;
    const keys = chord ? first + ' ' + event.key : event.key;
    first = '';
    if (on(keys)) {
      event.preventDefault();
      return;
    }
    if (!chord && event.key === 'g') {
      first = 'g';
      firstAt = event.timeStamp;
    }
  }

  onMounted(() => document.addEventListener('keydown', press));
  onUnmounted(() => document.removeEventListener('keydown', press));
}
