// SPDX-License-Identifier: Apache-2.0
// Import place: which field of a file with products stands at a line and column, which is how the
// server says where an error is.
import { fieldName } from './field_name';

export interface Place {
  line: number;
  /** In characters, from 1. */
  column: number;
}

/** The index of a character in `text`. */
function indexOf(text: string, place: Place): number {
  let at = 0;
  for (let line = 1; line < place.line; ++line) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  for (let column = 1; column < place.column && at < text.length; ++column)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

/** The name in the header of the column that a character of a CSV file is in. */
function columnAt(text: string, end: number): string | undefined {
  let header: string[] | undefined;
  let row: string[] = [];
  // A field with what ends it; a quote inside quotes is written twice.
  for (const found of text.matchAll(/("(?:[^"]|"")*"?[^,\n]*|[^,\n]*)(,|\r?\n|$)/g)) {
    const [whole, field = '', stop = ''] = found;
    row.push(field.trim().replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'));
    // The character after the last of a field is the separator: it belongs to the field before.
    if (stop === '' || found.index + whole.length > end) return header ? header[row.length - 1] : row.at(-1);
    if (stop === ',') continue;
    const isBlank = row.length === 1 && row[0] === '';
    if (!isBlank) header ??= row;
    row = [];
  }
  return undefined;
}

/** The pointer of the value or key that a character of a JSON file is in. */
function pointerAt(text: string, end: number): string {
  const stack: { isArray: boolean; at: string | number }[] = [];
  for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{},]|[^\s"[\]{},]+/gs)) {
    const [token] = found;
    const top = stack.at(-1);
    if (found.index > end) break;
    if (token.startsWith('"') && top?.at === '') top.at = token.replaceAll('"', '');
    if (found.index === end) break;
    if (token === '[') stack.push({ isArray: true, at: 0 });
    else if (token === '{') stack.push({ isArray: false, at: '' });
    else if (token === ']' || token === '}') stack.pop();
    else if (token === ',' && top) top.at = top.isArray ? Number(top.at) + 1 : '';
  }
  return stack
    .filter(({ at }) => at !== '')
    .map(({ at }) => '/' + String(at))
    .join('');
}

/** Errors of these say something of the whole line or file, not of the field they point at. */
const kWhole = /^(?:file_|csv_(?:too_|column_missing|no_)|import_too_many|json_(?:mal|cut|more|too))/;

/** What the field is called: by the header of the file, or by the form; '' if it is none. */
export function fieldAt(
  text: string,
  kind: 'csv' | 'json',
  error: Place & { code?: string | undefined },
): string {
  if (kWhole.test(error.code ?? '')) return '';
  const at = indexOf(text, error);
  if (kind === 'csv') return columnAt(text, at) ?? '';
  const pointer = pointerAt(text, at);
  return pointer === '' ? '' : fieldName(pointer);
}
