import { plural } from '#web/base/format.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { type Change, defineFinding, type Finding } from './finding.ts';

const MOST = 2;
const HOUR = 3_600_000;
/** From here on it is more than good to know. */
const GRAVE = 0.9;

/** The gravest anomalies: what a host or a network did in one hour that it never does in that hour of the week. */
export const unusual: Finding = defineFinding({
  id: 'unusual',
  kql: ({ scope: { interval, filters }, status }) => {
    const { host, ...others } = filters;
    const isThere = (status.tables.find((t) => t.name === 'Anomalies')?.rows ?? 0) > 0;
    if (!isThere || Object.keys(others).length > 0) return undefined;
    const of = host ? `\n| where SourceIpAddress == ${kqlString(host)}` : '';
    return `Anomalies\n| where ${kqlWithin('TimeGenerated', interval)} and RuleStatus == "Production"${of}\n| extend About = iff(SourceIpAddress == "", tostring(split(Description, ": ")[0]), SourceIpAddress), Sure = Score * toreal(AnomalyDetails.Confidence)\n| summarize Hours = dcount(TimeGenerated), arg_max(Sure, Score, Description, TimeGenerated, Why = tostring(AnomalyReasons[0]), Rows = tostring(ExtendedProperties.Query), SourceIpAddress) by About, RuleId\n| summarize Hours = max(Hours), arg_max(Sure, Score, Description, TimeGenerated, Why, Rows, SourceIpAddress) by About\n| top 50 by Sure desc`;
  },
  judge: (rows, { scope }) => {
    const told = rows.slice(0, MOST).map((row): Change => {
      const about = toText(row['About']);
      const host = toText(row['SourceIpAddress']);
      const at = toMillis(row['TimeGenerated']) ?? scope.interval.from;
      const hours = toNumber(row['Hours']);
      return {
        id: `unusual ${about}`,
        ...(host === '' ? {} : { about: [host] }),
        tone: toNumber(row['Score']) >= GRAVE ? 'deny' : 'info',
        weight: toNumber(row['Score']) >= GRAVE ? 60 : 40,
        news: toText(row['Description']),
        rest: `, from ${formatMoment(at)} on${hours > 1 ? `, and in ${plural(hours - 1, 'other hour')}` : ''}.`,
        why: toText(row['Why']),
        steps: [
          { text: 'See that hour', kql: toText(row['Rows']) },
          ...(host === '' ? [] : [{ text: 'Only this host', filters: { host } }]),
        ],
      };
    });
    const others = rows.length - told.length;
    if (others <= 0) return told;
    const all = `Anomalies\n| where ${kqlWithin('TimeGenerated', { from: scope.interval.from - HOUR, to: scope.interval.to })}\n| project TimeGenerated, Description, Score, Why = AnomalyReasons, RuleName\n| order by Score desc`;
    return [
      ...told,
      {
        id: 'unusual-others',
        tone: 'info',
        weight: 15,
        news: `${plural(others, 'other host or network', 'other hosts and networks')} did something unusual`,
        rest: '.',
        why: 'Less so than what is told above, each against its own weeks before.',
        steps: [{ text: 'All of them', kql: all }],
      },
    ];
  },
});
