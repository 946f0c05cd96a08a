// SPDX-License-Identifier: Apache-2.0
// Builds the storefront's scripts and style sheets into $WEB_OUT/storefront. ES2017, because the web
// views of old telephones are uneven. src/page puts one of each into each page.
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(process.env.WEB_OUT ?? join(here, '../../build/web'), 'storefront');
const scripts = ['boot', 'home', 'activity', 'item', 'orders', 'account', 'plain', 'later'];
const styles = ['home', 'item', 'orders', 'plain'];

const options = {
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2017',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: [
    ...scripts.map((name) => join(here, 'src', `${name}.ts`)),
    ...styles.map((name) => join(here, 'src', `${name}.css`)),
  ],
  define: { QUESTIONS: 'false' },
});
// The page of an item that asks a question before it sells.
await build({
  ...options,
  entryPoints: { question: join(here, 'src/item.ts') },
  define: { QUESTIONS: 'true' },
});

// The pictures of `sluice demo`.
cpSync(join(here, 'demo'), join(out, 'demo'), { recursive: true });
