// SPDX-License-Identifier: Apache-2.0
// Builds the storefront's scripts and style sheets into $WEB_OUT/storefront. ES2017, because the web
// views of old telephones are uneven. src/page puts one of each into each page.
import { build } from 'esbuild';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(process.env.WEB_OUT ?? join(here, '../../build/web'), 'storefront');
const source = (file) => join(here, 'src', file);

const options = {
  bundle: true,
  target: 'es2017',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

async function textOf(file, further) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [source(file)],
    write: false,
    ...further,
  });
  return outputFiles[0].text;
}

/** Chinese, keys, English, each as one text: so they compress better than word beside word. */
function tableOf(words) {
  const keys = Object.keys(words);
  const zh = keys.map((key) => words[key][0]);
  const en = keys.map((key) => words[key][1]);
  const bad = [...zh, ...en].find((text) => text.includes('|'));
  if (bad) throw new Error(`a word has the sign that is between words: ${bad}`);
  return { zh: zh.join('|'), keys: keys.join('|'), en: en.join('|') };
}

/** esbuild puts the modules together; terser makes a script a fiftieth smaller than it would. */
async function writeScript(name, file, words = {}) {
  const text = await textOf(file, {
    format: 'iife',
    minifySyntax: true,
    define: {
      WORDS: JSON.stringify(tableOf(words)),
      QUESTIONS: String(name === 'question'),
      ACCOUNT: String(name === 'account'),
    },
  });
  const { code } = await minify(text, {
    ecma: 2017,
    compress: { passes: 6, pure_getters: true, unsafe_arrows: true },
    mangle: { properties: { regex: /^(fillRandom|isKnown|isSure|steady|wall)$/ } }, // our classes'
  });
  writeFileSync(join(out, `${name}.js`), code + '\n');
}

mkdirSync(out, { recursive: true });
const wordsSource = await textOf('words.ts', { format: 'esm' });
const { pages } = await import(`data:text/javascript,${encodeURIComponent(wordsSource)}`);
await writeScript('boot', 'boot.ts');
await writeScript('preview', 'preview.ts');
for (const [name, words] of Object.entries(pages)) {
  // The page of an item that asks a question before it sells has more of the same source.
  await writeScript(name, name === 'question' ? 'item.ts' : `${name}.ts`, words);
}
await build({
  ...options,
  outdir: out,
  minify: true,
  entryPoints: ['home', 'item', 'question', 'orders', 'plain', 'preview'].map((name) =>
    source(`${name}.css`),
  ),
});

// The pictures of `sluice demo`.
cpSync(join(here, 'demo'), join(out, 'demo'), { recursive: true });
