import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import { printInstant } from '#core/base/index.ts';
import type { CanaryAnswer } from '#core/contract/index.ts';
import type { Alerts } from '#server/alert/index.ts';
import { KINDS, type Outputs } from '#server/output/index.ts';
import type { Ingester } from '#server/pipeline/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { createFileObject } from '#server/source/index.ts';
import type { Store } from '#server/store/index.ts';

/*
 * Weir testing itself: a marked event is written to a file, read, decoded and stored as any log is, found by a rule, becomes an
 * alert, and goes to the outputs through their queues. It has a format, a table and a kind of finder of its own, so that no
 * count of traffic or of detections has it in it.
 */

export interface CanaryDeps {
  readonly store: Store;
  readonly ingester: Ingester;
  readonly queries: QueryService;
  readonly alerts: Alerts;
  readonly outputs: Outputs;
  /** µs. */
  readonly clock: () => number;
}

export interface CanaryRun {
  /** Outputs to reach; all that are not read by people when absent. */
  readonly outputs: readonly string[] | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Hop = CanaryAnswer['hops'][number];

/** Ends the run: later steps cannot succeed. */
class Broken extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The rule that finds the event. */
const ruleFor = (marker: string) =>
  `CanaryEvents | where TimeGenerated > ago(1h) and Marker == "${marker}" | project TimeGenerated, Number`;

export function createCanary(deps: CanaryDeps): (run: CanaryRun) => Promise<CanaryAnswer> {
  return async ({ outputs: names, timeoutMs, signal: asked }) => {
    const marker = randomUUID();
    const hops: Hop[] = [];
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([asked, late]);
    const step = async <T>(hop: string, work: () => Promise<readonly [T, string]>) => {
      const startedAt = performance.now();
      const ms = () => Math.round(performance.now() - startedAt);
      try {
        signal.throwIfAborted();
        const [result, says] = await work();
        hops.push({ hop, ok: true, ms: ms(), says, hint: '' });
        return result;
      } catch (error) {
        const isLate = late.aborted && !(error instanceof Broken);
        const message = error instanceof Error ? error.message : String(error);
        hops.push({
          hop,
          ok: false,
          ms: ms(),
          says: isLate ? `it took longer than ${timeoutMs / 1000} s` : message,
          hint: error instanceof Broken ? error.hint : 'See the log of the server.',
        });
        throw error;
      }
    };
    try {
      await step('source and ingestion', () => ingestEvent(deps, marker, signal));
      const finding = await step('detection', () => findEvent(deps, marker, signal));
      const number = await step('alert', () => raise(deps, finding));
      hops.push(...(await reach(deps, names, { marker, number, signal })));
    } catch {
      // The last hop says why; those after it were not tried.
    }
    return { ok: hops.length > 3 && hops.every((hop) => hop.ok), marker, hops };
  };
}

async function ingestEvent(
  { store, ingester, clock }: CanaryDeps,
  marker: string,
  signal: AbortSignal,
): Promise<readonly [undefined, string]> {
  const file = join(store.folder, 'tmp', `canary-${marker}.log`);
  await writeFile(file, `weir-canary 1 ${marker} 1 ${printInstant(clock())}\n`);
  try {
    const object = createFileObject('canary', file, statSync(file), true);
    const totals = await ingester.ingest({ ...object, hasIdentity: false }, signal);
    if (totals.stored !== 1)
      throw new Broken(
        `the event was not stored: ${totals.refused ?? totals.readProblem ?? 'it was taken for known'}`,
        'See the quarantine on the Sources page.',
      );
    return [undefined, 'the event was read, decoded and stored'];
  } finally {
    await rm(file, { force: true });
  }
}

async function findEvent(
  { queries }: CanaryDeps,
  marker: string,
  signal: AbortSignal,
): Promise<readonly [Finding, string]> {
  const kql = ruleFor(marker);
  const { rows } = await queries.query({ text: kql, user: 'canary', signal });
  if (rows.length !== 1)
    throw new Broken(
      `the rule found ${rows.length} events instead of one`,
      'Run `weir doctor`, which checks what is stored.',
    );
  const at = Date.parse(String(rows[0]?.[0])) * 1000;
  const finding: Finding = {
    key: `canary ${marker}`,
    finder: { kind: 'canary', id: 'canary', name: 'Canary', version: '1', family: 'canary' },
    title: `Weir canary ${marker}: a test of the way to you`,
    reasons: ['Weir sent this itself to see whether alerts arrive. No threat was found.'],
    first: at,
    last: at,
    severity: 'informational',
    score: 1,
    confidence: 1,
    tactics: [],
    techniques: [],
    entities: [],
    features: {},
    evidence: [{ kql, rows: 1 }],
    nextSteps: [],
    falsePositives: [],
    customDetails: {},
    magnitude: 1,
  };
  return [finding, 'the rule of the canary found it'];
}

/** Returns the number of its entry in the log of alerts. */
async function raise({ alerts }: CanaryDeps, finding: Finding): Promise<readonly [number, string]> {
  const before = alerts.head();
  const taken = await alerts.take([finding]);
  const entry = alerts
    .log(before, 1000)
    .find((one) => one.kind === 'alert' && one.alert.key === finding.key);
  if (!entry)
    throw new Broken(
      taken.suppressed > 0 ? 'a suppression holds the alert back' : 'no alert was raised',
      taken.suppressed > 0 ? 'Narrow the suppression that covers everything.' : 'See the log.',
    );
  return [entry.number, `alert ${entry.kind === 'alert' ? entry.alert.id : ''} was raised`];
}

interface Reached {
  readonly marker: string;
  readonly number: number;
  readonly signal: AbortSignal;
}

async function reach(
  { outputs }: CanaryDeps,
  names: readonly string[] | undefined,
  { marker, number, signal }: Reached,
): Promise<readonly Hop[]> {
  const all = outputs.status();
  const wanted = names ?? all.filter((o) => KINDS[o.kind].notice === undefined).map((o) => o.name);
  if (wanted.length === 0)
    return [
      {
        hop: 'output',
        ok: false,
        ms: 0,
        says: 'there is no output to send to',
        hint: 'Configure one under `outputs`, or name one that people read.',
      },
    ];
  return Promise.all(
    wanted.map(async (name): Promise<Hop> => {
      const hop = `output ${name}`;
      const trial = await outputs.carry(name, { marker, number, signal });
      if (trial) return { hop, ok: trial.ok, ms: trial.ms, says: trial.says, hint: trial.advice };
      const known = all.map((one) => one.name).join(', ') || 'none';
      return {
        hop,
        ok: false,
        ms: 0,
        says: 'there is no such output',
        hint: `There are: ${known}.`,
      };
    }),
  );
}
