// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moneyText } from '../src/money';

test('amounts keep every digit of their currency', () => {
  assert.equal(moneyText({ amount: 199_900, currency: 'CNY' }, 'zh-CN'), '¥1,999.00');
  assert.equal(moneyText({ amount: 5, currency: 'USD' }, 'en'), '$0.05');
  assert.equal(moneyText({ amount: 1_500, currency: 'JPY' }, 'en'), '¥1,500');
  assert.match(moneyText({ amount: 1_234, currency: 'KWD' }, 'en'), /1\.234$/);
  assert.equal(moneyText({ amount: 1_234, currency: '??' }, 'en'), '?? 12.34');
});
