import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refusedLines } from './refused-lines.ts';

test.each([
  ['198.51.100.7\nevil.example\nhttps://evil.example/a\nnot/an\\indicator\n', ['line 4']],
  ['198.51.100.7 a scanner\n10.0.0.0/24 ours\nd41d8cd98f00b204e9800998ecf8427e\n', []],
  ['[\n {"indicator": "evil.example"},\n {"indicator": "198.51.100.7"}\n]', []],
])('a line that is a bad address or an indicator is not told of: %j', (text, told) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'list.txt');
  writeFileSync(file, text);
  expect(refusedLines([file]).map(({ says }) => /line \d+(?= \()/.exec(says)?.[0])).toEqual(told);
});
