// SPDX-License-Identifier: Apache-2.0
// The two languages. Texts live in `words/<area>.ts`, English and Chinese beside each other; the
// type of `zh` is the keys of `en`, so a missing text fails the type check. An area travels with
// the views that use it.
import { computed, ref, watch } from 'vue';

export type Language = 'en' | 'zh-CN';
export type Words<En> = { readonly [Key in keyof En]: string };
export type Area<En> = { en: En; zh: Words<En> };
export type Values = Readonly<Record<string, string | number>>;

const kStored = 'sluice.language';

function firstLanguage(): Language {
  const stored = localStorage.getItem(kStored);
  if (stored === 'en' || stored === 'zh-CN') return stored;
  return navigator.languages.some((language) => language.toLowerCase().startsWith('zh'))
    ? 'zh-CN'
    : 'en';
}

export const language = ref<Language>(firstLanguage());

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(kStored, next);
}

watch(
  language,
  (now) => {
    document.documentElement.lang = now;
  },
  { immediate: true },
);

/**
 * Fills `{name}` in a text. A text with ` | ` has two forms, one for `{n}` = 1 and one for others:
 * `"{n} unit | {n} units"`.
 */
export function fill(text: string, values: Values = {}): string {
  const forms = text.split(' | ');
  const form = forms.length === 2 && values.n !== 1 ? forms[1] : forms[0];
  return (form ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** The texts of an area: `const t = useWords(orders)`, then `t('title')` in the template. */
export function useWords<En extends object>(area: Area<En>) {
  return (key: keyof En & string, values?: Values): string =>
    fill(String((language.value === 'en' ? area.en : area.zh)[key]), values);
}

// Made once: making one takes longer than a page of numbers.
const numbers = computed(() => new Intl.NumberFormat(language.value));
const shares = computed(
  () => new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 1 }),
);

export function number(value: number): string {
  return numbers.value.format(value);
}

/** Of nothing there is no share, not even one of 0 %. */
export function percent(part: number, whole: number): string {
  return whole <= 0 ? '–' : shares.value.format(part / whole);
}
