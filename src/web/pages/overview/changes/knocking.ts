import { formatCount, formatDuration } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const LEAST_FLOWS = 100;
const LEAST_PER_MINUTE = 2;
/** Ports on which people log in: SSH, Telnet, RDP, VNC, WinRM. */
const LOGIN_PORTS: Readonly<Record<number, string>> = {
  22: 'SSH',
  23: 'Telnet',
  3389: 'RDP',
  5900: 'VNC',
  5985: 'WinRM',
  5986: 'WinRM',
};

/** One address that logs in to one host again and again: somebody guesses passwords, or a script runs wild. */
export const knocking: Finding = defineFinding({
  id: 'knocking',
  kql: ({ scope: { interval, filters } }) =>
    Object.keys(filters).length > 0
      ? undefined
      : `Flows\n| where ${kqlWithin('TimeGenerated', interval)}\n| where DestPort in (${Object.keys(LOGIN_PORTS).join(', ')}) and FlowStatus != "Denied" and IsFlowStart and IsPrimary\n| summarize Flows = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by SrcIp, DestIp, DestPort\n| where Flows >= ${LEAST_FLOWS}\n| top 20 by Flows desc`,
  judge: (rows, { scope }) => {
    const spanOf = (row: (typeof rows)[number]) =>
      Math.max(60_000, (toMillis(row['Last']) ?? 0) - (toMillis(row['First']) ?? 0));
    const first = rows.find(
      (row) => toNumber(row['Flows']) / (spanOf(row) / 60_000) >= LEAST_PER_MINUTE,
    );
    if (!first) return [];
    const source = toText(first['SrcIp']);
    const target = toText(first['DestIp']);
    const port = toNumber(first['DestPort']);
    const since = toMillis(first['First']) ?? scope.interval.from;
    const sessions = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where SrcIp == ${kqlString(source)} and DestIp == ${kqlString(target)} and DestPort == ${port}\n| summarize Flows = countif(IsFlowStart), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by bin(TimeGenerated, 1m)\n| render timechart`;
    return [
      {
        id: 'knocking',
        about: [source, target],
        tone: 'bad',
        weight: 105,
        news: `${source} opened ${formatCount(toNumber(first['Flows']))} ${LOGIN_PORTS[port] ?? ''} sessions to ${target}`,
        rest: ` within ${formatDuration(spanOf(first))}.`,
        why: `from ${formatMoment(since)} on, allowed · looks like guessing passwords`,
        steps: [
          { text: 'See the sessions', kql: sessions },
          { text: 'Only this target', filters: { host: target } },
        ],
      },
    ];
  },
});
