import { formatCount } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const HOUR = 3_600_000;
const LEAST_HOSTS = 20;

/** One address that was refused by many hosts. */
export const sweeping: Finding = defineFinding({
  id: 'sweeping',
  kql: ({ scope: { interval, filters }, hasRollups }) =>
    !hasRollups || Object.keys(filters).length > 0
      ? undefined
      : `TrafficByPair\n| where ${kqlWithin('TimeGenerated', { from: Math.floor(interval.from / HOUR) * HOUR, to: interval.to })}\n| where DeniedFlows > 0 and SrcIp != ""\n| summarize Hosts = dcount(DestIp), Denied = sum(DeniedFlows), Allowed = sum(AllowedFlows) by SrcIp\n| where Hosts >= ${LEAST_HOSTS} and Denied > Allowed * 4\n| top 10 by Hosts desc`,
  judge: (rows, { scope }) => {
    const [first] = rows;
    if (!first) return [];
    const ip = toText(first['SrcIp']);
    const allowed = toNumber(first['Allowed']);
    const others = rows.length - 1;
    const tried = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where SrcIp == ${kqlString(ip)} and IsFlowStart and IsPrimary\n| summarize Flows = count(), Hosts = dcount(DestIp) by DestPort, FlowStatus\n| top 100 by Hosts desc`;
    return [
      {
        id: 'sweeping',
        tone: allowed > 0 ? 'bad' : 'deny',
        weight: allowed > 0 ? 85 : 45,
        news: `${ip} tried ${formatCount(toNumber(first['Hosts']))} hosts`,
        rest: ` and was refused by them${others > 0 ? `; ${formatCount(others)} more ${others === 1 ? 'address does' : 'addresses do'} the same` : ''}.`,
        why: `${formatCount(toNumber(first['Denied']))} flows denied, ${allowed === 0 ? 'none' : formatCount(allowed)} allowed`,
        steps: [
          { text: 'What it tried', kql: tried },
          { text: 'Only this host', filters: { host: ip } },
        ],
      },
    ];
  },
});
