// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterEach, expect, test } from 'vitest';

import { fieldName } from '@/field_name';
import { setLanguage } from '@/i18n';

afterEach(() => setLanguage('en'));

test.each([
  ['/items/0/price', 'Item 1, Price', '商品 1，活动价'],
  ['/items/11/title', 'Item 12, Title for customers', '商品 12，展示标题'],
  ['/items/0/price/amount', 'Item 1, Price, Amount', '商品 1，活动价，金额'],
  ['/items', 'Items', '活动商品'],
  ['/items/2', 'Item 3', '商品 3'],
  ['/title', 'Title', '标题'],
  ['/skus/1/code', 'SKU 2, SKU code', 'SKU 2，SKU 编码'],
  ['/0/skus/1/title', 'Product 1, SKU 2, SKU title', '商品 1，SKU 2，SKU 标题'],
  ['?limit', 'How many', '条数'],
  ['header If-Match', 'If-Match', 'If-Match'],
  ['/of_a_newer_server', 'of_a_newer_server', 'of_a_newer_server'],
  ['/constructor', 'constructor', 'constructor'],
])('%s is called %j, and %j in Chinese', (pointer, en, zh) => {
  expect(fieldName(pointer)).toBe(en);
  setLanguage('zh-CN');
  expect(fieldName(pointer)).toBe(zh);
});

/** The fields of a schema of openapi.yaml. */
function fieldsOf(schema: string): string[] {
  const path = fileURLToPath(new URL('../../../docs/api/openapi.yaml', import.meta.url));
  const text = readFileSync(path, 'utf8');
  const body = new RegExp(`^    ${schema}:\\n((?:^ {5,}.*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return [...body.matchAll(/^ {8}(\w+):/gm)].map((found) => found[1]!);
}

test.each([
  ['ActivityDraft', '/'],
  ['ItemDraft', '/items/0/'],
  ['ProductDraft', '/'],
  ['NewStockChange', '/'],
  ['NewRiskEntry', '/'],
])('every field of a %s has a name', (schema, at) => {
  const names = fieldsOf(schema);
  expect(names).not.toEqual([]);
  for (const field of names) expect(fieldName(at + field), field).not.toMatch(field);
});
