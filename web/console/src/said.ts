// SPDX-License-Identifier: Apache-2.0
// Said: a sentence of the server in the language of the page. In English it is as the server words
// it, except where that is for programs (plain_english.ts); in Chinese it is what `sentences.ts` has
// for its code, with its values put in. Times are those of the page in both.
import { fill, language, useWords } from './i18n';
import { plainEnglish } from './plain_english';
import { sentences } from './sentences';
import { showTimeAndZone } from './time';
import { common } from './words/common';
import { guard } from './words/guard';

export interface Sentence {
  /** Of src/base/sentences.h. */
  code?: string | undefined;
  values?: Readonly<Record<string, unknown>> | undefined;
  /** In English. */
  detail?: string | undefined;
}

/** The words in the language of the page; undefined if there are none but the server's English. */
export function translated({ code = '', values = {}, detail }: Sentence): string | undefined {
  const words = language.value === 'en' ? plainEnglish : sentences;
  if (!Object.hasOwn(words, code))
    return language.value === 'en' ? withTimes(detail, values) : undefined;
  const shown = Object.entries(values).map(
    ([name, value]) => [name, (name === 'why' && causeIn(values)) || show(name, value)] as const,
  );
  return fill(words[code] ?? '', Object.fromEntries(shown));
}

/** The time in a sentence of the server is in UTC. */
function withTimes(detail: string | undefined, { at }: Readonly<Record<string, unknown>>) {
  return typeof at === 'string' ? detail?.replace(at, show('at', at).toString()) : detail;
}

/** Likewise, but rather in English than not at all. */
export function said(sentence: Sentence): string {
  return translated(sentence) ?? sentence.detail ?? '';
}

/** What another program said is in English; its code, where it has one, says it in our words. */
function causeIn(values: Readonly<Record<string, unknown>>): string | undefined {
  const code = String(values['why_code']);
  return Object.hasOwn(sentences, code) ? sentences[code] : undefined;
}

/** The names of the values say what they are (src/base/sentences.h). */
function show(name: string, value: unknown): string | number {
  if (typeof value === 'number') return value;
  const text = String(value);
  if (name === 'at') return showTimeAndZone(text);
  if (name === 'state' || name === 'role') return nameIn(common, `${name}_${text}`) ?? text;
  if (name === 'switch') return nameIn(guard, `${text}_name`) ?? text;
  return text;
}

function nameIn<En extends object>(area: Parameters<typeof useWords<En>>[0], key: string) {
  return Object.hasOwn(area.en, key) ? useWords(area)(key as keyof En & string) : undefined;
}
