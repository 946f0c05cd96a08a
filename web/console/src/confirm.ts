// SPDX-License-Identifier: Apache-2.0
// Confirm: what the dialog asks that comes before a deed (components/ConfirmDialog.vue, one in the
// layout). The red buttons of a sale come here by red/press.ts, which asks the same of all.
//
//   await confirm({
//     title: t('refundTitle', { id }), message: t('refundMeans', { amount }), button: t('refund'),
//     run: (reason) => api.post('/admin/v1/orders/{id}/refund', { path: { id }, body: { reason } }),
//   });
//
// `run` is called inside the dialog: what the server refuses is shown there, and what was typed
// stays. Resolves to true when it was done, to false when the person turned back.
import { type FunctionalComponent, shallowReactive, shallowRef } from 'vue';
import type { RouteLocationRaw } from 'vue-router';

import type { Problem } from './problem';

export interface Question {
  title: string;
  /** What will happen, in a sentence. */
  message: string;
  /** Further fields, over state of the caller; it gets the problem to show beside them. */
  extra?: FunctionalComponent<{ problem?: Problem }>;
  /** The JSON pointers that `extra` shows problems of. */
  extraFields?: readonly string[];
  /** Where it can be mended, if something is wrong that no field here is about. */
  mend?: { to: RouteLocationRaw; text: string } | undefined;
  /** Must be typed before the button works: for what cannot be undone. */
  typed?: string;
  /** A reason for the audit log. Default: required. */
  reason?: 'required' | 'optional' | 'none';
  /** The word on the button; say what it does, not "OK". */
  button: string;
  /** Default: danger. */
  tone?: 'danger' | 'primary';
  run: (reason: string) => Promise<unknown>;
}

export interface Asked extends Question {
  done: (did: boolean) => void;
}

/** What the dialog shows; the layout renders it. */
export const asked = shallowRef<Asked>();

export function confirm(question: Question): Promise<boolean> {
  asked.value?.done(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      done: (did) => {
        asked.value = undefined;
        resolve(did);
      },
    };
  });
}

/** The code that a red route wants. The confirm dialog shows the field if it is open, else
 * it opens for the code alone. */
export const code = shallowReactive<{ wanted: ((given: boolean) => void) | undefined }>({
  wanted: undefined,
});

/** Resolves to true when the server has accepted a code, to false when the person turned back. */
export function askForCode(): Promise<boolean> {
  code.wanted?.(false);
  return new Promise((resolve) => {
    code.wanted = (given) => {
      code.wanted = undefined;
      resolve(given);
    };
  });
}
