// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';

import { Problem } from '@/problem';

const refused = Problem.of(
  {
    type: '/problems/invalid',
    title: 'The request is not valid.',
    status: 422,
    code: 'invalid',
    errors: [
      { pointer: '/name', detail: 'is missing.' },
      { pointer: '/items/0/price/amount', detail: 'must not be negative.' },
      { pointer: '/items/10/stock', detail: 'is too large.' },
      { pointer: 'line 3', detail: 'has no code.', line: 3, column: 7 },
    ],
  },
  422,
);

describe('a problem document', () => {
  test('puts an error beside its field, also when it is about a part of it', () => {
    expect(refused.errorAt('/name')).toBe('is missing.');
    expect(refused.errorAt('/items/0/price')).toBe('must not be negative.');
    expect(refused.errorAt('/items/1')).toBeUndefined();
    expect(refused.errorAt('/item')).toBeUndefined();
  });

  test('loses no error that has no field', () => {
    const rest = refused.errorsOutside(['/name', '/items/0/price']);
    expect(rest.map((error) => error.pointer)).toEqual(['/items/10/stock', 'line 3']);
  });

  test('is made of any answer, and hides no fault of our own', () => {
    expect(Problem.of('<html>bad gateway</html>', 502)).toMatchObject({
      code: 'unexpected',
      status: 502,
    });
    expect(Problem.unreachable().code).toBe('unreachable');
    expect(() => Problem.from(new TypeError('a bug'))).toThrow('a bug');
  });
});
