import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, printStage } from '#core/kql/index.ts';
import {
  compile,
  type ExtraTables,
  makeCatalog,
  type Prepared,
  prepare,
  warmUp,
} from '#server/kql/index.ts';
import { findRoot } from '../tools/conformance.ts';

export interface TranslationTimes {
  readonly what: string;
  readonly queries: number;
  /** Median milliseconds: our own part, which is all after parsing and binding, and the whole. */
  readonly ownMs: number;
  readonly wholeMs: number;
}

/** Passes over the queries; the first only warms up, of the others the quickest counts. */
const PASSES = 4;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function printAll(plan: Plan): void {
  for (const stage of plan.stages)
    if (stage.kind === 'sql')
      printStage(stage, stage.into ? stage.rel.columns : plan.columns, { scanSql: (name) => name });
}

function measure(what: string, texts: readonly string[], prepared: Prepared): TranslationTimes {
  const own: number[] = [];
  const whole: number[] = [];
  for (const text of texts) {
    const best = { own: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY };
    for (let pass = 0; pass < PASSES; pass++) {
      let boundAt = 0;
      const startedAt = performance.now();
      const onBound = () => {
        boundAt = performance.now();
      };
      const compiled = compile(text, prepared, { now: Date.now() * 1000, onBound });
      if (!compiled.ok) break;
      printAll(compiled.plan);
      const endedAt = performance.now();
      if (pass === 0) continue;
      best.own = Math.min(best.own, endedAt - boundAt);
      best.whole = Math.min(best.whole, endedAt - startedAt);
    }
    if (!Number.isFinite(best.whole)) continue;
    own.push(best.own);
    whole.push(best.whole);
  }
  return { what, queries: own.length, ownMs: median(own), wholeMs: median(whole) };
}

/** Translates these texts, and published network queries where the conformance data is at hand. */
export function measureTranslation(texts: readonly string[]): readonly TranslationTimes[] {
  warmUp();
  const times = [measure('translation', texts, prepare(makeCatalog()))];
  const root = findRoot(undefined, process.env);
  const content = root && join(root, 'kql', 'network-content.json');
  if (!root || !content || !existsSync(content)) return times;
  // The folder's files are of these shapes; see its README.
  const extra = JSON.parse(
    readFileSync(join(root, 'kql', 'table-schemas.json'), 'utf8'),
  ) as ExtraTables;
  const { queries } = JSON.parse(readFileSync(content, 'utf8')) as {
    readonly queries: readonly { readonly query: string }[];
  };
  const published = queries.map((q) => q.query);
  return [
    ...times,
    measure('translation of network content', published, prepare(makeCatalog({ extra }))),
  ];
}
