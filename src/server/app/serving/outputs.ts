import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { printInstant } from '#core/base/index.ts';
import type { OutputStatus } from '#core/contract/index.ts';
import type { Links } from '#core/output/index.ts';
import type { Alerts } from '#server/alert/index.ts';
import { Refused } from '#server/auth/index.ts';
import type { Log, OutputService } from '#server/http/index.ts';
import {
  createOutputs,
  type OutputSettings,
  type Outputs,
  type OutputStatus as RoomStatus,
} from '#server/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { Store } from '#server/store/index.ts';
import { type Config, type OutputConfig, readSecret } from '../config/index.ts';
import type { createCanary } from './canary.ts';
import { publicUrl } from './public-url.ts';

export interface ServedOutputsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly queries: QueryService;
  readonly alerts: Alerts;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** The outputs of the configuration, not started. */
export function openOutputs({ config, env, log, ...deps }: ServedOutputsDeps): Outputs {
  return createOutputs({
    ...deps,
    settings: config.outputs.map(settingsOf),
    links: linksOf(config),
    context: {
      version: deps.version,
      host: config.hosts[0] ?? hostname(),
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    secret: (reference) => readSecret(reference, env),
    now: Date.now,
    onChange(name, failure) {
      if (failure === undefined) log.info('an output goes on', { output: name });
      else
        log.warn('an output fails; it is tried again', {
          output: name,
          why: failure.message,
          hint: failure.advice,
        });
    },
  });
}

/** The configuration's words for an output in the room's. */
function settingsOf(config: OutputConfig): OutputSettings {
  const { what } = config;
  if (typeof what !== 'object') return { ...config, what };
  const { revise: reviseMs } = what;
  if ('table' in what) {
    const { table, where, from } = what;
    return { ...config, what: { table, where, from, reviseMs } };
  }
  const { query, as, every: everyMs, settle: settleMs } = what;
  return { ...config, what: { query, as, everyMs, settleMs, reviseMs } };
}

/** Pages have addresses for others once this server has a name. */
function linksOf(config: Config): Links {
  const base = publicUrl(config);
  if (base === undefined) return { alert: () => undefined, incident: () => undefined };
  const page = (number: number) => `${base}/incidents/${number}`;
  return {
    alert: ({ incident }) => (incident === undefined ? undefined : page(incident)),
    incident: ({ number }) => page(number),
  };
}

/** The outputs as pages and commands ask for them. */
export function tellOutputs(
  outputs: Outputs,
  canary: ReturnType<typeof createCanary>,
  now: () => number,
): OutputService {
  const found = <T>(name: string, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new Refused('not-found', `There is no output ${name}.`);
  };
  return {
    list: () => outputs.status().map((status) => tellOutput(status, now())),
    async test(name, signal) {
      const trial = found(name, await outputs.test(name, randomUUID(), signal));
      return { ok: trial.ok, ms: trial.ms, says: trial.says, hint: trial.advice };
    },
    preview: (name) => found(name, outputs.preview(name)),
    retry(name) {
      if (!outputs.retry(name)) found(name, undefined);
    },
    rejected: (name) =>
      outputs.rejected(name, MOST_REJECTED).map((one) => ({ ...one, at: printInstant(one.at) })),
    canary: ({ outputs: names, timeoutSeconds }, signal) =>
      canary({ outputs: names, timeoutMs: timeoutSeconds * 1000, signal }),
  };
}

const MOST_REJECTED = 100;

function tellOutput(status: RoomStatus, nowMs: number): OutputStatus {
  const { name, kind, what, format, where, health, counts, waiting } = status;
  const { failure } = health;
  return {
    name,
    kind,
    what,
    format,
    where,
    state: health.state,
    sent: counts.sent,
    repeated: counts.repeated,
    rejected: counts.rejected,
    lost: counts.lost,
    waiting: waiting.messages,
    lagSeconds:
      waiting.since === undefined
        ? null
        : Math.max(0, Math.round(nowMs / 1000 - waiting.since / 1e6)),
    lastSuccess: counts.lastSuccess === null ? null : printInstant(counts.lastSuccess),
    lastError:
      failure === undefined
        ? null
        : {
            at: printInstant(failure.at * 1000),
            message: failure.message,
            hint: failure.advice,
            nextTry: printInstant(failure.nextTry * 1000),
          },
  };
}

const GAUGES = [
  ['weir_output_sent_total', 'counter', 'Messages that receivers confirmed.', 'sent'],
  ['weir_output_repeated_total', 'counter', 'Messages sent again after a failure.', 'repeated'],
  [
    'weir_output_rejected_total',
    'counter',
    'Messages that receivers refused for good.',
    'rejected',
  ],
  ['weir_output_lost_total', 'counter', 'Rows that went before they were sent.', 'lost'],
  ['weir_output_waiting', 'gauge', 'Messages behind.', 'waiting'],
  ['weir_output_lag_seconds', 'gauge', 'Age of the oldest message that waits.', 'lagSeconds'],
] as const;

/** Lines in the text format of Prometheus. Names of outputs are those of the configuration. */
export function printOutputMetrics(outputs: Outputs, nowMs: number): string {
  const all = outputs.status().map((status) => tellOutput(status, nowMs));
  if (all.length === 0) return '';
  return GAUGES.map(([metric, type, help, field]) =>
    [
      `# HELP ${metric} ${help}`,
      `# TYPE ${metric} ${type}`,
      ...all.map((one) => `${metric}{output="${one.name}"} ${one[field] ?? 0}`),
      '',
    ].join('\n'),
  ).join('');
}
