// SPDX-License-Identifier: Apache-2.0
// Runs the tests of the storefront's logic: bundles them, because Node.js 20 reads no TypeScript.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const tests = readdirSync(join(here, 'test')).filter((name) => name.endsWith('.test.ts'));
// Inside web/, so that what is not bundled is found.
const out = mkdtempSync(join(here, '../node_modules/.storefront-test-'));
try {
  await build({
    entryPoints: tests.map((name) => join(here, 'test', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['esbuild'],
    logLevel: 'warning',
  });
  const ran = spawnSync(
    process.execPath,
    ['--test', ...tests.map((name) => join(out, name.replace(/\.ts$/, '.mjs')))],
    { stdio: 'inherit', env: { ...process.env, SLUICE_WEB: join(here, '..') } },
  );
  process.exitCode = ran.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
