// SPDX-License-Identifier: Apache-2.0
// Example: how an amount of this currency is typed.
import { toMajor } from '@/money';

export function priceExample(currency: string): string {
  return toMajor({ amount: 199900, currency });
}
