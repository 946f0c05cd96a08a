// SPDX-License-Identifier: Apache-2.0
// Text on its ground reaches WCAG AA in both themes, computed from the colours of theme.css.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

const css = readFileSync(fileURLToPath(new URL('../src/theme.css', import.meta.url)), 'utf8');

function colors(theme: 'light' | 'dark'): Map<string, string> {
  const found = css.matchAll(
    /--(s-[\w-]+): var\(--light, (#[0-9a-f]{6})\)\s+var\(--dark, (#[0-9a-f]{6})\);/g,
  );
  return new Map([...found].map((m) => [m[1]!, m[theme === 'light' ? 2 : 3]!]));
}

const channel = (value: number) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((value) => channel(value / 255));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

const rgb = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mix = (a: readonly number[], b: readonly number[], share: number) =>
  a.map((value, index) => value * share + b[index]! * (1 - share));

function contrast(a: readonly number[], b: readonly number[]): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

describe.each(['light', 'dark'] as const)('the colours of %s', (theme) => {
  const found = colors(theme);
  const color = (name: string) => rgb(found.get('s-' + name)!);
  const kTones = ['primary', 'success', 'warning', 'danger', 'info'];

  test.each(['ground', 'surface', 'sunken'])('can be read on the %s', (ground) => {
    for (const text of ['text', 'muted', ...kTones])
      expect(contrast(color(text), color(ground)), text).toBeGreaterThanOrEqual(4.5);
  });

  test('can be read on their own tint, and carry the text of a button', () => {
    for (const tone of kTones) {
      const tint = mix(color(tone), color('surface'), 0.1);
      expect(contrast(color(tone), tint), tone).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color('text'), tint), tone).toBeGreaterThanOrEqual(4.5);
      const hovered = mix(color(tone), color('surface'), 0.88);
      expect(contrast(color('on-color'), hovered), tone).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('draw the edge of a field so that it is seen', () => {
    for (const ground of ['ground', 'surface'])
      expect(contrast(color('line-strong'), color(ground)), ground).toBeGreaterThanOrEqual(3);
  });

  test('can be read in the menu', () => {
    for (const ground of ['nav', 'nav-active'])
      expect(contrast(color('nav-text'), color(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });
});
