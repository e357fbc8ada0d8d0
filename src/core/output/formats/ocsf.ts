import { severityRank } from '#core/alert/index.ts';
import { parseIp } from '#core/base/index.ts';
import { addressesOf, capital } from '../alert-parts.ts';
import { tacticId, tacticTitle } from '../attack-ids.ts';
import { asFlow, type FlowView, restOfFlow, total } from '../flow.ts';
import { defineFormat } from '../format.ts';
import {
  type AlertMessage,
  type Context,
  compact,
  type JsonObject,
  messageId,
  messageTime,
  type RowMessage,
  revisionFields,
} from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';

const OCSF_VERSION = '1.3.0';

interface Class {
  readonly uid: number;
  readonly caption: string;
  readonly category: string;
}
const BASE: Class = { uid: 0, caption: 'Base Event', category: 'Uncategorized' };
const NETWORK: Class = { uid: 4001, caption: 'Network Activity', category: 'Network Activity' };
const DETECTION: Class = { uid: 2004, caption: 'Detection Finding', category: 'Findings' };
const INCIDENT: Class = { uid: 2005, caption: 'Incident Finding', category: 'Findings' };

interface Activity {
  readonly id: number;
  readonly name: string;
}

function head(
  { version }: Context,
  { uid: classUid, caption, category }: Class,
  { id, name }: Activity,
  uid: string,
  profiles: readonly string[] = [],
): JsonObject {
  return {
    category_uid: Math.floor(classUid / 1000),
    category_name: category,
    class_uid: classUid,
    class_name: caption,
    activity_id: id,
    activity_name: name,
    type_uid: classUid * 100 + id,
    type_name: `${caption}: ${name}`,
    metadata: compact({
      version: OCSF_VERSION,
      uid,
      product: { name: 'Weir', vendor_name: 'Weir', version },
      profiles,
    }),
  };
}

/** The same for findings and for incidents. */
function activityOf({ status, version }: AlertMessage): Activity {
  if (status === 'closed') return { id: 3, name: 'Close' };
  return version === 1 ? { id: 1, name: 'Create' } : { id: 2, name: 'Update' };
}

/** By techniques and tactics apart, since a technique can serve several. */
const attacks = (alert: AlertMessage): readonly JsonObject[] => [
  ...alert.techniques.map((uid) => {
    const [technique, sub] = uid.split('.', 2);
    return compact({
      technique: { uid: technique ?? uid },
      sub_technique: sub === undefined ? undefined : { uid },
    });
  }),
  ...alert.tactics.map((tactic) => ({
    tactic: compact({ uid: tacticId(tactic), name: tacticTitle(tactic) }),
  })),
];

const ANALYTIC_TYPES = { rule: 1, detector: 2, indicator: 1, canary: 1 } as const;

function findingInfo(alert: AlertMessage): JsonObject {
  const { id: uid, title } = alert;
  const more = compact({
    desc: alert.description,
    analytic: compact({
      type_id: ANALYTIC_TYPES[alert.finder.kind],
      name: alert.finder.name,
      uid: alert.finder.id,
      version: alert.finder.version,
      category: alert.finder.family,
    }),
    attacks: attacks(alert),
    created_time: Math.floor(alert.detected / 1000),
    modified_time: Math.floor(alert.updated / 1000),
    first_seen_time: Math.floor(alert.first / 1000),
    last_seen_time: Math.floor(alert.last / 1000),
    src_url: alert.link,
  });
  return { uid, title, ...more };
}

/** What findings and incidents have alike. */
function common(alert: AlertMessage, statuses: Readonly<Record<string, Status>>): JsonObject {
  const step = alert.confidence >= 0.8 ? 3 : alert.confidence >= 0.4 ? 2 : 1;
  const { id: status_id, name: status } = statuses[alert.status] ?? { id: 0, name: 'Unknown' };
  return {
    time: Math.floor(alert.updated / 1000),
    start_time: Math.floor(alert.first / 1000),
    end_time: Math.floor(alert.last / 1000),
    severity_id: SEVERITY_NAMES[alert.severity].ocsf,
    severity: capital(alert.severity),
    status_id,
    status,
    message: alert.title,
    confidence_id: step,
    confidence: ['', 'Low', 'Medium', 'High'][step],
    confidence_score: Math.round(alert.confidence * 100),
  };
}

type Status = Activity;
const OPEN: Readonly<Record<'new' | 'active', Status>> = {
  new: { id: 1, name: 'New' },
  active: { id: 2, name: 'In Progress' },
};
/** Only incidents can be closed; a finding is resolved. */
const FINDING_STATUS = { ...OPEN, closed: { id: 4, name: 'Resolved' } };
const INCIDENT_STATUS = { ...OPEN, closed: { id: 5, name: 'Closed' } };
const RISK_LEVELS = ['Info', 'Low', 'Medium', 'High', 'Critical'];

/** Something that is seen as an address is told of as such, and by where it stands. */
const observable = (name: string, value: string): JsonObject => ({
  name,
  type_id: 2,
  type: 'IP Address',
  value,
});

const isAddress = (text: string): boolean => parseIp(text) !== undefined;

