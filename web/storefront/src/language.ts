// SPDX-License-Identifier: Apache-2.0
// Language: which one a reader reads, and values in a text.

export type Language = 'zh' | 'en';

/** The language of a reader who has not chosen one. */
export function languageFor(chosen: string | null, browser: string): Language {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return /^zh/i.test(browser) ? 'zh' : 'en';
}

/** The text with `{name}` replaced by the value of that name. */
export function fill(text: string, values?: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) =>
    values && name in values ? String(values[name]) : all,
  );
}
