import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const built = join(import.meta.dirname, '..', '..', 'dist', 'web');
const html = readFileSync(join(built, 'index.html'), 'utf8');

test('what the browser loads at first stays under 150 kB; charts and the editor come when they are needed', () => {
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(
    (match) => match[1] ?? '',
  );
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((name) => /echarts|codemirror/.test(name))).toEqual([]);
  const bytes = scripts.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(built, name))).length,
    0,
  );
  expect(bytes).toBeLessThan(150_000);
});

test('the page holds no inline script or style, which its policy forbids', () => {
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
});
