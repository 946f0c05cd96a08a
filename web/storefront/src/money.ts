// SPDX-License-Identifier: Apache-2.0
// Money: integer minor units as text. The lists are those of src/page/document.cc; a test of src/page
// compares them.

const zeroDigits = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const threeDigits = 'BHD IQD JOD KWD LYD OMR TND';

export interface Money {
  amount: number;
  currency: string;
}

export function moneyText(money: Money, locale: string): string {
  const { currency } = money;
  const digits = zeroDigits.includes(currency) ? 0 : threeDigits.includes(currency) ? 3 : 2;
  const text = String(money.amount).padStart(digits + 1, '0');
  const major = text.slice(0, text.length - digits);
  const tail = digits ? '.' + text.slice(text.length - digits) : '';
  try {
    // The minor part is appended as text: an amount never passes through a fraction.
    const whole = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: 0,
      maximumFractionDigits: 0,
    }).format(Number(major));
    return whole + tail;
  } catch (e) {
    return currency + ' ' + major + tail
  }
}
