// SPDX-License-Identifier: Apache-2.0
// Storage that may be forbidden: then things are remembered as long as the page lives.

export interface Store {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

export function storeOver(open: () => Storage): Store {
  const own: Record<string, string | null> = {}; // what the storage did not take
  return {
    get(key) {
      if (key in own) return own[key] as string | null;
      try {
        return open().getItem(key);
      } catch (e) {
        return null;
      }
    },
    set(key, value) {
      try {
        if (value === null) open().removeItem(key);
        else open().setItem(key, value);
        delete own[key]; // other tabs may change it from now on
      } catch (e) {
        own[key] = value;
      }
    },
  };
}

/** This tab; and all tabs of this browser. */
export const tab = storeOver(() => window.sessionStorage);
export const device = storeOver(() => window.localStorage);
