import { parseIp } from '#core/base/index.ts';
import { addressesOf, addressOf, domainsOf, hostsOf, usersOf } from '../alert-parts.ts';
import { tacticId, tacticTitle } from '../attack-ids.ts';
import { asFlow, type FlowView, restOfFlow, total } from '../flow.ts';
import { defineFormat } from '../format.ts';
import {
  type AlertMessage,
  type Context,
  compact,
  isoOf,
  type JsonObject,
  messageId,
  messageTime,
  type RowMessage,
  revisionFields,
} from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';

const ECS_VERSION = '8.17.0';

const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

function base(context: Context, id: string): JsonObject {
  return {
    ecs: { version: ECS_VERSION },
    observer: {
      vendor: 'Weir',
      product: 'Weir',
      type: 'ids',
      version: context.version,
      hostname: context.host,
    },
    labels: { message_id: id },
  };
}

const isAddress = (text: string): boolean => parseIp(text) !== undefined;

/** A mapping of type ip refuses the whole document for what is no address. */
const side = (ip: string): JsonObject => (isAddress(ip) ? { ip, address: ip } : { address: ip });

/** `T1071.001` is a part of `T1071`; each has a list of its own. */
function techniquesOf({ techniques }: AlertMessage): JsonObject {
  const parts = techniques.filter((id) => id.includes('.'));
  return compact({
    id: [...new Set(techniques.map((id) => id.split('.', 1)[0] ?? id))],
    subtechnique: parts.length === 0 ? undefined : { id: parts },
  });
}

function alertDocument(alert: AlertMessage, context: Context): JsonObject {
  const source = addressOf(alert, 'actor');
  const destination = addressOf(alert, 'target');
  return compact({
    '@timestamp': isoOf(alert.updated),
    ...base(context, messageId(alert)),
    message: alert.title,
    event: compact({
      kind: 'alert',
      category: [alert.finder.kind === 'indicator' ? 'threat' : 'intrusion_detection'],
      type: [alert.finder.kind === 'indicator' ? 'indicator' : 'info'],
      action: `${alert.kind}-${alert.status}`,
      id: alert.id,
      sequence: alert.version,
      severity: SEVERITY_NAMES[alert.severity].ecs,
      risk_score: SEVERITY_NAMES[alert.severity].ecs,
      start: isoOf(alert.first),
      end: isoOf(alert.last),
      created: isoOf(alert.detected),
      module: 'weir',
      provider: 'weir',
      dataset: `weir.${alert.kind}`,
      reason: alert.description,
      url: alert.link,
    }),
    rule: compact({
      id: alert.finder.id,
      name: alert.finder.name,
      version: alert.finder.version,
      ruleset: alert.finder.kind,
      category: alert.finder.family,
      uuid: alert.finder.id,
    }),
    threat:
      alert.tactics.length + alert.techniques.length === 0
        ? undefined
        : compact({
            framework: 'MITRE ATT&CK',
            tactic: compact({
              id: alert.tactics.flatMap((tactic) => tacticId(tactic) ?? []),
              name: alert.tactics.map(tacticTitle),
            }),
            technique: techniquesOf(alert),
          }),
    source: source === undefined ? undefined : side(source),
    destination: destination === undefined ? undefined : side(destination),
    related: compact({
      ip: addressesOf(alert).filter(isAddress),
      hosts: [...hostsOf(alert), ...domainsOf(alert)],
      user: usersOf(alert),
    }),
    weir: compact({
      kind: alert.kind,
      status: alert.status,
      severity: alert.severity,
      confidence: alert.confidence,
      incident_id: alert.incidentId,
      evidence: alert.evidence.map(({ kql, rows }) => ({ kql, rows })),
      next_steps: alert.nextSteps,
    }),
  });
}

const REVISION = { id: 'row_id', revision: 'revision', withdrawn: 'withdrawn' } as const;

function flowDocument(row: RowMessage, flow: FlowView, context: Context): JsonObject {
  return compact({
    '@timestamp': iso(flow.at ?? flow.end ?? flow.start),
    ...base(context, messageId(row)),
    event: compact({
      kind: 'event',
      category: ['network'],
      type: ['connection', ...(flow.verdict === undefined ? [] : [flow.verdict])],
      action: 'network_flow',
      outcome: flow.verdict && (flow.verdict === 'allowed' ? 'success' : 'failure'),
      id: row.id,
      start: iso(flow.start),
      end: iso(flow.end),
      duration:
        flow.start === undefined || flow.end === undefined
          ? undefined
          : Math.max(0, flow.end - flow.start) * 1e6,
      module: 'weir',
      dataset: 'weir.flows',
    }),
    source: compact({
      ...side(flow.srcIp),
      port: flow.srcPort,
      bytes: flow.bytesOut,
      packets: flow.packetsOut,
    }),
    destination: compact({
      ...side(flow.dstIp),
      port: flow.dstPort,
      bytes: flow.bytesIn,
      packets: flow.packetsIn,
    }),
    network: compact({
      type: flow.srcIp.includes(':') ? 'ipv6' : 'ipv4',
      transport: flow.transport,
      iana_number: flow.protocol === undefined ? undefined : String(flow.protocol),
      direction: flow.direction,
      community_id: flow.communityId,
      bytes: total(flow.bytesOut, flow.bytesIn),
      packets: total(flow.packetsOut, flow.packetsIn),
    }),
    rule: flow.rule === undefined ? undefined : { name: flow.rule },
    related: compact({ ip: [...new Set([flow.srcIp, flow.dstIp])].filter(isAddress) }),
    weir: compact({
      table: row.table,
      observer: flow.observer,
      ...revisionFields(row, REVISION),
      ...restOfFlow(row),
    }),
  });
}

/**
 * Elastic Common Schema 8.17. What it has no field for stands under `weir`.
 * Source: elastic.co/guide/en/ecs/8.17, fields event, network, rule, threat, related.
 */
export const ecs = defineFormat({
  name: 'ecs',
  meaning: 'Elastic Common Schema 8.17, with the rest under `weir`.',
  kind: 'document',
  print(message, context) {
    if (message.kind !== 'row') return alertDocument(message, context);
    const flow = asFlow(message, context);
    if (flow) return flowDocument(message, flow, context);
    return compact({
      '@timestamp': iso(messageTime(message)),
      ...base(context, messageId(message)),
      event: { kind: 'event', module: 'weir', dataset: 'weir.rows', id: message.id },
      weir: { table: message.table, ...revisionFields(message, REVISION), ...message.values },
    });
  },
});
