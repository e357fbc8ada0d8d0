import { formatChange, formatCount } from '#web/base/format.ts';
import { kqlString, kqlTime, kqlWithin } from '#web/base/kql.ts';
import { kqlWhere } from '#web/base/selection.ts';
import { toNumber, toText } from '#web/query/index.ts';
import { defineFinding, type Finding } from './finding.ts';

const LEAST_FLOWS = 50;
const LEAST_RATIO = 2;

/** Denied flows grew, and the rule that did most of it. */
export const deniedMore: Finding = defineFinding({
  id: 'denied-more',
  kql: ({ scope: { interval, previous, filters }, hasRollups }) => {
    if (!previous || !hasRollups || filters.host || filters.port || filters.source)
      return undefined;
    const whole = { from: Math.min(interval.from, previous.from), to: interval.to };
    return `TrafficByRule\n${kqlWhere(whole, filters)}\n| where DeniedFlows > 0\n| summarize Denied = sumif(DeniedFlows, TimeGenerated >= ${kqlTime(interval.from)}),\n    Before = sumif(DeniedFlows, TimeGenerated < ${kqlTime(previous.to)})\n    by AclRule, FlowDirection\n| top 50 by Denied desc`;
  },
  judge: (rows, { scope, beforeName, status }) => {
    const denied = rows.reduce((sum, row) => sum + toNumber(row['Denied']), 0);
    const before = rows.reduce((sum, row) => sum + toNumber(row['Before']), 0);
    const oldest = status.tables.find((t) => t.name === 'Flows')?.oldest;
    const hadData =
      oldest !== undefined &&
      oldest !== null &&
      scope.previous !== undefined &&
      Date.parse(oldest) <= scope.previous.from + 3_600_000;
    if (!hadData || denied < LEAST_FLOWS || denied < before * LEAST_RATIO) return [];
    const grew = [...rows].sort(
      (a, b) =>
        toNumber(b['Denied']) -
        toNumber(b['Before']) -
        (toNumber(a['Denied']) - toNumber(a['Before'])),
    )[0];
    const rule = toText(grew?.['AclRule']);
    const byRule = toNumber(grew?.['Denied']);
    const more = formatChange(denied, before);
    const who = `Flows\n| where ${kqlWithin('TimeGenerated', scope.interval)}\n| where AclRule == ${kqlString(rule)} and FlowStatus == "Denied" and IsFlowStart and IsPrimary\n| summarize Denied = count(), Hosts = dcount(DestIp), Ports = make_set(DestPort, 10) by SrcIp\n| top 50 by Denied desc`;
    return [
      {
        id: 'denied-more',
        tone: 'deny',
        weight: 60 + Math.min(30, denied / Math.max(before, 1)),
        news:
          before === 0 ? 'Flows are being denied that were not before' : `Denied flows up ${more}`,
        rest: ` against ${beforeName}. ${rule === '' ? 'No rule is named for most of them' : `Rule ${rule} did ${byRule === denied ? 'all' : 'most'} of it`}.`,
        why: `${formatCount(denied)} now, ${formatCount(before)} before${rule === '' ? '' : ` · ${formatCount(byRule)} by ${rule}`}`,
        steps: [
          { text: 'Who is denied', kql: who },
          ...(rule === '' ? [] : [{ text: 'Only this rule', filters: { rule } }]),
        ],
      },
    ];
  },
});
