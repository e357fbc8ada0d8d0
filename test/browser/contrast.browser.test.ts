import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// WCAG 2.2: contrast of words at least 4.5:1 (1.4.3), of bars and lines that mean something at least 3:1 (1.4.11).

const css = readFileSync(join(import.meta.dirname, '../../src/web/base/theme.css'), 'utf8');
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
    ([, name, light, dark]) => [name, [light, dark] as const],
  ),
);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string, theme: 0 | 1): number {
  const [first, second] = [a, b].map((name) => luminance(colours.get(name)?.[theme] ?? ''));
  const [low, high] = [first ?? 0, second ?? 0].sort((x, y) => x - y);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const WORDS = [
  ...['ink', 'ink2', 'ink3', 'accent', 'allow-ink', 'deny-ink', 'bad-ink', 'ok-ink'].flatMap(
    (ink) => ['panel', 'bg', 'hover'].map((ground) => [ink, ground] as const),
  ),
  ['allow-ink', 'allow-soft'],
  ['deny-ink', 'deny-soft'],
  ['bad-ink', 'bad-soft'],
  ['ok-ink', 'ok-soft'],
  ['on-accent', 'accent'],
  ['ink', 'selected'],
  ['ink2', 'sunken'],
] as const;
const SHAPES = ['allow', 'deny', 'bad', 'ok', 'accent'] as const;

test.each(WORDS)('the words %s can be read on %s, light and dark', (ink, ground) => {
  expect(contrast(ink, ground, 0)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(ink, ground, 1)).toBeGreaterThanOrEqual(4.5);
});

test.each(SHAPES)('bars and lines in %s stand out from a panel, light and dark', (shape) => {
  expect(contrast(shape, 'panel', 0)).toBeGreaterThanOrEqual(3);
  expect(contrast(shape, 'panel', 1)).toBeGreaterThanOrEqual(3);
});
