// SPDX-License-Identifier: Apache-2.0
// Time: the wire has UTC, people read their own zone, and the zone stands beside every time.
import { ref } from 'vue';

import { language } from './i18n';
import { listed } from './labelled';

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How far the server's clock is ahead of this machine's; the live stream keeps it right. */
export const clockOffsetMs = ref(0);

/** The server's clock. */
export function serverNow(): number {
  return Date.now() + clockOffsetMs.value;
}

type At = string | number | Date;

/** "UTC+8" or "UTC-3:30" as it is at that moment (summer time moves it). */
export function offsetName(at: At): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  if (minutes === 0) return 'UTC';
  const tail = rest === 0 ? '' : ':' + String(rest).padStart(2, '0');
  return 'UTC' + (minutes < 0 ? '-' : '+') + String(hours) + tail;
}

/** "Asia/Shanghai, UTC+8", the line under a field for a time; with none in it, as it is now. */
export function zoneName(at: At): string {
  const isTime = !Number.isNaN(new Date(at).getTime());
  return listed([zone, offsetName(isTime ? at : Date.now())]);
}

const kInstant =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:[0-5]\d)$/;

/**
 * The moment of a time on the wire (RFC 3339); undefined if it is none. A `Date` alone takes the
 * 31st of February for a day in March.
 */
export function momentOf(text: string): number | undefined {
  const day = kInstant.exec(text)?.[1];
  if (day === undefined) return undefined;
  const midnight = new Date(day + 'T00:00:00Z');
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined;
  return Date.parse(text);
}

const kTyped =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?$/;

/**
 * What somebody typed, in the zone of the browser. `unclear`: not of the shape of a time. `none`:
 * there is no such day, or its clocks leave that hour out.
 */
export function readTime(text: string): Date | 'unclear' | 'none' {
  const found = kTyped.exec(text.trim().replaceAll('：', ':'));
  if (!found) return 'unclear';
  const typed = found.slice(1).map((part) => Number(part ?? 0));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = typed;
  const at = new Date(year, month - 1, day, hour, minute, second);
  const is = [
    at.getFullYear(),
    at.getMonth() + 1,
    at.getDate(),
    at.getHours(),
    at.getMinutes(),
    at.getSeconds(),
  ];
  return is.every((part, place) => part === typed[place]) ? at : 'none';
}

/**
 * Date and time to the second, without the zone. The same in both languages: 11/12 is another day
 * for an American than for a Briton.
 */
export function showTime(at: At): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '—';
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return day + ' ' + [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Date, time and zone. */
export function showTimeAndZone(at: At): string {
  return showTime(at) + ' ' + offsetName(at);
}

const kChinese: Readonly<Record<string, string>> = {
  d: '天',
  h: '小时',
  min: '分钟',
  s: '秒',
};

/** The name of a unit behind its number, in the language of the page. */
function spaced(unit: string): string {
  return ' ' + (language.value === 'en' ? unit : (kChinese[unit] ?? unit));
}

/** "02:05:09" or "3 d 02:05:09"; never negative. */
export function showCountdown(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(all / 86400);
  const parts = [Math.floor((all % 86400) / 3600), Math.floor((all % 3600) / 60), all % 60];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? String(days) + spaced('d') + ' ' + clock : clock;
}

const kUnits: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** "5 minutes ago", "in 2 days". */
export function showAgo(at: At, now: number = serverNow()): string {
  const ms = new Date(at).getTime() - now;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
  for (const [unit, size] of kUnits)
    if (Math.abs(ms) >= size || unit === 'second')
      return format.format(Math.round(ms / size), unit);
  return '';
}

/** "10 min", "1 h 30 min", "45 s". */
export function showDuration(ms: number): string {
  if (ms === 0) return '0' + spaced('s');
  const parts: string[] = [];
  let rest = Math.round(ms / 1000);
  for (const [size, name] of [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(String(count) + spaced(name));
    rest %= size;
  }
  return parts.join(' ');
}
