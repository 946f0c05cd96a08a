// SPDX-License-Identifier: Apache-2.0
// Money: integer minor units as text. How many digits are minor, src/page says of what is on its
// pages; orders of any currency need the lists, which are those of src/page/document.cc (a test of
// src/page compares them).

const zeroDigits = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const threeDigits = 'BHD IQD JOD KWD LYD OMR TND';

export interface Money {
  amount: number;
  currency: string;
}

export function digitsOf(currency: string): number {
  return zeroDigits.includes(currency) ? 0 : threeDigits.includes(currency) ? 3 : 2;
}

/** As src/page writes it: "CNY 1999.00". An amount never passes through a fraction. */
export function plainText(money: Money, digits: number): string {
  const text = String(money.amount).padStart(digits + 1, '0');
  const major = text.length - digits;
  return money.currency + ' ' + text.slice(0, major) + (digits ? '.' + text.slice(major) : '');
}

// By hand: a formatter of Intl costs a telephone more than the rest of the page. Any other currency
// is told by its code.
const kSigns = (
  'CNY ¥ CN¥ USD US$ $ EUR € € GBP £ £ JPY JP¥ ¥ HKD HK$ HK$ TWD NT$ NT$'
).split(' ');

/** As people write it: "CNY 1999.00" is "¥1,999.00" to a reader of Chinese. */
export function moneyText(plain: string, locale: string): string {
  const [currency, number] = plain.split(' ') as [string, string];
  const at = kSigns.indexOf(currency);
  const sign = at < 0 ? currency + ' ' : kSigns[at + (locale === 'en' ? 2 : 1)];
  return sign + number.replace(/\d(?=(\d{3})+(\.|$))/g, '$&,');
}
