import {
  clickhouse,
  type HostFunction,
  hostFunctions,
  type Natives,
  type Plan,
} from '#core/kql/index.ts';
import { natives } from './natives.ts';

/** The functions in JavaScript that plans may call, by name. */
export function hostsByName(more: Partial<Natives> = {}): ReadonlyMap<string, HostFunction> {
  return new Map(hostFunctions({ ...natives, ...more }).map((fn) => [fn.name, fn]));
}

let known: ReadonlyMap<string, HostFunction> | undefined;

/** Refuses, with its position, what ClickHouse cannot run of a plan: printing tells, and costs little. */
export function checkOnClickhouse(plan: Plan): void {
  known ??= hostsByName();
  for (const stage of plan.stages)
    if (stage.kind === 'sql')
      clickhouse.printClickhouseStage(stage, stage.rel.columns, {
        hosts: known,
        prefix: 'weir',
        scanSql: () => '(SELECT 1)',
      });
}
