import { type Row, ritaScore, toRows } from '#core/detect/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { Claimed } from './claim.ts';

/** Something simpler, or something others publish, measured on the same data. */
export interface Rival {
  readonly name: string;
  readonly source: string;
  claim(query: QueryService, from: number, to: number): Promise<readonly Claimed[]>;
}

const instant = (micros: number) => `datetime(${new Date(micros / 1000).toISOString()})`;
const within = (from: number, to: number) =>
  `PairHours | where TimeGenerated >= ${instant(from)} and TimeGenerated < ${instant(to)}`;

async function rowsOf(query: QueryService, text: string): Promise<Row[]> {
  const { columns, rows } = await query.query({ text });
  return toRows(columns, rows);
}

/** A rule that is one query: rows with Family, the address that acts (and the one acted upon), N, From and To. */
const rule = (name: string, source: string, text: (hours: string) => string): Rival => ({
  name,
  source,
  claim: async (query, from, to) =>
    (await rowsOf(query, text(within(from, to)))).map((row) => {
      const names = [row['Actor'], row['Target']].flatMap((v) =>
        typeof v === 'string' && v !== '' ? [v] : [],
      );
      return {
        families: [String(row['Family'])],
        actors: names.slice(0, 1),
        names,
        first: Date.parse(String(row['From'])),
        last: Date.parse(String(row['To'])) + HOUR_MS - 1,
        weight: Number(row['N']),
        text: `${name}: ${names.join(' ')}`,
      };
    }),
});

const HOUR_MS = 3_600_000;
/** One claim of whatever a rule says of several hours. */
const once = (by: string) =>
  `summarize N = max(N), From = min(TimeGenerated), To = max(TimeGenerated) by ${by}`;
const FAILED = 'AllowedFlows <= UnansweredFlows';

/** Every rule is asked of the same aggregates: a window of five minutes becomes an hour, which favours it. */
export const RIVALS: readonly Rival[] = [
  rule(
    'Slips, fixed thresholds',
    'Slips: over 5 ports of a host or 5 hosts on a port not established; 9 SSH tries an hour',
    (hours) => `
let failed = ${hours} | where ${FAILED};
union (failed | summarize N = dcount(DestPort) by TimeGenerated, Actor = SrcIp, Target = DestIp | where N > 5 | ${once('Actor, Target')} | extend Family = 'scan'),
  (failed | summarize N = dcount(DestIp) by TimeGenerated, Actor = SrcIp, DestPort | where N > 5 | ${once('Actor')} | extend Family = 'scan'),
  (${hours} | where DestPort == 22 and not(${FAILED}) | summarize N = sum(AllowedFlows) by TimeGenerated, Actor = SrcIp, Target = DestIp | where N >= 9 | ${once('Actor, Target')} | extend Family = 'brute-force')`,
  ),
  rule(
    'Zeek and Snort, fixed thresholds',
    'Zeek’s old scan policy: 25 hosts or 15 ports; Zeek: 30 SSH tries; FastNetMon: 3,500 flows a second to one host',
    (hours) => `
union (${hours} | where ${FAILED} | summarize N = dcount(DestPort) by TimeGenerated, Actor = SrcIp, Target = DestIp | where N >= 15 | ${once('Actor, Target')} | extend Family = 'scan'),
  (${hours} | where ${FAILED} | summarize N = dcount(DestIp) by TimeGenerated, Actor = SrcIp, DestPort | where N >= 25 | ${once('Actor')} | extend Family = 'scan'),
  (${hours} | where DestPort == 22 | summarize N = sum(AllowedFlows) by TimeGenerated, Actor = SrcIp | where N >= 30 | ${once('Actor')} | extend Family = 'brute-force'),
  (HostHours | where Role == 'Responder' and PeakFlowsPerMinute >= 210000 | extend Actor = Ip, N = PeakFlowsPerMinute | ${once('Actor')} | extend Family = 'flood')`,
  ),
  {
    name: 'RITA’s beacon score alone, 0.8 and up',
    source: 'activecm/rita 5.1: score of pairs to the outside, without its modifiers',
    async claim(query, from, to) {
      const rows = await rowsOf(
        query,
        `
let outward = ${within(from, to)} | where SrcIsInside and not(DestIsInside) and AllowedFlows > 0;
let pairs = outward | summarize Flows = sum(AllowedFlows) by SrcIp, DestIp | where Flows >= 4 and Flows < 86400 | top 20000 by Flows desc;
outward | join kind=inner (pairs | project SrcIp, DestIp) on SrcIp, DestIp | project SrcIp, DestIp, TimeGenerated, Starts, StartBytes`,
      );
      const pairs = Map.groupBy(rows, (row) => `${String(row['SrcIp'])} ${String(row['DestIp'])}`);
      return [...pairs].flatMap(([pair, of]) => {
        const starts = of.flatMap((row) => {
          const hour = Date.parse(String(row['TimeGenerated'])) / 1000;
          const bytes = listOf(row['StartBytes']);
          return listOf(row['Starts']).map((s, i) => [hour + s, bytes[i] ?? 0] as const);
        });
        starts.sort(([a], [b]) => a - b);
        const { score } = ritaScore(
          starts.map(([at]) => at),
          starts.map(([, b]) => b),
          { from: from / 1e6, to: to / 1e6 },
        );
        return score >= 0.8
          ? [
              {
                families: ['beacon'],
                actors: pair.split(' ').slice(0, 1),
                names: pair.split(' '),
                first: (starts[0]?.[0] ?? 0) * 1000,
                last: (starts.at(-1)?.[0] ?? 0) * 1000,
                weight: score,
                text: `RITA ${score}: ${pair}`,
              },
            ]
          : [];
      });
    },
  },
  rule(
    'Sentinel, as published',
    'ASIM: over 50 ports of a host from outside; RDP: 25 failures from outside; over 80 % of over 15 events at one gap is not expressible on aggregates and left out',
    (hours) => `
union (${hours} | where not(SrcIsInside) | summarize N = dcount(DestPort) by TimeGenerated, Actor = SrcIp | where N > 50 | ${once('Actor')} | extend Family = 'scan'),
  (${hours} | where not(SrcIsInside) and DestPort == 3389 and ${FAILED} | summarize N = sum(Flows) by TimeGenerated, Actor = SrcIp, Target = DestIp | where N >= 25 | ${once('Actor, Target')} | extend Family = 'brute-force')`,
  ),
  rule(
    'One feature: services of a host in an hour',
    'the best single number there is: over 30 pairs of address and port',
    (hours) => `
${hours.replace('PairHours', 'HostHours')} | where Role == 'Initiator' and Services > 30 | extend Actor = Ip, N = Services | ${once('Actor')} | extend Family = '*'`,
  ),
];

/** As many alerts as there were, at hosts drawn by a fixed rule, of the whole time: what guessing finds. */
export function guess(
  hosts: readonly string[],
  alerts: number,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Claimed[] {
  return Array.from({ length: alerts }, (_, i) => {
    const name = hosts[(i * 7919) % Math.max(1, hosts.length)] ?? '';
    const [first, last] = [from / 1000, to / 1000];
    return {
      families: ['*'],
      actors: [name],
      names: [name],
      first,
      last,
      weight: 0,
      text: `guess: ${name}`,
    };
  });
}

function listOf(value: unknown): readonly number[] {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value || '[]') : value;
  return Array.isArray(parsed) ? parsed.map(Number) : [];
}
