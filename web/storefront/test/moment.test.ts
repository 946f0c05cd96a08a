// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentText } from '../src/moment';

const year = new Date().getFullYear();
const at = (...parts: [number, number, number, number, number]): number =>
  new Date(...parts).getTime();

test('a moment of this year is told without it', () => {
  assert.equal(momentText(at(year, 10, 22, 3, 38), 'en'), 'Nov 22, 03:38');
  assert.equal(momentText(at(year, 10, 22, 3, 38), 'zh-CN'), '11月22日 03:38');
});

test('midnight begins a day', () => {
  assert.equal(momentText(at(year, 0, 1, 0, 0), 'en'), 'Jan 1, 00:00');
});

test('another year is told', () => {
  assert.equal(momentText(at(1999, 11, 31, 23, 59), 'en'), 'Dec 31, 1999, 23:59');
  assert.equal(momentText(at(1999, 11, 31, 23, 59), 'zh-CN'), '1999年12月31日 23:59');
});

test('the end of a range on the same day is an hour', () => {
  const start = at(year, 10, 22, 20, 0);
  assert.equal(momentText(at(year, 10, 22, 21, 30), 'zh-CN', start), '21:30');
  assert.equal(momentText(at(year, 10, 23, 1, 0), 'en', start), 'Nov 23, 01:00');
  assert.equal(momentText(at(year + 1, 10, 22, 21, 30), 'en', start), `Nov 22, ${year + 1}, 21:30`);
});
