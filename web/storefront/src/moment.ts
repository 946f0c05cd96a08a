// SPDX-License-Identifier: Apache-2.0
// Moment: a point in time as people write it, in the time zone of the device. By hand, because the
// first formatter of Intl costs a slow telephone some 50 ms, and because en with 24 hours says "24:00".
import { two } from './countdown';

/** The year only where it is another one, the day only where it is not that of `before`. */
export function momentText(ms: number, locale: string, before = NaN): string {
  const at = new Date(ms);
  const clock = two(at.getHours()) + ':' + two(at.getMinutes());
  if (at.toDateString() === new Date(before).toDateString()) return clock;
  const year = at.getFullYear();
  const isThis = year === new Date().getFullYear();
  const day = at.getDate();
  // toDateString() is English everywhere: "Sat Nov 21 2026".
  return locale === 'en'
    ? `${at.toDateString().slice(4, 7)} ${day}, ${isThis ? '' : year + ', '}${clock}`
    : `${isThis ? '' : year + '年'}${at.getMonth() + 1}月${day}日 ${clock}`;
}
