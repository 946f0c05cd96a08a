// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { type Area, fill } from '@/i18n';

const areas = import.meta.glob<Record<string, Area<Record<string, string>>>>('../src/words/*.ts', {
  eager: true,
});
const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe.each(Object.entries(areas))('the words of %s', (_path, module) => {
  test('are there in both languages, with the same blanks', () => {
    for (const { en, zh } of Object.values(module)) {
      expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
      for (const [key, text] of Object.entries(en)) {
        expect(text.trim(), key).not.toBe('');
        expect(zh[key]?.trim(), key).not.toBe('');
        expect(blanks(zh[key] ?? ''), key).toEqual(blanks(text));
      }
    }
  });
});

test('a text has a form for one and a form for many', () => {
  expect(fill('{n} unit | {n} units', { n: 1 })).toBe('1 unit');
  expect(fill('{n} unit | {n} units', { n: 1200 })).toBe('1,200 units');
  expect(fill('{name} and {other}', { name: 'a' })).toBe('a and {other}');
});

const sources = fileURLToPath(new URL('../src', import.meta.url));
function sourcesBelow(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => folder + '/' + name);
}

test('a name is put before what it names by the words, not by an English colon or comma', () => {
  // In a script `+ ': '`, `${a}: ${b}` and `join(', ')`; in a template `}}: ` and `>: {{`.
  const joined = /\+ '[:,] '|\}: \$\{|\.join\(', '\)|\}\}(?:<\/\w+>)?:|>: \{\{/;
  const found = [...sourcesBelow(sources, '.vue'), ...sourcesBelow(sources, '.ts')]
    .filter((path) => !/\/(?:generated|words)\//.test(path))
    .flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => joined.test(line))
        .map((line) => path.slice(sources.length) + ' ' + line.trim()),
    );
  expect(found).toEqual([]);
});

test.each(sourcesBelow(sources, '.vue'))(
  '%s has nothing that the Content-Security-Policy refuses',
  (path) => {
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/\sstyle="/);
    expect(text).not.toMatch(/v-html|innerHTML/);
  },
);

test('every word is used', () => {
  // By its name as it stands (`t('name')`, `'name'`), or by one that is put together: `state_${…}`,
  // 'gate_' + name, `${name}_on`, `${each}Text`. What is looked up by a code of the server has its
  // area in `kByCode`.
  const kByCode = /\/(?:problems|preflight|fields|audit_actions)\.ts$/;
  const text = [...sourcesBelow(sources, '.vue'), ...sourcesBelow(sources, '.ts')]
    .filter((path) => !/\/generated\//.test(path))
    .map((path) => readFileSync(path, 'utf8').replaceAll(/^ {2}(?:\w+|'[\w.-]+'):/gm, ''))
    .join('\n');
  const quoted = new Set([...text.matchAll(/['"`]([\w.-]+)['"`]/g)].map((found) => found[1]));
  const begins = [...text.matchAll(/[`']([\w.]+_)(?:\$\{|' \+)/g)].map((found) => found[1] ?? '');
  const ends = [...text.matchAll(/\}(\w+)`/g)].map((found) => found[1] ?? '');
  // The rules by which the server suspects somebody; the third has words of its own in the script.
  const kRules = ['first_attempt_sooner_than_ms', 'attempts_in_10_s_more_than'];
  const isUsed = (key: string) =>
    kRules.includes(key) ||
    quoted.has(key) ||
    begins.some((begin) => key.startsWith(begin)) ||
    ends.some((end) => key.endsWith(end));
  const unused = Object.entries(areas)
    .filter(([path]) => !kByCode.test(path))
    .flatMap(([path, module]) =>
      Object.values(module).flatMap(({ en }) =>
        Object.keys(en)
          .filter((key) => !isUsed(key))
          .map((key) => path.split('/').at(-1) + ' ' + key),
      ),
    );
  expect(unused).toEqual([]);
});
