// SPDX-License-Identifier: Apache-2.0
import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fill, languageFor, wordOf } from '../src/language';
import * as groups from '../src/words';
import { pages, type Words } from '../src/words';

const web = process.env.SLUICE_WEB as string;
const src = join(web, 'storefront/src');
const all: Words = {};
for (const [name, group] of Object.entries(groups)) {
  if (name.endsWith('Words')) Object.assign(all, group);
}

test('every word is there in both languages, with the same values', () => {
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, [zh, en]] of Object.entries(all)) {
    assert.ok(zh.trim() && en.trim(), key);
    assert.deepEqual(holes(zh), holes(en), key);
    if (key !== 'other_language') assert.doesNotMatch(en, /[\u3000-\u9fff]/, key);
  }
});

test('no key is in two groups, where one would hide the other', () => {
  const seen = new Map<string, string>();
  for (const [name, group] of Object.entries(groups)) {
    if (!name.endsWith('Words')) continue;
    for (const key of Object.keys(group)) {
      assert.equal(seen.get(key), undefined, `${key} in ${name}`);
      seen.set(key, name);
    }
  }
});

test('every refusal that the public listener sends has its words', () => {
  const errors = readFileSync(join(web, '../docs/api/errors.md'), 'utf8');
  const sections = errors.split(/^## /m).filter((section) => !section.startsWith('The console'));
  const codes = sections.flatMap((section) =>
    [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string),
  );
  assert.ok(codes.length > 35, String(codes.length));
  // What a network makes of a request has no word of its own: that it failed, its code, what to try.
  const byOthers = /^(malformed_|expectation_|version_not_)|_too_long$/;
  for (const code of codes) assert.ok(all[wordOf(code)] || byOthers.test(code), code);
});

test('what is said of an answer that something in between may have given does not say what the server did', () => {
  for (const key of ['e_busy', 'e_internal', 'e_network', 'e_other']) {
    assert.doesNotMatch((all[key] as Words[string]).join(), /下单|bought/, key);
  }
});

test('what only an old page asks has one word', () => {
  for (const code of ['method_not_allowed', 'unsupported_media_type', 'not_implemented']) {
    assert.equal(wordOf(code), 'e_stale');
  }
  for (const code of ['not_found', 'not_started', 'not_paid', 'malformed_request']) {
    assert.equal(wordOf(code), 'e_' + code);
  }
});

test('each page has the words that it says', async () => {
  const scripts = readdirSync(src).filter((name) => /startFrame\(\{/.test(readText(name)));
  assert.ok(scripts.length >= 7);
  for (const script of scripts) {
    const made = await build({
      entryPoints: [join(src, script)],
      bundle: true,
      write: false,
      format: 'iife',
      charset: 'utf8',
      define: { QUESTIONS: 'true', ACCOUNT: 'true', WORDS: '{}' },
    });
    const text = made.outputFiles[0]?.text ?? '';
    const quoted = new Set([...text.matchAll(/["'](\w+)["']/g)].map((match) => match[1] as string));
    const page = script === 'item.ts' ? 'question' : script.replace('.ts', '');
    assert.ok(pages[page], page);
    for (const key of quoted) {
      // `name` and the like are also words of the browser, or ids.
      if (!(key in all) || /^(name|password|close|none|now|until|total)$/.test(key)) continue;
      assert.ok(key in (pages[page] as Words), `${page} says ${key}`);
    }
  }
});

function readText(name: string): string {
  return name.endsWith('.ts') ? readFileSync(join(src, name), 'utf8') : '';
}

test('what only a question says, only its page has', () => {
  const { question, item } = pages as { question: Words; item: Words };
  assert.ok('challenge' in question && !('challenge' in item));
});

test('values are put in as they are', () => {
  assert.equal(fill('a {n} b {m}', { n: '$&' }), 'a $& b {m}');
});

test('the language is what was chosen, else the browser’s', () => {
  assert.equal(languageFor('en', 'zh-CN'), 'en');
  assert.equal(languageFor(null, 'zh-TW'), 'zh');
  assert.equal(languageFor('xx', 'de'), 'en');
});
