// SPDX-License-Identifier: Apache-2.0
// The one way to the server: typed by docs/api/openapi.yaml, with the csrf header, the sign-in
// that follows a 401, the code that follows `step_up_required`, and problems as exceptions.
//
//   const list = await api.get('/admin/v1/products', { query: { search: 'phone' } });
//   const saved = await api.put('/admin/v1/products/{id}', {
//     path: { id }, header: ifMatch(version), body: draft });
import createClient, { type MaybeOptionalInit } from 'openapi-fetch';

import { askForCode } from './confirm';
import type { paths } from '@/generated/api';
import { language } from './i18n';
import { Problem } from './problem';
import { csrf, operator, type OperatorSession, signedIn, signInAgain } from './session';

const kUnsafe = /^(?:POST|PUT|PATCH|DELETE)$/;
/** Here a 401 says that the password is wrong, or that who signs out is out already. */
const kOpen = /^(?:POST \/admin\/v1\/(?:sessions|setup)|DELETE \/admin\/v1\/sessions\/current)$/;

/** Sends, and repeats once what a missing session or a missing second factor held up. */
async function send(request: Request): Promise<Response> {
  const route = request.method + ' ' + new URL(request.url).pathname;
  let answer = await sendOnce(request.clone());
  if (answer.status === 401 && !kOpen.test(route) && (await codeOf(answer)) === 'unauthorized') {
    if (!(await signInAgain())) return answer;
    answer = await sendOnce(request.clone());
  }
  if (answer.status === 403 && (await codeOf(answer, 'reason')) === 'csrf_wrong') {
    if (!(await readSession())) return answer;
    answer = await sendOnce(request.clone());
  }
  if (answer.status === 403 && (await codeOf(answer, 'reason')) === 'role_forbids')
    await readSession(); // it was changed: what it does not allow goes from the page
  if (answer.status === 403 && (await codeOf(answer)) === 'step_up_required') {
    if (!(await askForCode())) return answer;
    answer = await sendOnce(request.clone());
  }
  return answer;
}

/** Another tab signed in anew: the cookie is of that session. True if the person is the same. */
async function readSession(): Promise<boolean> {
  const before = operator.value?.id;
  const answer = await sendOnce(new Request(new URL('/admin/v1/sessions/current', location.origin)));
  if (!answer.ok) return false;
  signedIn((await answer.json()) as OperatorSession);
  return before === operator.value?.id;
}

async function codeOf(answer: Response, key: 'code' | 'reason' = 'code'): Promise<string> {
  try {
    return ((await answer.clone().json()) as Record<typeof key, string | undefined>)[key] ?? '';
  } catch {
    return '';
  }
}

async function sendOnce(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set('Accept-Language', language.value);
  if (kUnsafe.test(request.method)) headers.set('X-CSRF-Token', csrf());
  try {
    return await fetch(new Request(request, { headers, credentials: 'same-origin' }));
  } catch (thrown) {
    if (request.signal.aborted) throw thrown;
    throw Problem.unreachable();
  }
}

const client = createClient<paths>({ baseUrl: '', fetch: send });

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: infer O }
    ? O extends { responses: unknown }
      ? P
      : never
    : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O }
  ? O
  : never;
type Success<O> = O extends { responses: infer R }
  ? {
      [S in keyof R]: S extends 200 | 201 | 202
        ? R[S] extends { content: { 'application/json': infer T } }
          ? T
          : undefined
        : never;
    }[keyof R]
  : never;
type Part<O, K extends string> = O extends { parameters: infer A }
  ? K extends keyof A
    ? A[K]
    : undefined
  : undefined;
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer T } } }
  ? T
  : undefined;
type Maybe<K extends string, T> = [T] extends [undefined]
  ? { [X in K]?: undefined }
  : undefined extends T
    ? { [X in K]?: Exclude<T, undefined> }
    : { [X in K]: T };
export type Input<O> = Maybe<'path', Part<O, 'path'>> &
  Maybe<'query', Part<O, 'query'>> &
  Maybe<'header', Part<O, 'header'>> &
  Maybe<'body', Body<O>> & { signal?: AbortSignal };

interface Loose {
  path?: unknown;
  query?: unknown;
  header?: unknown;
  body?: unknown;
  signal?: AbortSignal;
}

async function call(method: Method, path: string, input: Loose = {}): Promise<unknown> {
  type Caller = (
    path: string,
    init: MaybeOptionalInit<never, never>,
  ) => Promise<{
    data?: unknown;
    error?: unknown;
    response: Response;
  }>;
  const { data, error, response } = await (
    client.request as unknown as (method: Method, ...rest: Parameters<Caller>) => ReturnType<Caller>
  )(method, path, {
    params: { path: input.path, query: input.query, header: input.header },
    body: input.body,
    signal: input.signal,
  } as never);
  if (!response.ok) throw Problem.of(error, response.status);
  return data;
}

type Args<O> = {} extends Input<O> ? [input?: Input<O>] : [input: Input<O>];
type Verb<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...args: Args<Operation<P, M>>
) => Promise<Success<Operation<P, M>>>;

function verb<M extends Method>(method: M): Verb<M> {
  return ((path: string, input?: Loose) => call(method, path, input)) as unknown as Verb<M>;
}

export const api = {
  get: verb('get'),
  post: verb('post'),
  put: verb('put'),
  patch: verb('patch'),
  delete: verb('delete'),
  /**
   * For a body that is no JSON (a CSV file), and for a route that has not reached openapi.yaml yet.
   */
  async raw(
    method: string,
    path: string,
    body?: BodyInit | object,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    const isText = typeof body === 'string' || body instanceof Blob;
    const answer = await send(
      new Request(new URL(path, location.origin), {
        method,
        headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
        body: body === undefined || isText ? (body as BodyInit | undefined) : JSON.stringify(body),
      }),
    );
    const text = await answer.text();
    let json: unknown;
    try {
      json = text === '' ? undefined : JSON.parse(text);
    } catch {
      json = text;
    }
    if (!answer.ok) throw Problem.of(json, answer.status);
    return json;
  },
};

/** Asks whose session this is, and what they may do by now. */
export async function askWho(): Promise<void> {
  signedIn(await api.get('/admin/v1/sessions/current'));
}

/** The header that lets a change through only if nobody was faster. */
export function ifMatch(version: number): { 'If-Match': string } {
  return { 'If-Match': `"${String(version)}"` };
}
