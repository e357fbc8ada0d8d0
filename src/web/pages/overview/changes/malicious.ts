import { formatCount, plural } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { type Filters, kqlWhere } from '#web/base/selection.ts';
import { toNumber } from '#web/query/index.ts';
import { markMalicious } from '../malicious-rows.ts';
import { defineFinding, type Finding } from './finding.ts';

/** Flows with addresses on a list of bad addresses; those that were allowed need a look. */
export const malicious: Finding = defineFinding({
  id: 'malicious',
  kql: ({ scope: { interval, filters }, hasRollups }) =>
    !hasRollups
      ? undefined
      : filters.host || filters.port || filters.source
        ? `${markMalicious(`Flows\n${kqlWhere(interval, filters)}\n| where IsPrimary and IsFlowStart`, interval)}\n| where IsMalicious\n| summarize Malicious = count(), Denied = countif(FlowStatus == "Denied")`
        : `TrafficByRule\n${kqlWhere(interval, filters)}\n| where MaliciousFlows > 0\n| summarize Malicious = sum(MaliciousFlows), Denied = sumif(MaliciousFlows, FlowStatus == "Denied")`,
  judge: ([row], { scope }) => {
    const all = toNumber(row?.['Malicious']);
    const allowed = all - toNumber(row?.['Denied']);
    if (all === 0) return [];
    const where = `NTANetAnalytics\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where FlowType == "MaliciousFlow"${narrowed(scope.filters)}`;
    const list = `${where}\n| summarize Flows = sum(AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc)\n    by SrcIp, DestIp, DestPort, FlowStatus, AclRule\n| top 100 by Flows desc`;
    return [
      {
        id: 'malicious',
        tone: allowed > 0 ? 'bad' : 'deny',
        weight: allowed > 0 ? 110 : 30,
        news:
          allowed > 0
            ? `${plural(allowed, 'flow')} with listed bad addresses ${allowed === 1 ? 'was' : 'were'} allowed`
            : `${plural(all, 'flow')} with listed bad addresses, all denied`,
        rest: '.',
        why: `${formatCount(all)} in all, ${formatCount(all - allowed)} denied`,
        steps: [{ text: 'Which addresses', kql: list }],
      },
    ];
  },
});

/** The filters that reduced flows can be told apart by; the public ends of some are gathered in one row. */
function narrowed({ host, port }: Filters): string {
  const ends = ['SrcIp ==', 'DestIp ==', 'SrcPublicIps has', 'DestPublicIps has'];
  const isHost = host && ends.map((end) => `${end} ${kqlString(host)}`).join(' or ');
  return `${isHost ? `\n| where ${isHost}` : ''}${port ? `\n| where DestPort == ${Number(port)}` : ''}`;
}
