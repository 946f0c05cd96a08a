// SPDX-License-Identifier: Apache-2.0
// Storage that may be forbidden: then things are remembered as long as the page lives.

export interface Store {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

export function storeOver(open: () => Storage): Store {
  const own: Record<string, string | null> = {};
  return {
    get(key) {
      if (key in own) return own[key] ?? null;
      try {
        return open().getItem(key);
      } catch (e) {
        return null;
      }
    },
    set(key, value) {
      own[key] = value;
      try {
        if (value === null) open().removeItem(key);
        else open().setItem(key, value);
      } catch (e) {
        // Full or forbidden: `own` has it.
      }
    },
  };
}

/** This tab; and this device. */
export const tab = storeOver(() => window.sessionStorage);
export const device = storeOver(() => window.localStorage);
