// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { matchingFirst } from '../src/sku_search';

const sku = (code: string, title: string) => ({ id: code, code, title });
const products = [
  { title: 'Phone', skus: [sku('P-1', 'Blue'), sku('P-2', 'Red')] },
  { title: 'Case', skus: [sku('C-RED', 'Of leather'), sku('C-2', 'Green')] },
];
const codes = (search: string) => matchingFirst(products, search).map((one) => one.code);

test('the SKUs that match come first, the others of their products after them', () => {
  expect(codes(' red ')).toEqual(['P-2', 'C-RED', 'P-1', 'C-2']);
});

test('without a match of their own they stay in the order of the list', () => {
  expect(codes('')).toEqual(['P-1', 'P-2', 'C-RED', 'C-2']);
  expect(codes('phone')).toEqual(['P-1', 'P-2', 'C-RED', 'C-2']);
});
