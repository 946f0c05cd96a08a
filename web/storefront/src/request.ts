// SPDX-License-Identifier: Apache-2.0
// Request: one call of /v1. It never throws: a lost connection is status 0.
import { toldMs } from './backoff';

const kDeadlineMs = 15_000;

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
  code: string; // of a problem document; 'network' if nothing came
  wait: number; // ms that the server told us to wait; 0: it said nothing
}

export interface Options {
  body?: unknown;
  key?: string; // idempotency
  token?: string | null;
}

export const done = (answer: Answer<unknown>): boolean =>
  answer.status >= 200 && answer.status < 300;

let lost: (is: boolean) => void = () => {};

/** `tell` hears of each request whether the connection is lost. */
export function watchConnection(tell: (is: boolean) => void): void {
  lost = tell;
}

export async function request<Body = Record<string, unknown>>(
  method: 'GET' | 'POST',
  path: string,
  options: Options = {},
): Promise<Answer<Body>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.key) headers['Idempotency-Key'] = options.key;
  if (options.token) headers.Authorization = 'Bearer ' + options.token;
  const stop = typeof AbortController === 'function' ? new AbortController() : null;
  const deadline = setTimeout(() => stop && stop.abort(), kDeadlineMs);
  let result: Answer<Body> = { status: 0, body: {} as Body, code: 'network', wait: 0 };
  try {
    const answer = await fetch(path, {
      method,
      headers,
      signal: stop ? stop.signal : undefined,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      cache: options.token ? 'no-store' : 'default',
      credentials: 'omit',
    });
    // Cut off, or a page of something in between: half an answer is none.
    const content: unknown = await answer.json().catch(() => null);
    if (content || !answer.ok) {
      const body = Object(content) as Body & { code?: unknown };
      const { code } = body;
      result = {
        status: answer.status,
        body,
        code: typeof code === 'string' ? code : answer.status >= 500 ? 'busy' : 'other',
        wait: toldMs(body, answer.headers.get('Retry-After')),
      };
    }
  } catch (e) {
    // No connection, or no answer in time.
  }
  clearTimeout(deadline);
  lost(result.status === 0);
  return result;
}
