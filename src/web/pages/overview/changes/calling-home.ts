import { formatBytes, formatCount } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const HOUR = 3_600_000;
const LEAST_HOURS = 8;

/** One inside host, alone, that calls one public address equally often every hour: a beacon, or a forgotten timer. */
export const callingHome: Finding = defineFinding({
  id: 'calling-home',
  kql: ({ scope: { interval, filters }, hasRollups }) => {
    const whole = {
      from: Math.ceil(interval.from / HOUR) * HOUR,
      to: Math.floor(interval.to / HOUR) * HOUR,
    };
    if (
      !hasRollups ||
      Object.keys(filters).length > 0 ||
      whole.to - whole.from < LEAST_HOURS * HOUR
    )
      return undefined;
    return `let Calls = TrafficByPair\n| where ${kqlWithin('TimeGenerated', whole)}\n| where FlowType in ("ExternalPublic", "MaliciousFlow", "AzurePublic") and SrcIp != "" and DestIp != "";\nCalls\n| summarize Hours = count(), Least = min(Flows), Most = max(Flows), Calls = sum(Flows), Sent = sum(BytesSrcToDest) by SrcIp, DestIp\n| where Hours >= ${LEAST_HOURS} and Least >= 4 and Most - Least <= 1 + Most / 20\n| join kind=inner (Calls | summarize Callers = dcount(SrcIp) by DestIp) on DestIp\n| where Callers == 1\n| project SrcIp, DestIp, Hours, Least, Most, Calls, Sent\n| top 10 by Hours desc`;
  },
  judge: (rows, { scope }) => {
    const [first] = rows;
    if (!first) return [];
    const source = toText(first['SrcIp']);
    const target = toText(first['DestIp']);
    const hours = toNumber(first['Hours']);
    const each = Math.round(toNumber(first['Calls']) / Math.max(1, hours));
    const calls = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where SrcIp == ${kqlString(source)} and DestIp == ${kqlString(target)} and IsFlowStart\n| project TimeGenerated, DestPort, FlowStatus, AclRule, BytesSrcToDest, BytesDestToSrc\n| order by TimeGenerated asc`;
    return [
      {
        id: 'calling-home',
        about: [source, target],
        tone: 'bad',
        weight: 100,
        news: `${source} calls ${target} ${formatCount(each)} times an hour`,
        rest: `, every hour for ${formatCount(hours)} hours. No other host talks to it.`,
        why: `${formatBytes(toNumber(first['Sent']))} sent in all · as even as a clock`,
        steps: [
          { text: 'See the calls', kql: calls },
          { text: 'Only this host', filters: { host: source } },
        ],
      },
    ];
  },
});
