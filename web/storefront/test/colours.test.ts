// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = process.env.SLUICE_WEB as string;
const css = readFileSync(join(root, 'storefront/src/base.css'), 'utf8').replace(/\s+/g, ' ');

test('every colour has one for light and one for dark', () => {
  const rule = /:root \{ --light: initial; --dark: ; ([^}]*)\}/.exec(css)?.[1] ?? '';
  const colours = rule.split(';').filter((line) => line.trim() !== '');
  assert.ok(colours.length > 10);
  for (const colour of colours) assert.match(colour, /: var\(--light, .+\) var\(--dark, .+\)$/);
});

test('the device and the reader turn the same two values', () => {
  assert.equal(css.match(/\{ --light: ; --dark: initial; \}/g)?.length, 2);
});