/** What acts towards what, the first of both together, then the proof. */
function evidences(alert: AlertMessage): readonly JsonObject[] {
  const actors = addressesOf(alert, 'actor').filter(isAddress);
  const targets = addressesOf(alert, 'target').filter(isAddress);
  const sides = Array.from({ length: Math.max(actors.length, targets.length) }, (_, i) =>
    compact({
      src_endpoint: actors[i] === undefined ? undefined : { ip: actors[i] },
      dst_endpoint: targets[i] === undefined ? undefined : { ip: targets[i] },
    }),
  );
  return [...sides, ...alert.evidence.map(({ kql, rows }) => ({ data: { kql, rows } }))];
}

function findingDocument(alert: AlertMessage, context: Context): JsonObject {
  const risk = severityRank(alert.severity);
  const seen = (role: 'actor' | 'target', side: string) =>
    addressesOf(alert, role)
      .filter(isAddress)
      .map((value) => observable(`evidences[].${side}.ip`, value));
  return compact({
    ...head(context, DETECTION, activityOf(alert), messageId(alert)),
    ...common(alert, FINDING_STATUS),
    finding_info: findingInfo(alert),
    risk_level_id: risk,
    risk_level: RISK_LEVELS[risk],
    evidences: evidences(alert),
    observables: [...seen('actor', 'src_endpoint'), ...seen('target', 'dst_endpoint')],
    unmapped: compact({
      incident_id: alert.incidentId,
      next_steps: alert.nextSteps,
      related: addressesOf(alert, 'related'),
    }),
  });
}

function incidentDocument(alert: AlertMessage, context: Context): JsonObject {
  const addresses = addressesOf(alert);
  return compact({
    ...head(context, INCIDENT, activityOf(alert), messageId(alert)),
    ...common(alert, INCIDENT_STATUS),
    desc: alert.description,
    finding_info_list: [findingInfo(alert)],
    attacks: attacks(alert),
    // One of the two has to be there.
    ...(alert.owner === undefined
      ? { assignee_group: { name: 'Unassigned' } }
      : { assignee: { name: alert.owner } }),
    src_url: alert.link,
    observables: addresses
      .filter(isAddress)
      .map((value) => observable('unmapped.addresses', value)),
    unmapped: compact({ incident_id: alert.incidentId, addresses }),
  });
}

const REVISION = { id: 'row_id', revision: 'revision', withdrawn: 'withdrawn' } as const;

const endpoint = (ip: string, port: number | undefined): JsonObject =>
  compact({ ...(isAddress(ip) ? { ip } : { name: ip }), port });

/** What let a flow pass or not; `security_control` demands an action, 0 where it is not known. */
function control({ verdict, rule }: FlowView): JsonObject {
  if (verdict === undefined && rule === undefined) return {};
  const id = { allowed: 1, denied: 2, unknown: 0 }[verdict ?? 'unknown'];
  return compact({
    action_id: id,
    disposition_id: id,
    firewall_rule: rule === undefined ? undefined : { name: rule },
  });
}

function flowDocument(row: RowMessage, flow: FlowView, context: Context): JsonObject {
  const { observer } = flow;
  const controlled = control(flow);
  const profiles = [
    ...(observer === undefined ? [] : ['host']),
    ...(Object.keys(controlled).length === 0 ? [] : ['security_control']),
  ];
  const activity =
    flow.verdict === 'denied' ? { id: 5, name: 'Refuse' } : { id: 6, name: 'Traffic' };
  return compact({
    ...head(context, NETWORK, activity, messageId(row), profiles),
    time: flow.at ?? flow.end ?? flow.start ?? 0,
    start_time: flow.start,
    end_time: flow.end,
    severity_id: 1,
    src_endpoint: endpoint(flow.srcIp, flow.srcPort),
    dst_endpoint: endpoint(flow.dstIp, flow.dstPort),
    connection_info: compact({
      direction_id: { inbound: 1, outbound: 2, none: 0 }[flow.direction ?? 'none'],
      protocol_num: flow.protocol,
      protocol_name: flow.transport,
      uid: flow.communityId,
    }),
    traffic: compact({
      bytes: total(flow.bytesOut, flow.bytesIn),
      bytes_out: flow.bytesOut,
      bytes_in: flow.bytesIn,
      packets: total(flow.packetsOut, flow.packetsIn),
      packets_out: flow.packetsOut,
      packets_in: flow.packetsIn,
    }),
    ...controlled,
    device: observer === undefined ? undefined : { name: observer, type_id: 0 },
    unmapped: { ...revisionFields(row, REVISION), ...restOfFlow(row) },
  });
}

/**
 * Open Cybersecurity Schema Framework 1.3: Network Activity (4001) for flows, Detection Finding (2004) for alerts,
 * Incident Finding (2005) for incidents, Base Event (0) for other rows. Source: schema.ocsf.io/1.3.0.
 */
export const ocsf = defineFormat({
  name: 'ocsf',
  meaning: 'Open Cybersecurity Schema Framework 1.3: classes 4001, 2004 and 2005.',
  kind: 'document',
  print(message, context) {
    if (message.kind !== 'row')
      return message.kind === 'incident'
        ? incidentDocument(message, context)
        : findingDocument(message, context);
    const flow = asFlow(message, context);
    if (flow) return flowDocument(message, flow, context);
    return compact({
      ...head(context, BASE, { id: 0, name: 'Unknown' }, messageId(message)),
      time: messageTime(message) ?? 0,
      severity_id: 1,
      unmapped: {
        table: message.table,
        ...revisionFields(message, REVISION),
        ...message.values,
      },
    });
  },
});
