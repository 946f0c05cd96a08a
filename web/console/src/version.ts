// SPDX-License-Identifier: Apache-2.0
// Version: notices that the program was upgraded under an open tab. Its old scripts may then be
// gone and its forms may send what the new server refuses, so the layout offers to load the page again.
import { ref } from 'vue';

const kEveryMs = 60_000;
/** While somebody reads that the server does not answer. */
const kRetryMs = 2000;

export const version = ref('');
export const isOutdated = ref(false);
/** The server did not answer, or a part of the program did not come; until it answers again. */
export const isUnreachable = ref(false);

const missingStyles = new Set<HTMLLinkElement>();

/** Vite asks for a style only once, also if it did not come. */
function askForStylesAgain(): void {
  for (const link of missingStyles) link.replaceWith(link.cloneNode());
  missingStyles.clear();
}

/** Whether the server answers. */
async function look(): Promise<boolean> {
  try {
    const answer = await fetch('/version');
    if (!answer.ok) return false;
    const found = ((await answer.json()) as { version: string }).version;
    if (version.value !== '' && found !== version.value) isOutdated.value = true;
    else version.value = found;
    if (isUnreachable.value) askForStylesAgain();
    isUnreachable.value = false;
    return true;
  } catch {
    return false; // no server is no new version; the live stream says that it is gone
  }
}

/** Another build of the same version has other files. */
async function isGone(file: string): Promise<boolean> {
  try {
    return (await fetch(file, { method: 'HEAD' })).status === 404;
  } catch {
    return false;
  }
}

function lookUntilAnswered(): void {
  setTimeout(() => {
    void look().then((answers) => {
      if (!answers) lookUntilAnswered();
    });
  }, kRetryMs);
}

/** An upgrade takes files away, but a server that is down or a cut line looks the same at first. */
async function explain(error: Error): Promise<void> {
  const answers = await look();
  if (isOutdated.value) return;
  // The browsers that name the file do so in the message alone.
  const file = /\S*\/assets\/[\w.-]+/.exec(error.message)?.[0];
  if (answers && file !== undefined && (await isGone(file))) isOutdated.value = true;
  else notReached();
}

function notReached(): void {
  if (isUnreachable.value) return;
  isUnreachable.value = true;
  lookUntilAnswered();
}

/** For a page that asks for nothing else. */
export async function askServer(): Promise<void> {
  if (!(await look())) notReached();
}

export function watchVersion(): void {
  void look();
  setInterval(() => void look(), kEveryMs);
  addEventListener('focus', () => void look());
  // Such an error does not bubble; it is seen on its way down.
  addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLLinkElement) missingStyles.add(target);
    },
    true,
  );
  // A part of the program that this tab wants did not come.
  addEventListener('vite:preloadError', (event) => void explain(event.payload));
}
