import { clickhouse, type Plan, printStage } from '#core/kql/index.ts';
import { hostsByName } from '#server/kql/index.ts';
import { printClickhouseRelation } from './clickhouse-relation.ts';
import type { EngineName } from './engine-name.ts';
import type { FileFacts } from './file-facts.ts';
import { printRelation } from './relation.ts';
import type { ScanSource } from './scan.ts';

/** Nothing is known of the files before they are opened: they are taken to be as new ones are. */
const NO_FACTS: FileFacts = { isUnreadable: () => false, isAsDeclared: () => true };

/** The SQL of a plan's stages; a stage that is planned while the query runs is a comment that says so. */
export function printStages(
  plan: Plan,
  scans: readonly ScanSource[],
  engine: EngineName,
): readonly string[] {
  return plan.stages.flatMap((stage, i) => {
    if (stage.kind !== 'sql')
      return ['-- planned while the query runs: what follows depends on the data'];
    const visible = stage.into ? stage.rel.columns : plan.columns;
    return engine === 'duckdb'
      ? [printStage(stage, visible, { scanSql: (name) => duckdbScan(scans, name) })]
      : printOnClickhouse(stage, visible, plan, scans, `weir_${i + 1}`);
  });
}

function find(scans: readonly ScanSource[], name: string): ScanSource {
  const scan = scans.find((s) => s.name === name);
  if (!scan) throw new Error(`the plan reads ${name}, which was not resolved`);
  return scan;
}

const duckdbScan = (scans: readonly ScanSource[], name: string) =>
  printRelation(find(scans, name), NO_FACTS);

/** The statements of a stage, and between them what JavaScript computes. */
function printOnClickhouse(
  stage: Extract<Plan['stages'][number], { kind: 'sql' }>,
  visible: Plan['columns'],
  plan: Plan,
  scans: readonly ScanSource[],
  prefix: string,
): string[] {
  const { steps, sql } = clickhouse.printClickhouseStage(stage, visible, {
    hosts: hostsByName(),
    prefix,
    scanSql: (name) => {
      const ranges = plan.scans.find((s) => s.name === name)?.ranges ?? [];
      return `(${printClickhouseRelation(find(scans, name), ranges)})`;
    },
  });
  const before = steps.map((step) =>
    step.kind === 'sql'
      ? step.sql
      : `${step.create};\n-- filled with ${step.fn.name} of each row of: ${step.ask}`,
  );
  return [...before, sql];
}
