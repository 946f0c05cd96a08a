// SPDX-License-Identifier: Apache-2.0
// Builds the console into $WEB_OUT/console.
import { copyFileSync, mkdirSync } from 'node:fs';

const out = `${process.env.WEB_OUT ?? '../build/web'}/console`;
mkdirSync(out, { recursive: true });
copyFileSync(new URL('index.html', import.meta.url), `${out}/index.html`);
