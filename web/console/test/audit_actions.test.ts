// SPDX-License-Identifier: Apache-2.0
// Every word that the server writes into the audit log has its words here.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { auditActions } from '@/words/audit_actions';

const src = fileURLToPath(new URL('../../../src', import.meta.url));

/** The table of the server. */
function actions(): string[] {
  const text = readFileSync(src + '/account/audit_actions.h', 'utf8');
  const table = text.split('kAuditActions = ')[1]?.split('});')[0] ?? '';
  return [...table.matchAll(/"([^"]+)"/g)].map(([, action = '']) => action);
}

test('every action that the server can write has words in both languages, and no other has', () => {
  const known = actions();
  expect(known.length).toBeGreaterThan(50);
  expect(Object.keys(auditActions.en).sort()).toEqual([...known].sort());
  expect(Object.keys(auditActions.zh).sort()).toEqual([...known].sort());
});

test('every action in the sources of the server is in its table, and no other is', () => {
  const known = actions();
  const families = [...new Set(known.map((action) => action.split('.')[0]))];
  const literal = new RegExp(`"((?:${families.join('|')})\\.[a-z_]+)"`, 'g');
  const written = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:cc|h)$/.test(name) && !/_test\.|audit_actions\.h$|audit\.h$/.test(name))
    .flatMap((name) => [...readFileSync(`${src}/${name}`, 'utf8').matchAll(literal)])
    .map(([, action = '']) => action);
  expect([...new Set(written)].sort()).toEqual([...known].sort());
});
