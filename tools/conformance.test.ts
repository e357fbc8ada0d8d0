import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FLOORS, findRoot, main, printScore, reachesFloor } from './conformance.ts';

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

it('lets a kind through the gate when it reaches its floor', () => {
  const score = (kind: string, passed: number, failed: number) => ({
    kind,
    passed,
    failed,
    notApplicable: 0,
  });
  expect(reachesFloor(score('aws-logs', 5, 0))).toBe(true);
  expect(reachesFloor(score('aws-logs', 5, 1))).toBe(false);
  expect(reachesFloor(score('nothing-yet', 0, 0))).toBe(true);
  for (const [engine, floors] of Object.entries(FLOORS))
    for (const [kind, floor] of Object.entries(floors)) {
      expect(reachesFloor(score(kind, floor, 100 - floor), engine)).toBe(true);
      expect(reachesFloor(score(kind, floor - 1, 101 - floor), engine)).toBe(false);
    }
});
