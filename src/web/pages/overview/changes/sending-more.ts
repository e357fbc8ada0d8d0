import { formatBytes } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const HOUR = 3_600_000;
const LEAST_HOURS = 6;
const LEAST_BYTES = 100_000_000;
const LEAST_RATIO = 10;
const hour = (at: number) => Math.floor(at / HOUR) * HOUR;

/** A host whose busiest hour sent many times more to the internet than its usual hour. */
export const sendingMore: Finding = defineFinding({
  id: 'sending-more',
  kql: ({ scope: { interval, filters }, hasRollups }) =>
    !hasRollups ||
    Object.keys(filters).length > 0 ||
    interval.to - interval.from < LEAST_HOURS * HOUR
      ? undefined
      : `InternetExposure\n| where ${kqlWithin('TimeGenerated', { from: hour(interval.from), to: interval.to })}\n| where not(FromInternet)\n| summarize Sent = sum(BytesSrcToDest) by Ip, Host, TimeGenerated\n| summarize arg_max(Sent, TimeGenerated), Hours = count(), Usual = percentile(Sent, 50) by Ip, Host\n| where Sent >= ${LEAST_BYTES}\n| top 20 by Sent desc`,
  judge: (rows, { scope, status }) => {
    const flows = status.tables.find((t) => t.name === 'Flows');
    const from = Math.max(scope.interval.from, toMillis(flows?.oldest) ?? 0);
    const to = Math.min(scope.interval.to, toMillis(flows?.newest) ?? scope.interval.to);
    const hours = (to - from) / HOUR;
    // A host that sends in fewer than half of the hours usually sends nothing.
    const usual = (row: (typeof rows)[number]) =>
      toNumber(row['Hours']) < hours / 2 ? 0 : toNumber(row['Usual']);
    const first = rows.find((row) => toNumber(row['Sent']) >= usual(row) * LEAST_RATIO);
    if (!first || hours < LEAST_HOURS) return [];
    const ip = toText(first['Ip']);
    const host = toText(first['Host']).split('/').at(-1) ?? '';
    const at = toMillis(first['TimeGenerated']) ?? scope.interval.from;
    const where = `Flows\n| where ${kqlWithin('TimeGenerated', { from: at, to: at + HOUR })}\n| where SrcIp == ${kqlString(ip)} and IsPrimary\n| summarize Sent = sum(BytesSrcToDest), Flows = countif(IsFlowStart) by DestIp, DestPort\n| top 50 by Sent desc`;
    return [
      {
        id: 'sending-more',
        tone: 'bad',
        weight: 95,
        news: `${ip} sent ${formatBytes(toNumber(first['Sent']))} to the internet in one hour`,
        rest: `, from ${formatMoment(at)} on.`,
        why: `${host === '' ? '' : `${host} · `}${usual(first) === 0 ? 'usually it sends nothing' : `its usual hour sends ${formatBytes(usual(first))}`}`,
        steps: [
          { text: 'Where it went', kql: where },
          { text: 'Only this host', filters: { host: ip } },
        ],
      },
    ];
  },
});
