// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterEach, expect, test } from 'vitest';

import { setLanguage } from '@/i18n';
import { Problem } from '@/problem';
import { said, translated } from '@/said';
import { plainEnglish } from '@/plain_english';
import { sentences } from '@/sentences';
import { problems } from '@/words/problems';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL('../../../' + path, import.meta.url)), 'utf8');
const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

/** The table in which the server has each sentence once: code and English. */
function serverSentences(): Map<string, string> {
  const table = read('src/base/sentences.h').split('kSentences = ')[1]?.split('\n});')[0] ?? '';
  const rows = table.matchAll(/\{"(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}/g);
  const parts = (literals: string) => literals.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return new Map(
    [...rows].map(([, code = '', literals = '']) => [
      code,
      parts(literals)
        .map((part) => JSON.parse(part) as string)
        .join(''),
    ]),
  );
}

afterEach(() => setLanguage('en'));

test('every sentence of the server has its Chinese, with the same blanks, and no other has', () => {
  const english = serverSentences();
  // A row that the pattern does not understand must not pass for one that is not there.
  const rows = read('src/base/sentences.h').match(/^ {4}\{"\w+",/gm) ?? [];
  expect(english.size).toBe(rows.length);
  expect(english.size).toBeGreaterThan(150);
  expect(Object.keys(sentences).sort()).toEqual([...english.keys()].sort());
  for (const [code, text] of english)
    for (const blank of blanks(sentences[code] ?? '')) expect(blanks(text), code).toContain(blank);
});

test('what a form can show has no word of the API in it, in either language', () => {
  const english = serverSentences();
  for (const [code, text] of Object.entries(plainEnglish))
    for (const blank of blanks(text)) expect(blanks(english.get(code) ?? ''), code).toContain(blank);
  expect([...english.keys()]).toEqual(expect.arrayContaining(Object.keys(plainEnglish)));
  // A file has the names of its columns and keys; behind `state_unapproved` are no forms.
  const technical = /^(?:csv|json|file)_|^(?:key_required|link_not_good)$/;
  const jargon =
    /\b(?:RFC|ISO 4217|JSON|UTF-8|ASCII|body|object|array|pointer|cursor|bytes|ms|minor units|If-Match|POST)\b|\?q|\/admin\/v1|\b[a-z]+_[a-z_]+\b|字节|对象|毫秒/;
  const codes = [...english.keys()];
  const ofForms = codes.slice(0, codes.indexOf('state_unapproved'));
  expect(ofForms.length).toBeGreaterThan(120);
  for (const code of ofForms.filter((each) => !technical.test(each)))
    for (const text of [plainEnglish[code] ?? english.get(code), sentences[code]])
      expect(text?.replaceAll(/\{\w+\}/g, ''), code).not.toMatch(jargon);
});

test('the Chinese is Chinese', () => {
  const commands = ['do_raise_backlog'];
  for (const [code, text] of Object.entries(sentences))
    if (!commands.includes(code)) expect(text, code).toMatch(/[一-鿿]/);
});

test('every code of a problem has words', () => {
  const codes = [...read('docs/api/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
  expect(codes.length).toBeGreaterThan(40);
  for (const code of codes) expect(Object.keys(problems.en)).toContain(code);
});

test('a sentence is said in the language of the page, its values as people read them', () => {
  const end = {
    code: 'end_before_start',
    values: { at: '2026-11-21T12:00:00.000Z' },
    detail: 'The end must be after the start, which is 2026-11-21T12:00:00.000Z.',
  };
  expect(said(end)).toBe('The end must be after the start, which is 2026-11-21 20:00:00 UTC+8.');
  setLanguage('zh-CN');
  expect(said(end)).toBe('结束时间必须晚于开始时间（2026-11-21 20:00:00 UTC+8）。');
  expect(said({ code: 'state_is', values: { state: 'in_review' } })).toBe('状态为“审核中”。');
  expect(said({ code: 'role_forbids', values: { role: 'viewer' } })).toContain('只读');
  expect(said({ code: 'switch_off', values: { switch: 'gate.risk' } })).toContain('风控名单');
  expect(said({ code: 'too_long', values: { length: 4001, most: 4000 } })).toContain('4,001');
  expect(said({ code: 'too_long', values: {} })).toContain('{length}');
});

test('what another program said is told by its code, and quoted where it has none', () => {
  const why = 'the store failed to read: database disk image is malformed (SQLite error 11)';
  const silent = (values: Record<string, unknown>) =>
    said({ code: 'provider_silent', values, detail: `The provider does not answer: ${why}` });
  expect(silent({ why, why_code: 'store_damaged' })).toContain(why);
  setLanguage('zh-CN');
  expect(silent({ why, why_code: 'store_damaged' })).toContain('无法读取的数据');
  expect(silent({ why, why_code: 'store_damaged' })).not.toContain('SQLite');
  expect(silent({ why })).toContain(why);
  expect(silent({ why, why_code: 'of_a_newer_server' })).toContain(why);
});

test('what has no Chinese is said in English rather than not at all', () => {
  setLanguage('zh-CN');
  const newer = { code: 'of_a_newer_server', detail: 'is too new.' };
  expect(said(newer)).toBe('is too new.');
  expect(translated(newer)).toBeUndefined();
  expect(said({ code: 'constructor', detail: 'is odd.' })).toBe('is odd.');
  expect(said({ detail: '请填写名称。' })).toBe('请填写名称。');
});

test('an error beside a field is in the language of the page', () => {
  const refused = new Problem({
    code: 'invalid',
    errors: [{ pointer: '/name', code: 'required', detail: 'is required.' }],
  });
  expect(refused.errorAt('/name')).toBe('This is needed.');
  setLanguage('zh-CN');
  expect(refused.errorAt('/name')).toBe('必填。');
});
