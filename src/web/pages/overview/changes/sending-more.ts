import { formatBytes, formatChange } from '#web/base/format.ts';
import { kqlString, kqlTime, kqlWithin } from '#web/base/kql.ts';
import { toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const HOUR = 3_600_000;
const LEAST_BYTES = 100_000_000;
const LEAST_RATIO = 5;
const hour = (at: number) => Math.floor(at / HOUR) * HOUR;

/** A host that sends many times more to the internet than in the period before. */
export const sendingMore: Finding = defineFinding({
  id: 'sending-more',
  kql: ({ scope: { interval, previous, filters }, hasRollups, status }) => {
    const oldest = status.tables.find((t) => t.name === 'InternetExposure')?.oldest;
    if (
      !previous ||
      !hasRollups ||
      !oldest ||
      Date.parse(oldest) > previous.from + HOUR ||
      Object.keys(filters).length > 0
    )
      return undefined;
    return `InternetExposure\n| where ${kqlWithin('TimeGenerated', { from: hour(previous.from), to: interval.to })}\n| where not(FromInternet)\n| summarize Sent = sumif(BytesSrcToDest, TimeGenerated >= ${kqlTime(hour(interval.from))}),\n    Before = sumif(BytesSrcToDest, TimeGenerated < ${kqlTime(previous.to)})\n    by Ip, Host\n| where Sent >= ${LEAST_BYTES} and Sent >= Before * ${LEAST_RATIO}\n| top 5 by Sent desc`;
  },
  judge: (rows, { scope, beforeName }) => {
    const [first] = rows;
    if (!first) return [];
    const ip = toText(first['Ip']);
    const host = toText(first['Host']);
    const sent = toNumber(first['Sent']);
    const before = toNumber(first['Before']);
    const where = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where SrcIp == ${kqlString(ip)} and IsPrimary\n| summarize Sent = sum(BytesSrcToDest), Flows = countif(IsFlowStart) by DestIp, DestPort\n| top 50 by Sent desc`;
    return [
      {
        id: 'sending-more',
        tone: 'bad',
        weight: 80,
        news: `${ip} sent ${formatBytes(sent)} to the internet`,
        rest:
          before === 0
            ? `, and nothing ${beforeName}.`
            : `, ${formatChange(sent, before)} as much as ${beforeName}.`,
        why: `${host === '' ? '' : `${host} · `}${formatBytes(before)} before`,
        steps: [
          { text: 'Where it went', kql: where },
          { text: 'Only this host', filters: { host: ip } },
        ],
      },
    ];
  },
});
