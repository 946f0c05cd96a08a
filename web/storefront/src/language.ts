// SPDX-License-Identifier: Apache-2.0
// Language: which one a reader reads, which word stands for a code, and values in a text.

export type Language = 'zh' | 'en';

/** The language of a reader who has not chosen one. */
export function languageFor(chosen: string | null, browser: string): Language {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return browser.slice(0, 2).toLowerCase() === 'zh' ? 'zh' : 'en';
}

/** The key of what is said of a refusal. What only an old page asks has one word for all codes. */
export function wordOf(code: string): string {
  return /^(met|uns|not_im)/.test(code) ? 'e_stale' : 'e_' + code;
}

/** The text with `{name}` replaced by the value of that name. */
export function fill(text: string, values?: Record<string, unknown>): string {
  if (!text.includes('{')) return text;
  return text.replace(/\{(\w+)\}/g, (all, name: string) =>
    values && name in values ? String(values[name]) : all,
  );
}
