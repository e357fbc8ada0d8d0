/**
 * Scores Weir on a folder laid out like the conformance data.
 * usage: npm run conformance -- kql|data [--root DIR] [--engine NAME] [--gate] [KIND…]
 *
 * The folder is --root, else WEIR_CONFORMANCE, else ../shared/conformance when that exists; without one it is said that
 * nothing was scored. Exit code 0 when nothing failed, 1 when something did, 2 for wrong usage. With --gate a failed case is
 * tolerated as long as its kind reaches its floor: the tests use that where completeness is still growing.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ConformanceOptions, KindScore } from './conformance-part.ts';

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder with conformance data, or undefined when there is none. */
export function findRoot(flag: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const named = flag ?? env['WEIR_CONFORMANCE'];
  const root = resolve(named || join(home, '..', 'shared', 'conformance'));
  return existsSync(root) ? root : undefined;
}

/** `KIND: N passed, N failed, N not applicable`. */
export function printScore(score: KindScore): string {
  return `${score.kind}: ${score.passed} passed, ${score.failed} failed, ${score.notApplicable} not applicable`;
}

/**
 * Percent of the applicable cases of a kind that must pass, for --gate: what has been reached is not given up. Raise a
 * floor when the score has risen; a kind that is not listed must pass whole.
 */
export const FLOORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  duckdb: { 'docs-examples': 95, 'emulator-examples': 99, 'published-rules-fire': 86 },
  clickhouse: { 'docs-examples': 95, 'emulator-examples': 99 },
};

const floorOf = (kind: string, engine: string): number => FLOORS[engine]?.[kind] ?? 100;

/** True when a kind is as good as the gate wants it. */
export function reachesFloor({ kind, passed, failed }: KindScore, engine = 'duckdb'): boolean {
  const applicable = passed + failed;
  return applicable === 0 || (100 * passed) / applicable >= floorOf(kind, engine);
}

const PARTS: Readonly<
  Record<string, (options: ConformanceOptions) => Promise<readonly KindScore[]>>
> = {
  kql: async (options) => (await import('./conformance-kql.ts')).runKql(options),
  data: async (options) => (await import('./conformance-data.ts')).runData(options),
};

export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const usage =
    'usage: npm run conformance -- kql|data [--root DIR] [--engine NAME] [--gate] [KIND…]\n';
  let parsed: { positionals: string[]; values: { root?: string; engine?: string; gate?: boolean } };
  try {
    const options = {
      root: { type: 'string' },
      engine: { type: 'string' },
      gate: { type: 'boolean' },
    } as const;
    parsed = parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const [name, ...kinds] = parsed.positionals;
  const part = name === undefined ? undefined : PARTS[name];
  if (name === undefined || !part) {
    process.stderr.write(usage);
    return 2;
  }
  const { engine = 'duckdb' } = parsed.values;
  const root = findRoot(parsed.values.root, env);
  const folder = root && join(root, name);
  if (!folder || !existsSync(folder)) {
    process.stdout.write(
      `${name}: skipped, there is no conformance data. --root or WEIR_CONFORMANCE names its folder.\n`,
    );
    return parsed.values.root === undefined ? 0 : 1;
  }
  // A gate is about how many; run it without --gate to see which.
  const onFailure = (kind: string, caseName: string, why: string) =>
    parsed.values.gate || process.stderr.write(`${kind}: ${caseName}: ${why}\n`);
  const scores = await part({ root: folder, engine, kinds, onFailure });
  for (const score of scores) process.stdout.write(`${printScore(score)}\n`);
  if (!parsed.values.gate) return scores.some((s) => s.failed > 0) ? 1 : 0;
  const below = scores.filter((s) => !reachesFloor(s, engine));
  for (const { kind } of below)
    process.stderr.write(`${kind} is below its floor of ${floorOf(kind, engine)} %\n`);
  return below.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await main(process.argv.slice(2), process.env);
