import { addressesOf, addressOf, hostsOf, usersOf } from '../alert-parts.ts';
import { asFlow, type FlowView, restOfFlow, total } from '../flow.ts';
import { defineFormat } from '../format.ts';
import {
  type AlertMessage,
  compact,
  type JsonObject,
  type RowMessage,
  revisionFields,
} from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';
import { plainDocument } from './json.ts';

/** Which of the entities carries the risk: an inside one first, else who acts. Splunk's risk-based alerting. */
function riskObject(alert: AlertMessage): JsonObject {
  const chosen =
    alert.entities.find((e) => e.isInside === true) ??
    alert.entities.find((e) => e.role === 'actor') ??
    alert.entities[0];
  const value = chosen && Object.values(chosen.identifiers)[0];
  if (!chosen || value === undefined) return {};
  const kinds = { Account: 'user', Host: 'system', IP: 'system' } as const;
  const kind =
    chosen.type === 'Account' || chosen.type === 'Host' || chosen.type === 'IP'
      ? kinds[chosen.type]
      : 'other';
  return { risk_object: value, risk_object_type: kind };
}

function alertDocument(alert: AlertMessage): JsonObject {
  const score = SEVERITY_NAMES[alert.severity].ecs;
  const threat = alert.entities.find((e) => e.isInside === false && e.type === 'IP');
  return compact({
    ...plainDocument(alert),
    signature: alert.title,
    signature_id: alert.finder.id,
    type: 'alert',
    ids_type: 'network',
    category: alert.finder.family,
    src: addressOf(alert, 'actor'),
    dest: addressOf(alert, 'target'),
    dvc: hostsOf(alert)[0],
    user: usersOf(alert)[0],
    ip: addressesOf(alert),
    vendor_product: 'Weir',
    ...riskObject(alert),
    risk_score: score,
    risk_message: alert.title,
    threat_object: threat?.identifiers['Address'],
    threat_object_type: threat && 'ip_address',
    mitre_technique_id: alert.techniques,
    annotations: compact({ mitre_attack: alert.techniques }),
  });
}

/** Splunk hides fields that begin with `_`. */
const REVISION = { id: 'row_id', revision: 'revision', withdrawn: 'withdrawn' } as const;

function flowDocument(row: RowMessage, flow: FlowView): JsonObject {
  return compact({
    action: flow.verdict && (flow.verdict === 'allowed' ? 'allowed' : 'blocked'),
    src: flow.srcIp,
    src_ip: flow.srcIp,
    src_port: flow.srcPort,
    dest: flow.dstIp,
    dest_ip: flow.dstIp,
    dest_port: flow.dstPort,
    transport: flow.transport,
    protocol_id: flow.protocol,
    direction: flow.direction,
    bytes: total(flow.bytesOut, flow.bytesIn),
    bytes_out: flow.bytesOut,
    bytes_in: flow.bytesIn,
    packets: total(flow.packetsOut, flow.packetsIn),
    packets_out: flow.packetsOut,
    packets_in: flow.packetsIn,
    duration:
      flow.start === undefined || flow.end === undefined
        ? undefined
        : Math.max(0, flow.end - flow.start) / 1000,
    rule: flow.rule,
    dvc: flow.observer,
    community_id: flow.communityId,
    vendor_product: 'Weir',
    ...restOfFlow(row),
    ...revisionFields(row, REVISION),
    _id: row.id,
    _table: row.table,
  });
}

/**
 * Splunk's Common Information Model: Network Traffic for flows, Alerts and Intrusion Detection, with the fields of
 * risk-based alerting, for alerts. Source: docs.splunk.com, CIM 6, data models.
 */
export const cim = defineFormat({
  name: 'cim',
  meaning: "Splunk's Common Information Model, beside Weir's own names.",
  kind: 'document',
  print(message, context) {
    if (message.kind !== 'row') return alertDocument(message);
    const flow = asFlow(message, context);
    return flow
      ? flowDocument(message, flow)
      : { ...plainDocument(message), ...revisionFields(message, REVISION) };
  },
});
