// SPDX-License-Identifier: Apache-2.0
// Problem: what the server refuses, and why, as an error that a view can show beside its fields.
import type { components } from '@/generated/api';

import { said, type Sentence } from './said';

export type ProblemDocument = Omit<components['schemas']['Problem'], 'code' | 'errors'> & {
  code: string;
  errors?: FieldError[];
};
/** One that this side found has no code: its `detail` is in the language of the page already. */
export type FieldError = Omit<components['schemas']['FieldError'], 'code'> & { code?: string };

/** The codes that this side adds: no answer came, one that is no problem document, or not all of
 * the program. */
export type LocalCode = 'unreachable' | 'unexpected' | 'part_missing';

export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  /** What `detail` says, for `said`. */
  readonly reason: Sentence;
  readonly errors: readonly FieldError[];
  readonly retryAfterMs: number | undefined;

  constructor(private readonly document: Partial<ProblemDocument> & { code: string }) {
    super(document.title ?? document.code);
    this.name = 'Problem';
    this.code = document.code;
    this.status = document.status ?? 0;
    this.detail = document.detail ?? '';
    this.reason = {
      code: document.reason,
      values: document.values,
      detail: document.detail ?? '',
    };
    this.errors = document.errors ?? [];
    this.retryAfterMs = document.retry_after_ms;
  }

  static unreachable(): Problem {
    return new Problem({ code: 'unreachable' });
  }

  static of(body: unknown, status: number): Problem {
    if (typeof body === 'object' && body !== null && 'code' in body)
      return new Problem({ ...(body as ProblemDocument), status });
    return new Problem({ code: 'unexpected', status });
  }

  /** Anything that was thrown, as a problem; a fault of our own is thrown on. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }

  /** The same without what is mended; nothing if that was all. */
  without(mended: readonly FieldError[]): Problem | undefined {
    return this.having(this.errors.filter((error) => !mended.includes(error)));
  }

  /** The same when a row of a list is gone: '/items', 0. */
  withoutRow(list: string, index: number): Problem | undefined {
    const errors: FieldError[] = [];
    for (const error of this.errors) {
      const rest = error.pointer.startsWith(list + '/') ? error.pointer.slice(list.length + 1) : '';
      const [row = '', ...field] = rest.split('/');
      const at = /^\d+$/.test(row) ? Number(row) : -1;
      if (at > index) errors.push({ ...error, pointer: [list, at - 1, ...field].join('/') });
      else if (at !== index) errors.push(error);
    }
    return this.having(errors);
  }

  private having(errors: FieldError[]): Problem | undefined {
    if (errors.length === 0 && this.errors.length > 0) return undefined;
    return new Problem({ ...this.document, errors });
  }

  /** What is wrong with one field: `errorAt('/items/0/price')`. */
  errorAt(pointer: string): string | undefined {
    const found = this.errors.filter(
      (error) => error.pointer === pointer || error.pointer.startsWith(pointer + '/'),
    );
    return found.length > 0 ? found.map(said).join(' ') : undefined;
  }

  /** The errors that belong to none of these fields; shown above the form. */
  errorsOutside(pointers: readonly string[]): FieldError[] {
    return this.errors.filter(
      (error) =>
        !pointers.some(
          (pointer) => error.pointer === pointer || error.pointer.startsWith(pointer + '/'),
        ),
    );
  }
}
