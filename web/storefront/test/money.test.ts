// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitsOf, moneyText, plainText } from '../src/money';

function both(amount: number, currency: string, locale: string): string {
  return moneyText(plainText({ amount, currency }, digitsOf(currency)), locale);
}

test('amounts keep every digit of their currency', () => {
  assert.equal(both(199_900, 'CNY', 'zh-CN'), '¥1,999.00');
  assert.equal(both(5, 'USD', 'en'), '$0.05');
  assert.equal(both(1_500, 'JPY', 'en'), '¥1,500');
  assert.equal(both(1_234_567, 'KWD', 'en'), 'KWD 1,234.567');
  assert.equal(both(1_234_567_890, 'CHF', 'zh-CN'), 'CHF 12,345,678.90');
  assert.equal(both(1_234, '??', 'en'), '?? 12.34');
});

test('a sign is that which the reader knows', () => {
  for (const [currency, zh, en] of [
    ['CNY', '¥1.00', 'CN¥1.00'],
    ['USD', 'US$1.00', '$1.00'],
    ['JPY', 'JP¥100', '¥100'],
    ['EUR', '€1.00', '€1.00'],
  ] as const) {
    assert.equal(both(100, currency, 'zh-CN'), zh);
    assert.equal(both(100, currency, 'en'), en);
  }
});

test('the plain text is what src/page writes', () => {
  assert.equal(plainText({ amount: 199_900, currency: 'CNY' }, 2), 'CNY 1999.00');
  assert.equal(plainText({ amount: 5, currency: 'KWD' }, 3), 'KWD 0.005');
  assert.equal(plainText({ amount: 0, currency: 'JPY' }, 0), 'JPY 0');
});
