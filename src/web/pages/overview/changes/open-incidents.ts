import { readSeverity, severityRank } from '#core/alert/index.ts';
import { formatCount, plural } from '#web/base/format.ts';
import { kqlTime } from '#web/base/kql.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { type Change, defineFinding, type Finding } from './finding.ts';

const MOST = 3;
/** Above whatever else changed. */
const WEIGHT = 1000;
const LOOK_BACK_MS = 30 * 86_400_000;

/** Incidents that nobody has closed, the gravest first: those of the interval by themselves, the others as a number. */
export const openIncidents: Finding = defineFinding({
  id: 'open-incidents',
  kql: ({ scope: { interval, filters } }) =>
    Object.keys(filters).length > 0
      ? undefined
      : `let Since = ${kqlTime(interval.from - LOOK_BACK_MS)};
let Open = SecurityIncident
| where TimeGenerated >= Since
| summarize arg_max(LastModifiedTime, *) by IncidentNumber
| where Status != "Closed";
let Alerts = SecurityAlert
| where TimeGenerated >= Since
| summarize arg_max(TimeGenerated, Entities) by SystemAlertId;
let Who = Open
| mv-expand AlertId = AlertIds to typeof(string)
| join kind=inner Alerts on $left.AlertId == $right.SystemAlertId
| mv-expand Entity = todynamic(Entities)
| where isnotempty(Entity.Address)
| summarize Addresses = make_set(tostring(Entity.Address), 100) by IncidentNumber;
Open
| join kind=leftouter Who on IncidentNumber
| project IncidentNumber, Title, Severity = tostring(AdditionalData.severity), Owner = tostring(Owner.assignedTo), AlertCount = toint(AdditionalData.alertsCount), FirstActivityTime, LastActivityTime, Addresses`,
  judge: (rows, { scope: { interval } }) => {
    const incidents = rows.map((row) => ({
      number: toNumber(row['IncidentNumber']),
      title: toText(row['Title']),
      severity: readSeverity(toText(row['Severity'])) ?? 'medium',
      owner: toText(row['Owner']),
      alerts: toNumber(row['AlertCount']),
      first: toMillis(row['FirstActivityTime']) ?? 0,
      last: toMillis(row['LastActivityTime']) ?? 0,
      addresses: Array.isArray(row['Addresses']) ? row['Addresses'].map(String) : [],
    }));
    const now = incidents
      .filter((i) => i.last >= interval.from && i.first < interval.to)
      .sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || b.last - a.last);
    // One more takes no more room than saying that there is one more.
    const told = now.slice(0, incidents.length === MOST + 1 ? MOST + 1 : MOST).map(
      (incident): Change => ({
        id: `incident ${incident.number}`,
        tone: severityRank(incident.severity) >= severityRank('high') ? 'bad' : 'deny',
        weight: WEIGHT + severityRank(incident.severity),
        news: incident.title,
        rest: '.',
        covers: incident.addresses,
        why: `Incident ${incident.number}, ${incident.severity} · ${plural(incident.alerts, 'alert')} since ${formatMoment(incident.first)} · ${incident.owner === '' ? 'nobody has it yet' : `${incident.owner} has it`}`,
        steps: [{ text: 'Open the incident', page: `/incidents/${incident.number}` }],
      }),
    );
    const others = incidents.length - told.length;
    if (others === 0) return told;
    const hasLeft = now.length > told.length;
    return [
      ...told,
      {
        id: 'other-incidents',
        tone: 'info',
        weight: WEIGHT - 1,
        news: `${formatCount(others)} ${told.length > 0 ? 'more ' : ''}${others === 1 ? 'incident is' : 'incidents are'} open`,
        rest: '.',
        why: hasLeft
          ? 'The gravest are above.'
          : 'What they hold happened at another time than the one looked at.',
        steps: [{ text: 'See the queue', page: '/incidents' }],
      },
    ];
  },
});
