import type { Kind, Receiver, ReceiverDeps } from '../receiver.ts';
import type { OutputKind, OutputSettings } from '../settings.ts';
import { slack, teams } from './chat.ts';
import { elastic } from './elastic.ts';
import { hec } from './hec.ts';
import { mail } from './mail.ts';
import { pagerduty } from './pagerduty.ts';
import { parquet } from './parquet.ts';
import { sentinel } from './sentinel.ts';
import { syslog } from './syslog.ts';
import { webhook } from './webhook.ts';

/** Every kind of receiver. */
export const KINDS: { readonly [K in OutputKind]: Kind<K> } = {
  elastic,
  hec,
  mail,
  pagerduty,
  parquet,
  sentinel,
  slack,
  syslog,
  teams,
  webhook,
};

/** The receiver of an output. */
export function openReceiver(settings: OutputSettings, deps: ReceiverDeps): Receiver {
  return openKind(settings.kind, settings, deps);
}

function openKind<K extends OutputKind>(
  kind: K,
  settings: OutputSettings,
  deps: ReceiverDeps,
): Receiver {
  // `kind` is that of the settings.
  return KINDS[kind].open(settings as Extract<OutputSettings, { kind: K }>, deps);
}
