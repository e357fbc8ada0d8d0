import { printInstant } from '#core/base/index.ts';
import type { SourceStatus } from '#core/contract/index.ts';
import type { Log } from '#server/http/index.ts';
import type { Ingester } from '#server/pipeline/index.ts';
import { createFileSource, type Source } from '#server/source/index.ts';
import { CommandError } from '../command.ts';
import type { SourceConfig } from '../config/index.ts';

/** The configured sources, being followed. */
export interface Followed {
  status(): SourceStatus[];
  /** Resolves when every source has let go. */
  stop(): Promise<void>;
}

/** Objects of a source under way at once: few are being read, the others wait to be committed together. */
const MOST_UNDER_WAY = 64;

/** Follows every source into the store until stopped. */
export function followSources(
  configs: readonly SourceConfig[],
  ingester: Ingester,
  log: Log,
): Followed {
  const stopping = new AbortController();
  const followed = configs.map((config) => {
    const source = openSource(config);
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
        { concurrency: MOST_UNDER_WAY },
      )
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.error('a source has ended', { source: source.name, error });
      });
    return { config, source, ended };
  });
  return {
    status: () => followed.map(({ config, source }) => tellHealth(config, source)),
    async stop() {
      stopping.abort(new Error('Weir is stopping'));
      await Promise.all(followed.map((f) => f.ended));
    },
  };
}

function openSource(config: SourceConfig): Source {
  if (config.kind === 'folder')
    return createFileSource({ path: config.path, name: config.name, pollMs: config.poll });
  throw new CommandError(
    `the source ${config.name} is an Azure container, which this version cannot follow yet`,
    'Take it out of the configuration.',
  );
}

const STATES = {
  waiting: 'waiting',
  reading: 'running',
  late: 'running',
  error: 'failed',
} as const;

function tellHealth(config: SourceConfig, source: Source): SourceStatus {
  const { state, says, lastSuccess, lastError } = source.health();
  return {
    name: config.name,
    kind: config.kind,
    state: STATES[state],
    lastSuccess: lastSuccess === null ? null : printInstant(lastSuccess),
    lastError: lastError && {
      at: printInstant(lastError.at),
      message: lastError.message,
      hint: says,
    },
    newest: null,
    freshnessSeconds: null,
  };
}
