// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { fieldAt } from '@/import_place';

const csv = [
  '',
  'product_code,"product_title",sku_code,sku_title',
  'P-1,"Mug, large',
  'and ""blue""",M-1,Mug 😀,',
  'P-2,Pot,P 2,Pot',
  'P-3,Pan,,',
].join('\r\n');

test.each([
  [3, 1, 'product_code'],
  [3, 5, 'product_title'],
  [4, 15, 'sku_code'],
  [4, 19, 'sku_title'],
  [5, 9, 'sku_code'],
  [6, 9, 'sku_code'],
  [6, 10, 'sku_title'],
  [2, 14, 'product_title'],
  [4, 25, ''], // one field too many
])('at line %i, character %i of a CSV file is %s', (line, column, name) => {
  expect(fieldAt(csv, 'csv', { line, column, code: 'code_empty' })).toBe(name);
});

test('what is wrong with a whole line or file is not said of its first field', () => {
  for (const code of ['csv_too_narrow', 'csv_column_missing', 'file_empty', 'import_too_many_skus'])
    expect(fieldAt(csv, 'csv', { line: 3, column: 1, code }), code).toBe('');
});

const json = `[
  {"code": "P-1", "title": "Mug", "skus": [{"code": "M-1", "title": "😀"}]},
  {"code": "P 2", "title": "a \\" b", "skus": [
    {"code": "P-2"},
    {"code": "P-3", "titel": 5}
  ]}
]`;

test.each([
  [2, 12, 'Product 1, Code'],
  [3, 3, 'Product 2'],
  [3, 12, 'Product 2, Code'],
  [4, 5, 'Product 2, SKU 1'],
  [4, 14, 'Product 2, SKU 1, SKU code'],
  [5, 21, 'Product 2, SKU 2, titel'],
  [5, 30, 'Product 2, SKU 2, titel'],
  [1, 1, ''],
])('at line %i, character %i of a JSON file is %j', (line, column, name) => {
  expect(fieldAt(json, 'json', { line, column, code: 'code_empty' })).toBe(name);
});
