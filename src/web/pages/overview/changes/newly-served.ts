import { plural } from '#web/base/format.ts';
import { kqlString, kqlTime, kqlWithin } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const DAY = 86_400_000;
const LEAST_DAYS = 3;
const MOST_DAYS = 14;
/** Ports from here on are those that clients call from. */
const EPHEMERAL = 32_768;
/** A service that so many others offer as well was rolled out. */
const ROLLED_OUT = 3;

const dayOf = (at: number): number => Math.floor(at / DAY) * DAY;

/** Services inside that known hosts never offered before, and hardly any other host does. */
export const newlyServed: Finding = defineFinding({
  id: 'newly-served',
  kql: ({ scope: { interval, filters }, status }) => {
    const oldest = status.tables.find((t) => t.name === 'PairDays')?.oldest;
    const from = dayOf(interval.from);
    // Without days from before, everything would be new.
    if (!oldest || from - Date.parse(oldest) < LEAST_DAYS * DAY || Object.keys(filters).length > 0)
      return undefined;
    const before = kqlWithin('TimeGenerated', { from: from - MOST_DAYS * DAY, to: from });
    return `let Before = PairDays\n| where ${before} and DestIsInside and IsAnswered and L4Protocol == "T" and DestIp != ""\n| distinct DestIp, DestPort;\nlet Offering = Before\n| summarize Others = count() by DestPort;\nPairHours\n| where TimeGenerated >= ${kqlTime(from)} and TimeGenerated < ${kqlTime(interval.to)}\n| where SrcIsInside and DestIsInside and L4Protocol == "T" and DestPort < ${EPHEMERAL} and DestIp != ""\n| where AllowedFlows > UnansweredFlows + OneWayFlows and PacketsDestToSrc > 2 * (AllowedFlows - UnansweredFlows - OneWayFlows)\n| summarize Clients = dcount(SrcIp), Flows = sum(AllowedFlows), First = min(FirstTime) by DestIp, DestPort\n| where DestIp in ((Before | distinct DestIp)) and First >= ${kqlTime(interval.from)}\n| join kind=leftanti Before on DestIp, DestPort\n| lookup kind=leftouter Offering on DestPort\n| where coalesce(Others, 0) < ${ROLLED_OUT}\n| order by Clients desc, Flows desc\n| take 20`;
  },
  judge: (rows, { scope: { interval } }) => {
    const [first] = rows;
    if (!first) return [];
    const ip = toText(first['DestIp']);
    const port = toNumber(first['DestPort']);
    const others = rows.length - 1;
    const since = toMillis(first['First']) ?? interval.from;
    const clients = `Flows\n| where ${kqlWithin('TimeGenerated', interval)}\n| where DestIp == ${kqlString(ip)} and DestPort == ${port} and IsPrimary\n| summarize Flows = countif(IsFlowStart), First = min(TimeGenerated), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by SrcIp, AclRule\n| top 100 by Flows desc`;
    const pairs = rows
      .map((row) => kqlString(`${toText(row['DestIp'])} ${toNumber(row['DestPort'])}`))
      .join(', ');
    const all = `PairHours\n| where ${kqlWithin('TimeGenerated', { from: dayOf(interval.from), to: interval.to })}\n| where strcat(DestIp, " ", DestPort) in (${pairs})\n| summarize Clients = dcount(SrcIp), Flows = sum(AllowedFlows), First = min(FirstTime) by DestIp, DestPort\n| order by Clients desc`;
    return [
      {
        id: 'newly-served',
        about: [ip],
        tone: 'info',
        weight: 45,
        news: `${ip} offers port ${port} for the first time`,
        rest: others > 0 ? `, and ${plural(others, 'other service')} with it.` : '.',
        why: `${plural(toNumber(first['Clients']), 'host')} inside talked to it, first ${formatMoment(since)} · nobody in the ${MOST_DAYS} days before`,
        steps: [
          { text: 'Who calls it', kql: clients },
          ...(others > 0 ? [{ text: 'All new services', kql: all }] : []),
        ],
      },
    ];
  },
});
