// SPDX-License-Identifier: Apache-2.0
// Version: notices that the program was upgraded under an open tab. Its old scripts may then be
// gone and its forms may send what the new server refuses, so the layout offers to load the page again.
import { ref } from 'vue';

const kEveryMs = 60_000;

export const version = ref('');
export const isOutdated = ref(false);

async function look(): Promise<void> {
  try {
    const answer = await fetch('/version');
    if (!answer.ok) return;
    const found = ((await answer.json()) as { version: string }).version;
    if (version.value !== '' && found !== version.value) isOutdated.value = true;
    else version.value = found;
  } catch {
    // No server is no new version; the live stream says that it is gone.
  }
}

export function watchVersion(): void {
  void look();
  setInterval(() => void look(), kEveryMs);
  addEventListener('focus', () => void look());
  // A part of the program that this tab wants is not there any more.
  addEventListener('vite:preloadError', () => {
    isOutdated.value = true;
  });
}
