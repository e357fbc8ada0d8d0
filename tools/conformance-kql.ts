/**
 * The KQL part of the conformance runner: published and recorded queries against the query service, without data.
 *
 * A kind is a JSON file of the folder: `vectors` have an expected result, which the folder's own compare.mjs judges;
 * `queries` have none and must compile and run against the (empty) tables of table-schemas.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExtraTables } from '#server/kql/index.ts';
import {
  createQueryService,
  ENGINES,
  type EngineName,
  QueryError,
  type QueryResult,
  type QueryService,
} from '#server/query/index.ts';
import type { ConformanceOptions, KindScore } from './conformance-part.ts';
import { type PublishedRule, TIMEOUT_MS, tryPublished } from './conformance-rules.ts';

/** Queries under way at once. */
const AT_ONCE = 4;

/** One case: a vector, or a published query. */
interface Case {
  readonly id: string;
  readonly query: string;
  readonly flags?: readonly string[];
  /** Set in documentation examples, where numbers may be printed rounded. */
  readonly page?: string;
  readonly expected?: {
    readonly columns?: readonly string[];
    readonly nulls?: unknown;
    readonly error?: string;
  };
  readonly parserParams?: readonly { readonly name: string; readonly default?: string }[];
}

type Compare = (
  expected: Case['expected'],
  actual: { readonly columns: readonly string[]; readonly rows: QueryResult['rows'] },
  options: Readonly<Record<string, unknown>>,
) => { readonly equal: boolean; readonly reason?: string; readonly detail?: unknown };

type Outcome = QueryResult | QueryError;

export async function runKql(options: ConformanceOptions): Promise<readonly KindScore[]> {
  const { root, kinds, engine } = options;
  if (!isEngine(engine)) throw new Error(`there is no engine ${engine}: ${ENGINES.join(', ')}`);
  const compare = await loadCompare(root);
  const scores: KindScore[] = [];
  for (const { kind, cases, isContent } of readKinds(root, kinds)) {
    const service = createQueryService({
      engine,
      store: undefined,
      clock: () => Date.now() * 1000,
      catalog: isContent ? { extra: readTables(root) } : {},
    });
    try {
      scores.push(await scoreKind(kind, cases, service, compare, options.onFailure));
    } finally {
      await service.stop();
    }
  }
  if (engine === 'duckdb') scores.push(...(await scorePublished(options)));
  return scores;
}

/** Published rules on Weir's own tables: they are read and run; those over sessions fire on events made for them. */
const PUBLISHED = ['published-rules', 'published-rules-fire'] as const;

async function scorePublished({
  root,
  kinds,
  onFailure,
}: ConformanceOptions): Promise<KindScore[]> {
  const file = join(root, 'network-content.json');
  const wanted = PUBLISHED.filter((kind) => kinds.length === 0 || kinds.includes(kind));
  if (wanted.length === 0 || !existsSync(file)) return [];
  const { queries }: { queries: readonly PublishedRule[] } = JSON.parse(readFileSync(file, 'utf8'));
  const rules = queries.filter((q) => q.kind === 'rule' && (q.flags ?? []).length === 0);
  const service = createQueryService({
    store: undefined,
    clock: () => Date.now() * 1000,
    limits: { timeoutMs: TIMEOUT_MS },
  });
  try {
    const { imported, failed, firing, silent } = await tryPublished(rules, service);
    for (const why of failed) onFailure('published-rules', why, 'does not run');
    for (const id of silent) onFailure('published-rules-fire', id, 'no events made it fire');
    const scores: readonly KindScore[] = [
      {
        kind: 'published-rules',
        passed: imported.length - failed.length,
        failed: rules.length - imported.length + failed.length,
        notApplicable: 0,
      },
      {
        kind: 'published-rules-fire',
        passed: firing.length,
        failed: silent.length,
        notApplicable: rules.length - firing.length - silent.length,
      },
    ];
    return scores.filter((s) => wanted.some((kind) => kind === s.kind));
  } finally {
    await service.stop();
  }
}

