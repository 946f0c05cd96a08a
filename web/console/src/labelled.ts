// SPDX-License-Identifier: Apache-2.0
// Labelled: a name, the colon of the language, and what it names: "Released: 3", 已释放：3. Alone the
// name keeps its colon, for what follows it in other markup.
import { number, useWords } from '@/i18n';
import { common } from '@/words/common';

const t = useWords(common);

export function labelled(name: string, value: string | number = ''): string {
  return name + t('colon') + (typeof value === 'number' ? number(value) : value);
}

/** One after the other, with the comma of the language. */
export function listed(values: readonly string[]): string {
  return values.join(t('comma'));
}
