import { type Plan, printStage } from '#core/kql/index.ts';
import { printRelation } from './relation.ts';
import type { ScanSource } from './scan.ts';

/** Nothing is known of the files before they are opened. */
const NO_FACTS = { isUnreadable: () => false, lacks: () => false };

/** The SQL of a plan's stages; a stage that is planned while the query runs is a comment that says so. */
export function printStages(plan: Plan, scans: readonly ScanSource[]): readonly string[] {
  const scanSql = (name: string) => {
    const scan = scans.find((s) => s.name === name);
    if (!scan) throw new Error(`the plan reads ${name}, which was not resolved`);
    return `(${printRelation(scan, NO_FACTS)})`;
  };
  return plan.stages.map((stage) => {
    if (stage.kind === 'sql')
      return printStage(stage, stage.into ? stage.rel.columns : plan.columns, { scanSql });
    return '-- planned while the query runs: what follows depends on the data';
  });
}