const isEngine = (name: string): name is EngineName => ENGINES.some((e) => e === name);

interface Kind {
  readonly kind: string;
  readonly cases: readonly Case[];
  readonly isContent: boolean;
}

function readKinds(root: string, wanted: readonly string[]): Kind[] {
  return readdirSync(root)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const kind = name.slice(0, -'.json'.length);
      if (wanted.length > 0 && !wanted.includes(kind)) return [];
      const { vectors, queries } = JSON.parse(readFileSync(join(root, name), 'utf8'));
      const cases: readonly Case[] | undefined = vectors ?? queries;
      return cases ? [{ kind, cases, isContent: vectors === undefined }] : [];
    });
}

function readTables(root: string): ExtraTables {
  const file = join(root, 'table-schemas.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { tables: {} };
}

async function loadCompare(root: string): Promise<Compare> {
  const { compare }: { compare: Compare } = await import(
    pathToFileURL(join(root, 'compare.mjs')).href
  );
  return compare;
}

async function scoreKind(
  kind: string,
  cases: readonly Case[],
  service: QueryService,
  compare: Compare,
  onFailure: ConformanceOptions['onFailure'],
): Promise<KindScore> {
  const score = { kind, passed: 0, failed: 0, notApplicable: 0 };
  const waiting = [...cases];
  const lane = async () => {
    for (let found = waiting.shift(); found; found = waiting.shift()) {
      if (isOutside(found)) {
        score.notApplicable++;
        continue;
      }
      const wrong = judge(found, await run(found, service), compare);
      if (wrong === undefined) score.passed++;
      else {
        score.failed++;
        onFailure(kind, found.id, wrong);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return score;
}

/** Flags of cases whose printed result cannot be reproduced, or which upstream itself calls broken. */
const OUTSIDE =
  /^(?:nondeterministic|plugin|doc-cell-format|doc-json|truncated|doc-columns-differ|diagnostic|syntax|semantic)/;
/** Features that Weir does not claim: geography and graphs. */
const UNCLAIMED = /\bgeo_|graph|h3cell|s2cell/i;

function isOutside({ expected, flags = [], query }: Case): boolean {
  return (
    flags.some((flag) => OUTSIDE.test(flag)) || (expected !== undefined && UNCLAIMED.test(query))
  );
}

async function run(found: Case, service: QueryService): Promise<Outcome> {
  const lets = (found.parserParams ?? []).map(
    (p) => `let ${p.name}=${p.default ?? 'dynamic([])'};\n`,
  );
  try {
    return await service.query({ text: lets.join('') + found.query });
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
}

/** Why a case fails; undefined when it passes. */
function judge(found: Case, outcome: Outcome, compare: Compare): string | undefined {
  const { expected, flags = [] } = found;
  const isError = outcome instanceof QueryError;
  if (expected?.error !== undefined) return isError ? undefined : 'the query should be refused';
  if (isError) {
    const isRightly =
      expected === undefined &&
      flags.includes('externaldata') &&
      outcome.code === 'external-refused';
    return isRightly ? undefined : `${outcome.code}: ${outcome.message}`;
  }
  if (expected === undefined) return undefined;
  const actual = { columns: outcome.columns.map((c) => c.name), rows: outcome.rows };
  const strict = {
    tickSlack: 9,
    names: flags.includes('doc-columns-case') ? 'ci' : 'exact',
    strictNull: expected.nulls !== undefined,
  };
  const verdict = compare(expected, actual, strict);
  if (verdict.equal) return undefined;
  if (found.page !== undefined && compare(expected, actual, { ...strict, shownDigits: true }).equal)
    return undefined;
  return `${verdict.reason}: ${JSON.stringify(verdict.detail ?? '').slice(0, 300)}`;
}
