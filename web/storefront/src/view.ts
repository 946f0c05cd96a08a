// SPDX-License-Identifier: Apache-2.0
// View: finding the parts of the page and putting words into them, in the reader's language. Text
// goes in by textContent only: nothing here can make markup out of what people or servers wrote.
import { fill, type Language, languageFor, wordOf } from './language';
import { momentText } from './moment';
import { type Money, moneyText, plainText } from './money';
import { device } from './storage';
import type { Key } from './words';

/** What C++ wrote into the page: see src/page. */
export interface PageData {
  page: string; // version of the scripts
  id?: string;
  entry?: 'open' | 'ticket' | 'challenge';
  digits?: number; // of the currency, behind the point
  starts?: number;
  ends?: number;
  now?: number; // a preview: the time that somebody chose
}

/** A part that every page of this kind has; src/page/page_test.cc looks for each of them. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export const page = JSON.parse(find('data').textContent || '{}') as PageData;

/** Put in by the build: the words of this page: their keys, and the texts in the same order. */
declare const WORDS: Record<'keys' | Language, string>;

const keys = WORDS.keys.split('|');

/** True if there is a word for it: what comes from the server may be newer than this page. */
export function isKey(key: string): key is Key {
  return keys.includes(key);
}

let language: Language = languageFor(device.get('sluice.language'), navigator.language || '');
let texts = WORDS[language].split('|');
export const locale = (): string => (language === 'zh' ? 'zh-CN' : 'en');
function text(key: Key, values?: Record<string, unknown>): string {
  return fill(texts[keys.indexOf(key)] || key, values);
}

type Values = () => Record<string, unknown>;
const meant = new WeakMap<HTMLElement, Values>();

/** Says a word in an element, and again when the language changes. '' empties it. */
export function say(element: HTMLElement, key: Key | '', values?: Values): void {
  if (values) meant.set(element, values);
  else meant.delete(element);
  const said = key ? text(key, values && values()) : '';
  // Equal text is left alone: a screen reader would read it again.
  if (element.dataset.t !== key) element.dataset.t = key;
  if (element.textContent !== said) element.textContent = said;
}

/** The word for a code of the server, and what it needs. */
export function refusal(code: string, wait = 0): [Key, Values?] {
  if (code === 'too_fast' && wait > 2000) {
    return ['e_too_fast_in', () => ({ n: Math.ceil(wait / 1000) })];
  }
  const key = wordOf(code);
  return isKey(key) ? [key] : ['e_other', () => ({ code })];
}

export const timeText = (ms: number, before?: number): string => momentText(ms, locale(), before);
export const sum = (money: Money, digits: number): string =>
  moneyText(plainText(money, digits), locale());

function each(selector: string, act: (element: HTMLElement) => void): void {
  Array.from(document.querySelectorAll<HTMLElement>(selector)).forEach(act);
}

export function translate(): void {
  document.documentElement.lang = locale();
  each('[data-t]', (e) => {
    const key = e.dataset.t || '';
    const values = meant.get(e);
    if (key && isKey(key)) e.textContent = text(key, values ? values() : e.dataset);
  });
  each('[data-label]', (e) => e.setAttribute('aria-label', text(e.dataset.label as Key)));
  const timeOf = (e: Element | null) => Date.parse((e && (e as HTMLTimeElement).dateTime) || '');
  each('time', (e) => {
    e.textContent = timeText(timeOf(e), timeOf(e.previousElementSibling));
  });
  each('[data-money]', (e) => {
    e.textContent = moneyText(e.dataset.money || '', locale());
  });
}

export function otherLanguage(): void {
  language = language === 'zh' ? 'en' : 'zh';
  texts = WORDS[language].split('|');
  device.set('sluice.language', language);
  translate();
}

/** Said by a screen reader when it has time; the one live region of the page. */
export function announce(key: Key, values?: Values): void {
  say(find('live-region'), '');
  say(find('live-region'), key, values);
}

/** A line about what happened: seen in `note`, and heard. */
export function tell(
  note: HTMLElement,
  key: Key | '',
  values?: Values,
  kind: '' | 'good' | 'bad' = '',
): void {
  note.className = 'note ' + kind;
  say(note, key, values);
  if (key) announce(key, values);
}

export function tellRefusal(note: HTMLElement, code: string, wait = 0): void {
  const [key, values] = refusal(code, wait);
  tell(note, key, values, 'bad');
}

export function openDialog(dialog: HTMLElement): void {
  const real = dialog as HTMLDialogElement;
  if (!real.showModal) dialog.setAttribute('open', ''); // an old web view
  else if (!real.open) real.showModal();
}

export function closeDialog(dialog: HTMLElement): void {
  const real = dialog as HTMLDialogElement;
  if (real.close) real.close();
  else dialog.removeAttribute('open');
}

export function add<K extends keyof HTMLElementTagNameMap>(
  parent: HTMLElement,
  kind: K,
  className = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(kind);
  if (className) element.className = className;
  parent.appendChild(element);
  return element;
}
