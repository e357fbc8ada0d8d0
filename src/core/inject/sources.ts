import {
  type Conversation,
  gcpFiles,
  type LogFile,
  type Nic,
  nsgFiles,
  vnetFiles,
  vpcFiles,
} from '#core/traffic/index.ts';

type Printer = (
  conversations: readonly Conversation[],
  nicOf: (ip: string) => Nic | undefined,
  until: number,
) => Generator<LogFile>;

const TEN_MINUTES = 600_000;

/** The logs that a scenario can be written as, from the one that sees most to the one that sees least. */
export const SOURCES = {
  /** Azure: both directions, to the millisecond, who began is known. */
  vnet: vnetFiles,
  /** Azure: the same in whole seconds. */
  nsg: nsgFiles,
  /** AWS, ten minutes at a time: each direction apart, who began is guessed. */
  aws: (conversations, nicOf, until) => vpcFiles(conversations, nicOf, until, TEN_MINUTES),
  /** Google: one packet in thirty, half of the entries, nothing that was denied. */
  gcp: gcpFiles,
} as const satisfies Readonly<Record<string, Printer>>;

export type SourceName = keyof typeof SOURCES;
