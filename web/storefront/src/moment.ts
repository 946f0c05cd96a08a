// SPDX-License-Identifier: Apache-2.0
// Moment: a point in time as people write it, in the time zone of the device. By hand, because the
// first formatter of Intl costs a slow telephone some 50 ms, and because en with 24 hours says "24:00".
import { two } from './countdown';

const kMonths = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The year only where it is another one, the day only where it is not that of `before`. */
export function momentText(ms: number, locale: string, before = NaN): string {
  const at = new Date(ms);
  const clock = two(at.getHours()) + ':' + two(at.getMinutes());
  if (at.toDateString() === new Date(before).toDateString()) return clock;
  const year = at.getFullYear();
  const isThis = year === new Date().getFullYear();
  const [month, day] = [at.getMonth(), at.getDate()];
  return locale === 'en'
    ? `${kMonths[month]} ${day}, ${isThis ? '' : year + ', '}${clock}`
    : `${isThis ? '' : year + '年'}${month + 1}月${day}日 ${clock}`;
}
