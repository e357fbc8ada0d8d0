import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Message } from '#core/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { Database } from '#server/store/index.ts';
import { createDelivery, type Delivery } from '../delivery.ts';
import type { Feed } from '../feed.ts';
import { KINDS, openReceiver } from '../kinds/index.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { OutputSettings } from '../settings.ts';
import { OutputState } from '../state.ts';
import { createReceiverDeps, sleep } from '../way-out.ts';
import { certificate } from './fake.ts';
import { NO_QUERIES } from './no-queries.ts';

export const common = { name: 'siem', what: 'alerts', minSeverity: 'informational' } as const;
/** What references of secrets lead to. */
export const secrets: Record<string, string> = {
  'env:GOOD': 'good-secret',
  'env:BAD': 'bad-secret',
};

export const flow = (n: number, more: Record<string, string | number> = {}): Message => ({
  kind: 'row',
  id: `seg-${n}`,
  table: 'Flows',
  values: {
    TimeGenerated: '2026-03-04T05:06:07Z',
    SrcIp: '10.0.0.1',
    DestIp: '10.0.0.2',
    SrcPort: n,
    DestPort: 443,
    L4Protocol: 'T',
    IpProtocol: 6,
    ...more,
  },
});
export const flows = (count: number) => Array.from({ length: count }, (_, n) => flow(n + 1));

/** A list as a feed, with its position in the state. */
function feedOf(messages: readonly Message[], state: OutputState): Feed {
  const position = () => Number(state.cursor('siem') ?? 0);
  return {
    async read(limit) {
      const from = position();
      const part = messages.slice(from, from + limit);
      if (part.length === 0) return undefined;
      return {
        messages: part,
        lost: 0,
        settle: () => state.setCursor('siem', from + part.length),
      };
    },
    waiting: () => ({ messages: messages.length - position(), since: undefined }),
    pollMs: () => 60_000,
    close: async () => {},
  };
}

/** A list of messages on its way by a real receiver, at work from now on; pauses between tries are none. */
export function deliver(
  settings: OutputSettings,
  messages: readonly Message[],
  more: {
    readonly rate?: number;
    readonly now?: () => number;
    readonly sleep?: ReceiverDeps['sleep'];
    /** For receivers that write files. */
    readonly queries?: Pick<QueryService, 'writeParquet'>;
    readonly timeoutMs?: number;
  } = {},
) {
  const now = more.now ?? Date.now;
  const pause = more.sleep ?? sleep;
  const db = new Database(':memory:');
  const state = new OutputState(db);
  state.open('siem', 'list');
  const failures: string[] = [];
  let recoveries = 0;
  const delivery = createDelivery({
    name: 'siem',
    feed: feedOf(messages, state),
    receiver: openReceiver(settings, {
      ...createReceiverDeps({
        context: {
          version: '1.2.3',
          host: 'weir.example',
          sha1: (bytes) => createHash('sha1').update(bytes).digest(),
        },
        secret: (reference) => {
          const secret = secrets[reference];
          if (secret === undefined) throw new Error(`${reference} is not set`);
          return secret;
        },
        now,
        queries: more.queries ?? NO_QUERIES,
        ca: certificate.cert,
        timeoutMs: more.timeoutMs ?? 500,
      }),
      sleep: pause,
    }),
    state,
    batch: KINDS[settings.kind].batch,
    isFile: KINDS[settings.kind].isFile,
    rate: more.rate,
    now,
    random: () => 0,
    sleep: pause,
    onFailure: ({ kind, message }) => failures.push(`${kind}: ${message}`),
    onRecovery: () => recoveries++,
  });
  onTestFinished(async () => {
    await delivery.stop();
    db.close();
  });
  delivery.start();
  return {
    delivery,
    state,
    failures,
    counts: () => state.counts('siem'),
    recoveries: () => recoveries,
  };
}

export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
export const untilIdle = (delivery: Delivery) => until(() => delivery.health().state === 'idle');
