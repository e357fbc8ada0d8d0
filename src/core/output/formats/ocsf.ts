import { severityRank } from '#core/alert/index.ts';
import { addressesOf, addressOf, capital } from '../alert-parts.ts';
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

function head(context: Context, classUid: number, activity: number, uid: string): JsonObject {
  return {
    category_uid: Math.floor(classUid / 1000),
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    metadata: {
      version: OCSF_VERSION,
      uid,
      product: { name: 'Weir', vendor_name: 'Weir', version: context.version },
    },
  };
}

/** 1 Create, 2 Update, 3 Close: the same for findings and for incidents. */
const activityOf = ({ status, version }: AlertMessage): number =>
  status === 'closed' ? 3 : version === 1 ? 1 : 2;

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
  return compact({
    uid: alert.id,
    title: alert.title,
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
}

/** 1 Low, 2 Medium, 3 High. */
const confidenceId = (confidence: number): number =>
  confidence >= 0.8 ? 3 : confidence >= 0.4 ? 2 : 1;

function findingDocument(alert: AlertMessage, context: Context): JsonObject {
  const src = addressOf(alert, 'actor');
  const dst = addressOf(alert, 'target');
  const endpoints = compact({
    src_endpoint: src === undefined ? undefined : { ip: src },
    dst_endpoint: dst === undefined ? undefined : { ip: dst },
  });
  const hasEndpoints = src !== undefined || dst !== undefined;
  return compact({
    ...head(context, 2004, activityOf(alert), messageId(alert)),
    time: Math.floor(alert.updated / 1000),
    start_time: Math.floor(alert.first / 1000),
    end_time: Math.floor(alert.last / 1000),
    severity_id: SEVERITY_NAMES[alert.severity].ocsf,
    severity: capital(alert.severity),
    status_id: { new: 1, active: 2, closed: 5 }[alert.status],
    message: alert.title,
    finding_info: findingInfo(alert),
    confidence_id: confidenceId(alert.confidence),
    confidence_score: Math.round(alert.confidence * 100),
    risk_level_id: severityRank(alert.severity),
    evidences: [
      ...(hasEndpoints ? [endpoints] : []),
      ...alert.evidence.map(({ kql, rows }) => ({ data: { kql, rows } })),
    ],
    observables: addressesOf(alert).map((value) => ({ name: 'ip', type_id: 2, value })),
    unmapped: compact({ incident_id: alert.incidentId, next_steps: alert.nextSteps }),
  });
}

function incidentDocument(alert: AlertMessage, context: Context): JsonObject {
  return compact({
    ...head(context, 2005, activityOf(alert), messageId(alert)),
    time: Math.floor(alert.updated / 1000),
    start_time: Math.floor(alert.first / 1000),
    end_time: Math.floor(alert.last / 1000),
    severity_id: SEVERITY_NAMES[alert.severity].ocsf,
    severity: capital(alert.severity),
    status_id: { new: 1, active: 2, closed: 5 }[alert.status],
    message: alert.title,
    desc: alert.description,
    finding_info_list: [findingInfo(alert)],
    attacks: attacks(alert),
    confidence_id: confidenceId(alert.confidence),
    confidence_score: Math.round(alert.confidence * 100),
    src_url: alert.link,
    observables: addressesOf(alert).map((value) => ({ name: 'ip', type_id: 2, value })),
  });
}

const REVISION = { id: 'row_id', revision: 'revision', withdrawn: 'withdrawn' } as const;

function flowDocument(row: RowMessage, flow: FlowView, context: Context): JsonObject {
  const isDenied = flow.verdict === 'denied';
  return compact({
    ...head(context, 4001, isDenied ? 5 : 6, messageId(row)),
    time: flow.at ?? flow.end ?? flow.start ?? 0,
    start_time: flow.start,
    end_time: flow.end,
    severity_id: 1,
    src_endpoint: compact({ ip: flow.srcIp, port: flow.srcPort }),
    dst_endpoint: compact({ ip: flow.dstIp, port: flow.dstPort }),
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
    action_id: flow.verdict && (isDenied ? 2 : 1),
    disposition_id: flow.verdict && (isDenied ? 2 : 1),
    firewall_rule: flow.rule === undefined ? undefined : { name: flow.rule },
    device: flow.observer === undefined ? undefined : { name: flow.observer, type_id: 0 },
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
      ...head(context, 0, 0, messageId(message)),
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
