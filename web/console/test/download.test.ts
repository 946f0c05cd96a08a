// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { csv, fileStamp } from '../src/download';
import { makePassword } from '../src/password';

test('a field with a comma, a quote or a new line is quoted', () => {
  expect(csv([['a', 'b,c', 'd"e', 'f\ng']])).toBe('a,"b,c","d""e","f\ng"\r\n');
});

test('a field that a spreadsheet would calculate is a text', () => {
  expect(csv([['=1+1', '+1', '-1', '@x']])).toBe("'=1+1,'+1,'-1,'@x\r\n");
});

test('a file is named by minute', () => {
  expect(fileStamp(new Date('2026-11-21T13:42:59Z'))).toBe('2026-11-21-1342');
});

test('two passwords differ, and each is four groups of five', () => {
  expect(makePassword()).toMatch(/^[a-z0-9]{5}(-[a-z0-9]{5}){3}$/);
  expect(makePassword()).not.toBe(makePassword());
});
