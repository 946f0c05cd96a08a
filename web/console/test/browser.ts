// SPDX-License-Identifier: Apache-2.0
// What the modules under test touch of a browser.
const kept = new Map<string, string>();

Object.assign(globalThis, {
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  },
  document: {
    documentElement: { lang: '' },
    createElement: () => ({}), // Vue makes one
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  },
});
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-GB'] } });
process.env.TZ = 'Asia/Shanghai';
