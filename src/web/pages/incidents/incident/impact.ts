import type { AlertEntity, IncidentTold } from '#core/contract/index.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { distinctEntities, intervalOf } from '../words.ts';

const DAY_MS = 86_400_000;
/** What was reached in so many days before can be reached again. */
export const REACH_DAYS = 7;
const MOST = 200;

/** Addresses of one's own that act in an incident, or that something is done to. */
export function ownAddresses(incident: Pick<IncidentTold, 'alertList'>): readonly string[] {
  const own = incident.alertList
    .flatMap((a): readonly AlertEntity[] => a.entities)
    .filter((e) => e.type === 'IP' && e.isInside && e.role !== 'related');
  return distinctEntities(own).flatMap((e) => e.identifiers['Address'] ?? []);
}

/**
 * KQL: hosts inside that those of an incident talk to and that answer them (Steps 1), and those that these reach in turn
 * (Steps 2), over a week that ends a day after it. Undefined when none of one's own is in it.
 */
export function impactQuery(incident: IncidentTold): string | undefined {
  const hosts = ownAddresses(incident);
  if (hosts.length === 0) return undefined;
  const to = intervalOf(incident).to + DAY_MS;
  const within = kqlWithin('TimeGenerated', { from: to - REACH_DAYS * DAY_MS, to });
  return `let Ours = dynamic([${hosts.map(kqlString).join(', ')}]);
let Reached = TrafficByPair
| where ${within}
| where FlowType !in ("ExternalPublic", "AzurePublic", "MaliciousFlow") and SrcIp != "" and DestIp != ""
| summarize Answered = sum(AllowedFlows - UnansweredFlows), Bytes = sum(BytesSrcToDest + BytesDestToSrc), Last = max(TimeGenerated) by SrcIp, DestIp
| where Answered > 0;
let Near = Reached
| where SrcIp in (Ours) and DestIp !in (Ours)
| summarize Flows = sum(Answered), Bytes = sum(Bytes), Last = max(Last) by Via = SrcIp, Host = DestIp;
let Far = Reached
| where SrcIp in ((Near | distinct Host)) and DestIp !in (Ours) and DestIp !in ((Near | distinct Host))
| summarize Flows = sum(Answered), Bytes = sum(Bytes), Last = max(Last) by Via = SrcIp, Host = DestIp;
union (Near | extend Steps = 1), (Far | extend Steps = 2)
| order by Steps asc, Flows desc
| take ${MOST}`;
}
