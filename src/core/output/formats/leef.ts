import { addressOf, usersOf } from '../alert-parts.ts';
import { asFlow, type FlowView } from '../flow.ts';
import { defineFormat } from '../format.ts';
import {
  type AlertMessage,
  type Context,
  type Json,
  messageTime,
  PRODUCT,
  type RowMessage,
  revisionFields,
  VENDOR,
} from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';

type Fields = Readonly<Record<string, Json | undefined>>;

/** LEEF defines no escaping: what would end a field, the delimiter among it, becomes a space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
const CONTROL = /[\u0000-\u001f\u007f]+/g;
const plain = (value: string): string => value.replace(CONTROL, ' ');

function line(context: Context, eventId: string, fields: Fields): string {
  const header = [VENDOR, PRODUCT, context.version, eventId].map((field) =>
    plain(field).replaceAll('|', ' '),
  );
  const attributes = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined || value === null || value === '') return [];
    return [`${key}=${plain(typeof value === 'string' ? value : JSON.stringify(value))}`];
  });
  return `LEEF:2.0|${header.join('|')}|x09|${attributes.join('\t')}`;
}

/** devTime as QRadar reads it by the format beside it. */
const time = (at: number | undefined): Fields =>
  at === undefined
    ? {}
    : {
        devTime: new Date(at).toISOString(),
        devTimeFormat: "yyyy-MM-dd'T'HH:mm:ss.SSSX",
      };

function alertLine(alert: AlertMessage, context: Context): string {
  return line(context, alert.finder.id, {
    ...time(messageTime(alert)),
    cat: alert.kind,
    sev: SEVERITY_NAMES[alert.severity].leef,
    src: addressOf(alert, 'actor'),
    dst: addressOf(alert, 'target'),
    usrName: usersOf(alert)[0],
    name: alert.title,
    reason: alert.description,
    status: alert.status,
    alertId: alert.id,
    version: alert.version,
    confidence: Math.round(alert.confidence * 100),
    techniques: alert.techniques.join(','),
    tactics: alert.tactics.join(','),
    incidentId: alert.incidentId,
    url: alert.link,
    firstSeen: new Date(alert.first / 1000).toISOString(),
    lastSeen: new Date(alert.last / 1000).toISOString(),
  });
}

const REVISION = { id: 'externalId', revision: 'revision', withdrawn: 'withdrawn' } as const;

function flowFields(row: RowMessage, flow: FlowView): Fields {
  return {
    ...time(flow.at),
    cat: 'flow',
    sev: flow.verdict === 'denied' ? 3 : 1,
    src: flow.srcIp,
    dst: flow.dstIp,
    srcPort: flow.srcPort,
    dstPort: flow.dstPort,
    proto: flow.transport?.toUpperCase(),
    srcBytes: flow.bytesOut,
    dstBytes: flow.bytesIn,
    srcPackets: flow.packetsOut,
    dstPackets: flow.packetsIn,
    action: flow.verdict,
    direction: flow.direction,
    policy: flow.rule,
    identHostName: flow.observer,
    communityId: flow.communityId,
    externalId: row.id,
    ...revisionFields(row, REVISION),
  };
}

/**
 * IBM QRadar Log Event Extended Format 2.0: `LEEF:2.0|Vendor|Product|Version|EventID|x09|key=value<tab>…`.
 * Source: IBM, "LEEF event components".
 */
export const leef = defineFormat({
  name: 'leef',
  meaning: 'IBM QRadar Log Event Extended Format 2.0, fields divided by tabs.',
  kind: 'text',
  print(message, context) {
    if (message.kind !== 'row') return alertLine(message, context);
    const flow = asFlow(message, context);
    if (flow) return line(context, message.table, flowFields(message, flow));
    return line(context, message.table, {
      ...time(messageTime(message)),
      externalId: message.id,
      ...revisionFields(message, REVISION),
      ...Object.fromEntries(
        Object.entries(message.values).map(([name, value]) => [
          name.replace(/[^A-Za-z0-9_]/g, '_'),
          value,
        ]),
      ),
    });
  },
});
