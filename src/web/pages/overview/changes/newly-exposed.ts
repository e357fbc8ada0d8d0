import { formatCount, plural } from '#web/base/format.ts';
import { kqlString, kqlTime, kqlWithin } from '#web/base/kql.ts';
import type { Interval } from '#web/base/range.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const hour = (at: number) => Math.floor(at / HOUR) * HOUR;

/** What was not seen for as long as the range, and for a day at least, is new. */
const seenSince = ({ from, to }: Interval): number => hour(from) - Math.max(hour(to - from), DAY);

/** Services that answer public addresses and did not before. */
export const newlyExposed: Finding = defineFinding({
  id: 'newly-exposed',
  kql: ({ scope: { interval, filters }, hasRollups, status }) => {
    const oldest = status.tables.find((t) => t.name === 'InternetExposure')?.oldest;
    const since = seenSince(interval);
    // Without data from before, everything would be new.
    if (
      !hasRollups ||
      !oldest ||
      Date.parse(oldest) > since + HOUR ||
      Object.keys(filters).length > 0
    )
      return undefined;
    return `InternetExposure\n| where ${kqlWithin('TimeGenerated', { from: since, to: interval.to })}\n| where FromInternet and FlowStatus != "Denied" and BytesDestToSrc > 0\n| summarize First = min(TimeGenerated), Flows = sum(Flows), Peers = max(PublicPeers) by Ip, Host, DestPort, L4Protocol, L7Protocol\n| where First >= ${kqlTime(hour(interval.from))}\n| top 20 by Flows desc`;
  },
  judge: (rows, { scope }) => {
    const [first] = rows;
    if (!first) return [];
    const ip = toText(first['Ip']);
    const port = toNumber(first['DestPort']);
    const what = [toText(first['L7Protocol']), toText(first['Host'])]
      .filter((part) => part !== '')
      .join(' on ');
    const others = rows.length - 1;
    const callers = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where DestIp == ${kqlString(ip)} and DestPort == ${port}\n| summarize Flows = countif(IsFlowStart), BytesBack = sum(BytesDestToSrc), First = min(TimeGenerated) by SrcIp, AclRule\n| top 100 by Flows desc`;
    const all = `InternetExposure\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where FromInternet and FlowStatus != "Denied" and BytesDestToSrc > 0\n| summarize Flows = sum(Flows), Peers = max(PublicPeers) by Ip, Host, DestPort, L7Protocol\n| order by Flows desc`;
    return [
      {
        id: 'newly-exposed',
        tone: 'bad',
        weight: 90,
        news: `${ip.includes(':') ? `[${ip}]` : ip}:${port} newly answers the internet`,
        rest: others > 0 ? `, and ${plural(others, 'other service')} with it.` : '.',
        why: `${what === '' ? '' : `${what} · `}${plural(toNumber(first['Flows']), 'flow')} from up to ${formatCount(toNumber(first['Peers']))} public addresses an hour · none from ${formatMoment(seenSince(scope.interval))} until then`,
        steps: [
          { text: 'Who calls it', kql: callers },
          { text: 'All that answer', kql: all },
        ],
      },
    ];
  },
});
