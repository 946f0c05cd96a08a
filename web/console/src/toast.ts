// SPDX-License-Identifier: Apache-2.0
// Toast: a short line that says what was done. Read aloud politely; gone after some seconds.
// Errors do not belong here: they stay where they happened (components/ProblemAlert.vue).
import { shallowReactive } from 'vue';

export interface Toast {
  id: number;
  text: string;
}

const kShownMs = 6000;
let last = 0;

export const toasts = shallowReactive<Toast[]>([]);

export function say(text: string): void {
  const id = ++last;
  toasts.push({ id, text });
  setTimeout(() => dismiss(id), kShownMs);
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((toast) => toast.id === id);
  if (index >= 0) toasts.splice(index, 1);
}
