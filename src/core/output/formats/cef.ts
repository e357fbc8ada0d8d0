import { addressOf, cut, hostsOf, usersOf } from '../alert-parts.ts';
import { asFlow, type FlowView } from '../flow.ts';
import { defineFormat } from '../format.ts';
import {
  type AlertMessage,
  type Context,
  type Json,
  type JsonObject,
  messageTime,
  PRODUCT,
  type RowMessage,
  VENDOR,
} from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';

/** Longest value, in UTF-16 units: that of `msg` in the extension dictionary, kept by all so that a line stays under 8 KiB. */
const LONGEST = 1023;

/** Where the dictionary says less. */
const SHORTER: ReadonlyMap<string, number> = new Map([
  ['act', 63],
  ['dvchost', 100],
  ['externalId', 40],
  ['proto', 31],
]);

/** Control characters other than line breaks: none has a place in a line of a log. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

const headerField = (value: string): string =>
  cut(value.replace(CONTROL, ' ').replace(/[\r\n]+/g, ' '), 512).replace(/[\\|]/g, '\\$&');

const extensionValue = (value: string): string =>
  value
    .replace(CONTROL, ' ')
    .replace(/[\\=]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n');

type Fields = Readonly<Record<string, Json | undefined>>;

function extension(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([key, value]) => {
      if (value === undefined || value === null || value === '') return [];
      const plain = typeof value === 'string' ? value : JSON.stringify(value);
      return [`${key}=${extensionValue(cut(plain, SHORTER.get(key) ?? LONGEST))}`];
    })
    .join(' ');
}

function line(
  context: Context,
  id: string,
  name: string,
  severity: number,
  fields: Fields,
): string {
  const header = [VENDOR, PRODUCT, context.version, id, name, String(severity)].map(headerField);
  return `CEF:0|${header.join('|')}|${extension(fields)}`;
}

/** CEF:0 knows IPv4 in src and dst; IPv6 goes to the fields set aside for it. */
function addresses(src: string | undefined, dst: string | undefined): Fields {
  const side = (ip: string | undefined, four: string, six: string, label: string): Fields => {
    if (ip === undefined) return {};
    return ip.includes(':') ? { [six]: ip, [`${six}Label`]: label } : { [four]: ip };
  };
  return {
    ...side(src, 'src', 'c6a2', 'Source IPv6 Address'),
    ...side(dst, 'dst', 'c6a3', 'Destination IPv6 Address'),
  };
}

function alertLine(alert: AlertMessage, context: Context): string {
  return line(context, alert.finder.id, alert.title, SEVERITY_NAMES[alert.severity].cef, {
    rt: messageTime(alert),
    start: Math.floor(alert.first / 1000),
    end: Math.floor(alert.last / 1000),
    ...addresses(addressOf(alert, 'actor'), addressOf(alert, 'target')),
    shost: hostsOf(alert)[0],
    suser: usersOf(alert)[0],
    cat: alert.kind,
    act: alert.status,
    externalId: alert.id,
    cnt: alert.evidence.reduce((sum, e) => sum + e.rows, 0),
    msg: alert.description,
    ...labelled('cs1', 'mitreTechniques', alert.techniques.join(',')),
    ...labelled('cs2', 'incidentId', alert.incidentId ?? ''),
    ...labelled('cs3', 'link', alert.link ?? ''),
    ...labelled('cs4', 'mitreTactics', alert.tactics.join(',')),
    ...labelled('cs5', 'finder', `${alert.finder.kind} ${alert.finder.name}`),
    cn1: Math.round(alert.confidence * 100),
    cn1Label: 'confidence',
    cn2: alert.version,
    cn2Label: 'version',
  });
}

const labelled = (key: string, label: string, value: string): Fields =>
  value === '' ? {} : { [key]: value, [`${key}Label`]: label };

function flowLine(row: RowMessage, flow: FlowView, context: Context): string {
  const name = flow.verdict === undefined ? 'Flow' : `Flow ${flow.verdict}`;
  return line(context, row.table, name, flow.verdict === 'denied' ? 3 : 1, {
    rt: flow.at,
    start: flow.start,
    end: flow.end,
    ...addresses(flow.srcIp, flow.dstIp),
    spt: flow.srcPort,
    dpt: flow.dstPort,
    proto: flow.transport?.toUpperCase(),
    act: flow.verdict,
    out: flow.bytesOut,
    in: flow.bytesIn,
    deviceDirection: flow.direction && (flow.direction === 'inbound' ? 0 : 1),
    dvchost: flow.observer,
    externalId: row.id,
    ...labelled('cs1', 'rule', flow.rule ?? ''),
    ...labelled('cs2', 'communityId', flow.communityId ?? ''),
    ...(flow.packetsOut === undefined ? {} : { cn1: flow.packetsOut, cn1Label: 'packetsOut' }),
    ...(flow.packetsIn === undefined ? {} : { cn2: flow.packetsIn, cn2Label: 'packetsIn' }),
    ...revision(row),
  });
}

/** A row that can be told of again: the last revision of an externalId is what holds. */
const revision = ({ revision }: RowMessage): Fields =>
  revision === undefined
    ? {}
    : {
        cn3: revision.number,
        cn3Label: 'revision',
        ...labelled('cs6', 'state', revision.isWithdrawn ? 'withdrawn' : 'current'),
      };

/** Columns under keys of their own, which the format allows: `ad.` is what ArcSight calls additional data. */
function columns(values: JsonObject): Fields {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `ad.${name.replace(/[^A-Za-z0-9_]/g, '_')}`,
      value,
    ]),
  );
}

/**
 * ArcSight Common Event Format, version 0: `CEF:0|Vendor|Product|Version|Class|Name|Severity|key=value …`.
 * In the header `\` and `|` are escaped; in values `\`, `=` and line breaks.
 * Source: Micro Focus Security ArcSight Common Event Format, version 25.
 */
export const cef = defineFormat({
  name: 'cef',
  meaning: 'ArcSight Common Event Format, version 0; Sentinel reads it as CommonSecurityLog.',
  kind: 'text',
  print(message, context) {
    if (message.kind !== 'row') return alertLine(message, context);
    const flow = asFlow(message, context);
    if (flow) return flowLine(message, flow, context);
    return line(context, message.table, message.table, 1, {
      rt: messageTime(message),
      externalId: message.id,
      ...revision(message),
      ...columns(message.values),
    });
  },
});
