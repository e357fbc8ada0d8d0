import type { Format } from './format.ts';
import { cef } from './formats/cef.ts';
import { cim } from './formats/cim.ts';
import { columns } from './formats/columns.ts';
import { ecs } from './formats/ecs.ts';
import { json } from './formats/json.ts';
import { leef } from './formats/leef.ts';
import { ocsf } from './formats/ocsf.ts';

export { communityId, type FlowTuple } from './community-id.ts';
export { asFlow, type FlowView } from './flow.ts';
export type { Format } from './format.ts';
export { type Links, messageOf } from './from-log.ts';
export {
  type AlertMessage,
  type Context,
  isoOf,
  type Json,
  type JsonObject,
  type Message,
  messageId,
  messageTime,
  type RowMessage,
} from './message.ts';
export { type MailHeads, mailBody, mailText } from './notices/mail.ts';
export { pagerdutyEvent } from './notices/pagerduty.ts';
export { slackMessage } from './notices/slack.ts';
export { teamsMessage } from './notices/teams.ts';
export { type Hmac, webhookHeaders } from './notices/webhook.ts';
export { sentinelTemplate, TEMPLATE_SUBJECTS } from './sentinel-template.ts';
export { SEVERITY_NAMES } from './severity.ts';
export { frameSyslog, printSyslog, type SyslogSettings } from './syslog.ts';

/** Every way to write a message down. */
export const FORMATS = [
  cef,
  cim,
  columns,
  ecs,
  json,
  leef,
  ocsf,
] as const satisfies readonly Format[];
export type FormatName = (typeof FORMATS)[number]['name'];
export const FORMAT_NAMES: readonly FormatName[] = FORMATS.map((format) => format.name);

const byName: ReadonlyMap<string, Format> = new Map(FORMATS.map((f) => [f.name, f]));

/** Throws for a name that is in no list. */
export function formatNamed(name: FormatName): Format {
  const format = byName.get(name);
  if (!format) throw new Error(`there is no format ${name}`);
  return format;
}

/** A message as one line of text; documents as JSON. */
export function printLine(
  format: Format,
  message: Parameters<Format['print']>[0],
  context: Parameters<Format['print']>[1],
): string {
  return format.kind === 'text'
    ? format.print(message, context)
    : JSON.stringify(format.print(message, context));
}
