import { printInstant } from '#core/base/index.ts';
import type { SourceStatus } from '#core/contract/index.ts';
import { type AzureLogin, loginOf } from '#server/azure/index.ts';
import type { Log } from '#server/http/index.ts';
import type { Ingester } from '#server/pipeline/index.ts';
import {
  createAzureSource,
  createFileSource,
  type Recogniser,
  type Source,
} from '#server/source/index.ts';
import { readSecret, type SourceConfig } from '../config/index.ts';

/** The configured sources, being followed. */
export interface Followed {
  /** `newest` is the event time of each source's newest row, µs, by name. */
  status(newest: ReadonlyMap<string, number>, now: number): SourceStatus[];
  /** Resolves when every source has let go. */
  stop(): Promise<void>;
}

/** Objects of a source under way at once: few are being read, the others wait to be committed together. */
const MOST_UNDER_WAY = 64;

/** Follows every source into the store until stopped. */
export function followSources(
  configs: readonly SourceConfig[],
  ingester: Ingester,
  recogniser: Recogniser,
  log: Log,
  env: Env,
): Followed {
  const stopping = new AbortController();
  const followed = configs.map((config) => {
    const source = openSource(config, env);
    const request = config.format === undefined ? {} : { format: config.format };
    const ended = source
      .follow(
        async (object, signal) => {
          const totals = await ingester.ingest(object, signal, request);
          if (totals.refused !== null)
            log.warn('an object was not read', { object: object.name, why: totals.refused });
          if (totals.readProblem !== null)
            log.warn('an object was not read whole', {
              object: object.name,
              why: totals.readProblem,
            });
        },
        stopping.signal,
        { concurrency: MOST_UNDER_WAY, isUntouched: recogniser.untouched(source.name) },
      )
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.error('a source has ended', { source: source.name, error });
      });
    return { config, source, ended };
  });
  return {
    status: (newest, now) =>
      followed.map(({ config, source }) =>
        tellHealth(config, source, newest.get(config.name), now),
      ),
    async stop() {
      stopping.abort(new Error('Weir is stopping'));
      await Promise.all(followed.map((f) => f.ended));
    },
  };
}

/** Throws CommandError for a configuration that cannot work. */
export function openSource(config: SourceConfig, env: Env): Source {
  const { name } = config;
  if (config.kind === 'folder')
    return createFileSource({ path: config.path, name, pollMs: config.poll });
  return createAzureSource({
    container: config.container,
    name,
    login: readLogin(config, env),
    pollMs: config.poll,
    environment: env,
    ...(config.prefix === '' ? {} : { prefix: config.prefix }),
  });
}

type Env = Readonly<Record<string, string | undefined>>;

/** The secret is read when it is asked for, so that one that was replaced in its file is taken. */
function readLogin(config: Extract<SourceConfig, { kind: 'azure-blob' }>, env: Env): AzureLogin {
  const login = loginOf(config, (reference) => readSecret(reference, env));
  if (!login) throw new Error(`the source ${config.name} has no login`);
  return login;
}

const STATES = {
  waiting: 'waiting',
  reading: 'running',
  late: 'late',
  error: 'failed',
} as const;

function tellHealth(
  config: SourceConfig,
  source: Source,
  newest: number | undefined,
  now: number,
): SourceStatus {
  const { state, says, lastSuccess, lastError } = source.health();
  return {
    name: config.name,
    kind: config.kind,
    state: STATES[state],
    says,
    lastSuccess: lastSuccess === null ? null : printInstant(lastSuccess),
    lastError: lastError && {
      at: printInstant(lastError.at),
      message: lastError.message,
      hint: says,
    },
    newest: newest === undefined ? null : printInstant(newest),
    freshnessSeconds: newest === undefined ? null : Math.round((now - newest) / 1e6),
  };
}
