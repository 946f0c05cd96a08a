// SPDX-License-Identifier: Apache-2.0
// Field name: what people call what the server names by pointer: `/items/0/price` is "Item 1, Price".
import { useWords } from './i18n';
import { fields } from './words/fields';

const t = useWords(fields);
const kNumbered = { items: 'itemNumber', skus: 'skuNumber', '': 'productNumber' } as const;
type List = keyof typeof kNumbered;

function nameOf(part: string, list: string): string {
  for (const key of [list + '_' + part, part])
    if (Object.hasOwn(fields.en, key)) return t(key as keyof typeof fields.en);
  return part; // of a newer server
}

/** A JSON pointer into a body, `?limit` of an address, or `header X`. */
export function fieldName(pointer: string): string {
  if (!pointer.startsWith('/')) return nameOf(pointer.replace(/^(?:\?|header )/, ''), '');
  const names: string[] = [];
  let list = '';
  for (const part of pointer.slice(1).split('/')) {
    if (/^\d+$/.test(part) && list in kNumbered) {
      names.splice(-1, list === '' ? 0 : 1, t(kNumbered[list as List], { n: Number(part) + 1 }));
    } else {
      names.push(nameOf(part, list));
      list = part;
    }
  }
  return names.reduce((all, part) => t('within', { all, part }));
}
