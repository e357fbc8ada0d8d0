import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TACTICS } from '#core/alert/index.ts';
import { DETECTORS } from '#core/detect/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import { type DetectBench, openDetectBench } from './testing/bench.ts';

let bench: DetectBench;
beforeAll(async () => {
  bench = await openDetectBench();
}, 60_000);
afterAll(() => bench.close());

describe.each(DETECTORS.map((d) => [d.name, d] as const))('%s', (_, detector) => {
  it('tells all that a person needs', () => {
    for (const text of [detector.title, detector.says, detector.source])
      expect(text.length).toBeGreaterThan(10);
    expect(detector.fires.length).toBeGreaterThan(0);
    expect(detector.silent.length).toBeGreaterThan(0);
    expect(detector.nextSteps.length).toBeGreaterThan(0);
    expect(detector.falsePositives.length).toBeGreaterThan(0);
    for (const tactic of detector.tactics) expect(TACTICS).toContain(tactic);
    for (const technique of detector.techniques) expect(technique).toMatch(/^T\d{4}(\.\d{3})?$/);
    for (const table of detector.reads) expect(tablesByName.has(table)).toBe(true);
  });

  it.each(detector.fires.map((s) => [s.says, s] as const))(
    'finds: %s',
    async (_says, sample) => {
      const findings = await bench.find(detector, sample);
      expect(findings.length).toBeGreaterThan(0);
      for (const finding of findings) {
        expect(finding.reasons.length).toBeGreaterThan(0);
        expect(finding.entities.some((e) => e.role === 'actor' || e.role === 'target')).toBe(true);
        expect(finding.last).toBeGreaterThanOrEqual(finding.first);
        expect(finding.score).toBeGreaterThan(0);
        expect(JSON.stringify(finding.features)).not.toContain('null,null');
      }
      expect(new Set(findings.map((f) => f.key)).size).toBe(findings.length);
      const proof = await bench.rows(findings[0]!.evidence[0]!.kql);
      expect(proof.length).toBeGreaterThan(0);
    },
    30_000,
  );

  it.each(detector.silent.map((s) => [s.says, s] as const))(
    'says nothing of: %s',
    async (_says, sample) => {
      expect(await bench.find(detector, sample)).toEqual([]);
    },
    30_000,
  );
});
