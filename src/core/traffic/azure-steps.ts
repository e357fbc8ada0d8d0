import type { Conversation } from './conversation.ts';
import { type LogFile, type Nic, seenBy } from './log-file.ts';

const CONTINUES_MS = 300_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** What an interface in Azure writes of a conversation at one moment: that it began, goes on, ended, or was denied. */
export interface Step {
  readonly at: number;
  readonly rule: string;
  readonly conversation: Conversation;
  readonly direction: 'I' | 'O';
  readonly state: 'B' | 'C' | 'E' | 'D';
  /** Packets and bytes out, packets and bytes in, since the step before. */
  readonly counters: readonly [number, number, number, number];
}

const NONE = [0, 0, 0, 0] as const;

/** Begin, every five minutes, end; or denied. */
function stepsOf(c: Conversation, isInitiator: boolean): Step[] {
  const rule =
    isInitiator && !c.rule.includes('OutBound') ? 'DefaultRule_AllowVnetOutBound' : c.rule;
  const step = (at: number, state: Step['state'], counters: Step['counters']): Step => ({
    at,
    rule,
    conversation: c,
    direction: isInitiator ? 'O' : 'I',
    state,
    counters,
  });
  if (c.isDenied && !isInitiator) return [step(c.at, 'D', NONE)];
  // What the responder's rule refused left the initiator allowed, and nothing came back.
  if (c.isDenied) return [step(c.at, 'B', NONE), step(c.at + 21_000, 'E', [3, 180, 0, 0])];
  const count = Math.floor(c.lastsMs / CONTINUES_MS);
  const share = (total: number, i: number) =>
    Math.floor((total * (i + 1)) / (count + 1)) - Math.floor((total * i) / (count + 1));
  const counters = (i: number) =>
    [
      share(c.packetsOut, i),
      share(c.bytesOut, i),
      share(c.packetsIn, i),
      share(c.bytesIn, i),
    ] as const;
  const steps = [step(c.at, 'B', NONE)];
  for (let i = 0; i < count; i++) steps.push(step(c.at + (i + 1) * CONTINUES_MS, 'C', counters(i)));
  steps.push(step(c.at + c.lastsMs, 'E', counters(count)));
  return steps;
}

/** How one of Azure's logs writes steps down. */
export interface AzureLog {
  /** The folder of an interface's network or security group, up to the hour. */
  folderOf(nic: Nic): string;
  tupleOf(step: Step): string;
  /** One record: the tuples of an interface in a minute, by the rule that decided. */
  recordOf(nic: Nic, minute: number, byRule: ReadonlyMap<string, readonly string[]>): unknown;
}

/** The PT1H.json files of every interface for the hours that the conversations touch, before `until` (ms). */
export function* azureFiles(
  log: AzureLog,
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
): Generator<LogFile> {
  for (const [nic, seen] of seenBy(conversations, nicOf)) {
    const steps = seen
      .flatMap((c) => [
        ...(c.src === nic.ip ? stepsOf(c, true) : []),
        ...(c.dest === nic.ip ? stepsOf(c, false) : []),
      ])
      .filter(({ at }) => at < until)
      .sort((a, b) => a.at - b.at);
    const hours = Map.groupBy(steps, ({ at }) => Math.floor(at / HOUR));
    for (const [hour, ofHour] of hours) yield fileOf(log, nic, hour, ofHour);
  }
}

function fileOf(log: AzureLog, nic: Nic, hour: number, steps: readonly Step[]): LogFile {
  const [y, m, d, h] = new Date(hour * HOUR).toISOString().split(/[-T:]/);
  const minutes = Map.groupBy(steps, ({ at }) => Math.floor(at / MINUTE) * MINUTE);
  const records = [...minutes].map(([minute, list]) => {
    const byRule = new Map<string, string[]>();
    for (const step of list) {
      const tuples = byRule.get(step.rule) ?? [];
      tuples.push(log.tupleOf(step));
      byRule.set(step.rule, tuples);
    }
    return JSON.stringify(log.recordOf(nic, minute, byRule));
  });
  return {
    path: `${log.folderOf(nic)}/y=${y}/m=${m}/d=${d}/h=${h}/m=00/macAddress=${nic.nic}/PT1H.json`,
    text: `{"records":[${records.join(',')}]}`,
  };
}

/** When the record of a minute was written, as Azure prints it. */
export const writtenAt = (minute: number): string =>
  new Date(minute + MINUTE).toISOString().replace('Z', '0000Z');
