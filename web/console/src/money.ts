// SPDX-License-Identifier: Apache-2.0
// Money: integer minor units on the wire, major units on the screen. Digits are moved as text,
// never by floating point: 19.99 * 100 is 1998.9999999999998.
import { language } from './i18n';

export interface Money {
  amount: number;
  currency: string;
}

/** ISO 4217 exponents that are not 2. */
const kExponents: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/** What the currency field offers first; any ISO 4217 code can be typed. */
export const kCurrencies = ['CNY', 'USD', 'EUR', 'GBP', 'HKD', 'JPY', 'KRW', 'SGD', 'TWD'] as const;

export function exponent(currency: string): number {
  return kExponents[currency] ?? 2;
}

/** 199900 CNY is "1999.00"; no grouping, so that it can be edited. */
export function toMajor(money: Money): string {
  const digits = exponent(money.currency);
  const sign = money.amount < 0 ? '-' : '';
  const text = String(Math.abs(money.amount)).padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return sign + text.slice(0, -digits) + '.' + text.slice(-digits);
}

/** As src/base/money.h: more is refused, of any currency. */
export const kAmountMax = 10_000_000_000_000;

/** "1,999.9" of CNY is 199990; undefined when the text is no amount of that currency. */
export function toMinor(text: string, currency: string): number | undefined {
  const amount = read(text, currency);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** Whether it is an amount, but a larger one than the server takes. */
export function isTooMuch(text: string, currency: string): boolean {
  return (read(text, currency) ?? 0) > kAmountMax;
}

/** In minor units; beyond the safe integers no more than about right. */
function read(text: string, currency: string): number | undefined {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(text.trim().replaceAll(/[,，\s]/g, ''));
  if (!match) return undefined;
  const digits = exponent(currency);
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  return Number((match[1] ?? '') + fraction.padEnd(digits, '0'));
}

/** "¥1,999.00" in the language of the page. */
export function showMoney(money: Money): string {
  const digits = exponent(money.currency);
  try {
    return new Intl.NumberFormat(language.value, {
      style: 'currency',
      currency: money.currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(money.amount / 10 ** digits);
  } catch {
    return toMajor(money) + ' ' + money.currency; // three letters that no browser knows
  }
}
