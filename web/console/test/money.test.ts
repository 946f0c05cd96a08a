// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { exponent, showMoney, toMajor, toMinor } from '@/money';

describe('money', () => {
  test.each([
    ['1999', 'CNY', 199900],
    ['1999.9', 'CNY', 199990],
    ['19.99', 'CNY', 1999],
    ['0.07', 'CNY', 7],
    ['1,999.00', 'USD', 199900],
    [' 12 ', 'JPY', 12],
    ['1.500', 'JPY', undefined],
    ['1.0', 'JPY', 1],
    ['1.234', 'KWD', 1234],
    ['1.234', 'CNY', undefined],
    ['-1', 'CNY', undefined],
    ['1e3', 'CNY', undefined],
    ['', 'CNY', undefined],
    ['abc', 'CNY', undefined],
    ['99999999999999999', 'CNY', undefined],
  ])('reads %j of %s as %s minor units', (text, currency, amount) => {
    expect(toMinor(text, currency)).toBe(amount);
  });

  test.each([
    [199900, 'CNY', '1999.00'],
    [7, 'CNY', '0.07'],
    [0, 'CNY', '0.00'],
    [500, 'JPY', '500'],
    [1, 'BHD', '0.001'],
  ])('writes %s of %s as %s', (amount, currency, text) => {
    expect(toMajor({ amount, currency })).toBe(text);
  });

  test('comes back as it went, in every exponent', () => {
    for (const currency of ['CNY', 'JPY', 'KWD', 'CLF'])
      for (const amount of [0, 1, 9, 10, 99, 12345, 9007199254740991])
        expect(toMinor(toMajor({ amount, currency }), currency)).toBe(amount);
  });

  test('is shown with the digits of its currency, and survives a currency that nobody knows', () => {
    expect(showMoney({ amount: 199900, currency: 'CNY' })).toBe('¥1,999.00');
    expect(showMoney({ amount: 500, currency: 'JPY' })).toBe('¥500');
    expect(showMoney({ amount: 100, currency: 'no' })).toBe('1.00 no');
  });

  test('has the digits that the server and the storefront have', () => {
    const read = (name: string) =>
      readFileSync(new URL('../../../' + name, import.meta.url), 'utf8');
    const codesOf = (text: string, name: string) =>
      (text.split(name + ' =')[1]?.split(';')[0] ?? '').match(/[A-Z]{3}/g) ?? [];
    const server = read('src/base/money.cc');
    const storefront = read('web/storefront/src/money.ts');
    const wanted = { kNoDigits: 0, kTwoDigits: 2, kThreeDigits: 3 };
    for (const [name, digits] of Object.entries(wanted)) {
      const codes = codesOf(server, name);
      expect(codes.length, name).toBeGreaterThan(6);
      for (const code of codes) expect(exponent(code), code).toBe(digits);
    }
    expect(codesOf(storefront, 'zeroDigits')).toEqual(codesOf(server, 'kNoDigits'));
    expect(codesOf(storefront, 'threeDigits')).toEqual(codesOf(server, 'kThreeDigits'));
  });
});
