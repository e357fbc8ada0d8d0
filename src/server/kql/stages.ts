import {
  type BoundColumn,
  EPOCH_TICKS,
  expandHost,
  type KnownRelation,
  type Plan,
  planQuery,
  type Rel,
  type Stage,
} from '#core/kql/index.ts';

type SqlStage = Extract<Stage, { kind: 'sql' }>;

/** What an engine does with one stage. `plan` is the plan that the stage's scans belong to. */
export interface StageRunner {
  /** Leaves the rows of a stage in the temporary table that it names. */
  make(stage: SqlStage & { readonly into: string }, plan: Plan): Promise<void>;
  /** The rows of a relation over temporary tables, as values of JavaScript. */
  ask(rel: Rel, plan: Plan): Promise<readonly (readonly unknown[])[]>;
}

export interface LastStage {
  readonly stage: SqlStage;
  readonly columns: readonly BoundColumn[];
  readonly plan: Plan;
}

export function ticks(micros: number): bigint {
  return BigInt(micros) * 10n + EPOCH_TICKS;
}

/** Runs every stage but the last, planning what only running tells, and says what is left to run. `now` is in µs. */
export async function runToLast(plan: Plan, now: number, runner: StageRunner): Promise<LastStage> {
  let found: KnownRelation | null = null;
  for (const stage of plan.stages) {
    if (stage.kind === 'sql') {
      if (stage.into === undefined) return { stage, columns: plan.columns, plan };
      await runner.make({ ...stage, into: stage.into }, plan);
    } else if (stage.kind === 'host') {
      const ask = (rel: Rel) => runner.ask(rel, plan);
      const { host, input, params, into } = stage;
      const { rel, columns, isOpen } = await expandHost(host, input, params, ask);
      await runner.make({ kind: 'sql', rel: { ...rel, columns }, shared: [], into }, plan);
      found = { name: into, columns, ...(isOpen ? { isOpen } : {}) };
    } else if (found) {
      const known = new Map<string, KnownRelation>(stage.known.map((k) => [k.id, k]));
      known.set(stage.done, found);
      return runToLast(planQuery(stage.query, { now: ticks(now), known }), now, runner);
    }
  }
  throw new Error('the plan has no result');
}
