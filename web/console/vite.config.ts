// SPDX-License-Identifier: Apache-2.0
// The build of the console. Its result is a folder that the program embeds: index.html, which is
// never cached, and assets/ with a hash in each name, which are cached for ever.
import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import components from 'unplugin-vue-components/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const out = process.env.WEB_OUT ?? here('../../build/web');
/** Where `npm run dev:console` finds a server: the console listener of `sluice demo`. */
const server = process.env.SLUICE_CONSOLE ?? 'http://127.0.0.1:9090';

export default defineConfig({
  root: here('.'),
  base: '/admin/',
  plugins: [
    vue(),
    components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': here('src') } },
  build: {
    outDir: out + '/console',
    emptyOutDir: true,
    // A data: URL in CSS or HTML would need an exception of the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    // Not by measure of a chunk but of the whole: `make web-budget` fails when it grows too large.
    chunkSizeWarningLimit: 2000,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/admin/v1': server,
      '/version': server,
      '/readyz': server,
      '/openapi.json': server,
      '/metrics': server,
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    setupFiles: [here('test/browser.ts')],
  },
});
