import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findRoot, main, printScore } from './conformance.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('prints scores as scripts read them', () => {
  const score = { kind: 'aws-logs', passed: 2, failed: 0, notApplicable: 1 };
  expect(printScore(score)).toBe('aws-logs: 2 passed, 0 failed, 1 not applicable');
});

it('finds the data by flag, then by variable', () => {
  const folder = temporaryFolder();
  expect(findRoot(folder, { WEIR_CONFORMANCE: '/nowhere' })).toBe(folder);
  expect(findRoot(undefined, { WEIR_CONFORMANCE: folder })).toBe(folder);
  expect(findRoot(undefined, { WEIR_CONFORMANCE: join(folder, 'none') })).toBeUndefined();
});

it('says when there is nothing to score, and refuses what it does not know', async () => {
  expect(await main(['data'], { WEIR_CONFORMANCE: temporaryFolder() })).toBe(0);
  expect(await main(['data', '--root', temporaryFolder()], {})).toBe(1);
  expect(await main(['dta'], {})).toBe(2);
  expect(await main(['kql', '--rot', 'x'], {})).toBe(2);
});
