// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

test('dark is the same whether the device or the reader asks for it', () => {
  const file = join(process.env.SLUICE_WEB as string, 'storefront/src/base.css');
  const css = readFileSync(file, 'utf8').replace(/\s+/g, ' ');
  const rules = [...css.matchAll(/\{ (color-scheme: dark;[^}]*)\}/g)].map((match) => match[1]);
  assert.equal(rules.length, 2);
  assert.equal(rules[0], rules[1]);
});
