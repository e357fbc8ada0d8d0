import { formatCount } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const LEAST_HOSTS = 20;
const LEAST_PORTS = 50;

/** One address that was refused by many hosts, or on many ports. */
export const sweeping: Finding = defineFinding({
  id: 'sweeping',
  kql: ({ scope: { interval, filters } }) =>
    Object.keys(filters).length > 0
      ? undefined
      : `Flows\n| where ${kqlWithin('TimeGenerated', interval)}\n| where FlowStatus == "Denied" and IsFlowStart and IsPrimary\n| summarize Denied = count(), Hosts = dcount(DestIp), Ports = dcount(DestPort), First = min(TimeGenerated) by SrcIp\n| where Hosts >= ${LEAST_HOSTS} or Ports >= ${LEAST_PORTS}\n| top 20 by Denied desc`,
  judge: (rows, { scope }) => {
    const [first] = rows;
    if (!first) return [];
    const ip = toText(first['SrcIp']);
    const hosts = toNumber(first['Hosts']);
    const ports = toNumber(first['Ports']);
    const others = rows.length - 1;
    const since = toMillis(first['First']);
    const what =
      ports >= LEAST_PORTS && ports > hosts
        ? `${formatCount(ports)} ports on ${formatCount(hosts)} ${hosts === 1 ? 'host' : 'hosts'}`
        : `${formatCount(hosts)} hosts`;
    const tried = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where SrcIp == ${kqlString(ip)} and IsFlowStart and IsPrimary\n| summarize Flows = count(), Hosts = dcount(DestIp) by DestPort, FlowStatus\n| order by FlowStatus asc, Flows desc`;
    return [
      {
        id: 'sweeping',
        about: [ip],
        tone: 'deny',
        weight: 70,
        news: `${ip} tried ${what}`,
        rest: ` and was refused${others > 0 ? `; ${formatCount(others)} more ${others === 1 ? 'address does' : 'addresses do'} the same` : ''}.`,
        why: `${formatCount(toNumber(first['Denied']))} flows denied${since === null ? '' : ` · first ${formatMoment(since)}`} · looks like a scan`,
        steps: [
          { text: 'What it tried', kql: tried },
          { text: 'Its alert', page: `/incidents?view=alerts&text=${encodeURIComponent(ip)}` },
          { text: 'Only this host', filters: { host: ip } },
        ],
      },
    ];
  },
});
