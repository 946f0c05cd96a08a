// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const kFile = 'http://127.0.0.1:9090/admin/assets/Orders-Bq3x.js';
const lost = { payload: new TypeError('Failed to fetch dynamically imported module: ' + kFile) };

class Style {
  cloneNode() {
    return 'again';
  }
  replaceWith(link: string) {
    replaced.push(link);
  }
}

/** What each path answers; a path without one is not reached. */
let answers: Record<string, Response>;
let replaced: string[];
let listeners: Record<string, (event: unknown) => void>;

function versionIs(version: string): Response {
  return Response.json({ name: 'sluice', version });
}

async function openTab() {
  vi.resetModules();
  const tab = await import('@/version');
  tab.watchVersion();
  await vi.waitFor(() => expect(tab.version.value).toBe('1.0.0'));
  return tab;
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = { '/version': versionIs('1.0.0') };
  listeners = {};
  replaced = [];
  vi.stubGlobal('addEventListener', (name: string, run: (event: unknown) => void) => {
    listeners[name] = run;
  });
  vi.stubGlobal('HTMLLinkElement', Style);
  vi.stubGlobal('fetch', (path: string) => {
    const answer = answers[path];
    return answer ? Promise.resolve(answer.clone()) : Promise.reject(new TypeError('no server'));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a server that is down is not called an upgrade, and forgotten when it is back', async () => {
  const tab = await openTab();
  answers = {};
  listeners.error?.({ target: new Style() });
  listeners['vite:preloadError']?.(lost);
  await vi.waitFor(() => expect(tab.isUnreachable.value).toBe(true));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tab.isUnreachable.value).toBe(true);
  answers = { '/version': versionIs('1.0.0') };
  await vi.advanceTimersByTimeAsync(2000);
  expect(tab.isUnreachable.value).toBe(false);
  expect(tab.isOutdated.value).toBe(false);
  expect(replaced, 'styles that did not come').toEqual(['again']);
});

test('a proxy that answers for a server that is down is no upgrade either', async () => {
  const tab = await openTab();
  answers = {
    '/version': new Response('', { status: 502 }),
    [kFile]: new Response('', { status: 502 }),
  };
  listeners['vite:preloadError']?.(lost);
  await vi.waitFor(() => expect(tab.isUnreachable.value).toBe(true));
  expect(tab.isOutdated.value).toBe(false);
});

test('a server of another version is an upgrade', async () => {
  const tab = await openTab();
  answers = { '/version': versionIs('1.0.1') };
  listeners['vite:preloadError']?.(lost);
  await vi.waitFor(() => expect(tab.isOutdated.value).toBe(true));
  expect(tab.isUnreachable.value).toBe(false);
});

test('a file that the same version has no more is an upgrade', async () => {
  const tab = await openTab();
  answers[kFile] = new Response('', { status: 404 });
  listeners['vite:preloadError']?.(lost);
  await vi.waitFor(() => expect(tab.isOutdated.value).toBe(true));
  expect(tab.isUnreachable.value).toBe(false);
});

test('a file that is there after all is no upgrade', async () => {
  const tab = await openTab();
  answers[kFile] = new Response('');
  listeners['vite:preloadError']?.(lost);
  await vi.waitFor(() => expect(tab.isUnreachable.value).toBe(true));
  await vi.advanceTimersByTimeAsync(2000);
  expect(tab.isUnreachable.value).toBe(false);
  expect(tab.isOutdated.value).toBe(false);
});
