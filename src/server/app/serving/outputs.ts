import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Links } from '#core/output/index.ts';
import type { Alerts } from '#server/alert/index.ts';
import type { Log } from '#server/http/index.ts';
import { createOutputs, type OutputSettings, type Outputs } from '#server/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { Store } from '#server/store/index.ts';
import { type Config, type OutputConfig, readSecret } from '../config/index.ts';

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
  if (typeof what !== 'object' || !('query' in what)) return { ...config, what };
  const { query, as, every: everyMs, settle: settleMs } = what;
  return { ...config, what: { query, as, everyMs, settleMs } };
}

/** Pages have addresses for others once this server has a name. */
function linksOf({ hosts, tls, proxy }: Config): Links {
  const [host] = hosts;
  if (host === undefined) return { alert: () => undefined, incident: () => undefined };
  const base = `${tls !== undefined || proxy?.tls ? 'https' : 'http'}://${host}`;
  const page = (number: number) => `${base}/incidents/${number}`;
  return {
    alert: ({ incident }) => (incident === undefined ? undefined : page(incident)),
    incident: ({ number }) => page(number),
  };
}
