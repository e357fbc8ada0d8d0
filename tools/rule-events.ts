/**
 * Events made for a rule that somebody else wrote: what an ordinary session of each table looks like, with the constants
 * that the rule's query compares columns with put in their place. Nothing here knows any particular rule.
 */

import {
  BELOW,
  BESIDE,
  type Constants,
  type EventRow,
  ORDINARY,
  PEER,
  SESSIONS,
  SOURCE,
  USER,
} from './rule-sessions.ts';

export type EventSet = Readonly<Record<string, readonly EventRow[]>>;

const STRING = /@?"((?:[^"\\]|\\.)*)"|@?'((?:[^'\\]|\\.)*)'/g;
const stringsIn = (text: string) =>
  [...text.matchAll(STRING)].map((m) => (m[1] ?? m[2] ?? '').replace(/\\(["'\\])/g, '$1'));

/** Values of the query's variables that are lists or texts. */
function variablesOf(query: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [, name = '', value = ''] of query.matchAll(
    /let\s+(\w+)\s*=\s*((?:dynamic\s*\(|@?["'])[^;]*);/g,
  ))
    found.set(name, stringsIn(value));
  return found;
}

/** The first address and the first domain that the query names. */
function constantsOf(query: string): Constants {
  const strings = stringsIn(query.replace(/\/\/[^\n"']*$/gm, ''));
  const address = strings.find(
    (s) => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(s) && !/^(?:0|10|127)\./.test(s),
  );
  const domain = strings.find(
    (s) => /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i.test(s) && !/\.(?:exe|dll|php|aspx|bin)$/i.test(s),
  );
  return {
    address: address ?? ORDINARY.address,
    domain: domain ?? ORDINARY.domain,
    query: `?id=${Buffer.from(USER).toString('base64')}`,
  };
}

/** The text of the pipeline that begins with a table's name. */
function pipelinesOf(query: string, table: string): readonly string[] {
  return [...query.matchAll(new RegExp(`\\b${table}\\b`, 'g'))].map(({ index }) => {
    // Handed to a function as a text: what the function compares is somewhere in the query.
    if (query[index - 1] === '"') return query;
    let depth = 0;
    for (let at = index; at < query.length; at++) {
      const char = query[at];
      if (char === '(') depth++;
      if (char === ')' && --depth < 0) return query.slice(index, at);
      if (char === ';' && depth === 0) return query.slice(index, at);
    }
    return query.slice(index);
  });
}

const COMPARED =
  /\b(\w+)\s*(==|=~|has_any|has_all|has|contains|startswith|endswith|in~|in)\s*(\((?:[^()"']|"[^"]*"|'[^']*')*\)|@?"[^"]*"|@?'[^']*'|\d+|\w+)/g;
const ABOVE = /\b(?:toint\()?(\w+)\)?\s*(>=?)\s*(\d+)\b/g;

/** Parameters of ASIM's views, and the column that each is compared with. */
const PARAMETERS: Readonly<Record<string, string>> = {
  responsecodename: 'EventResultDetails',
  eventresult: 'EventResult',
  httpuseragent_has_any: 'HttpUserAgent',
};
const PARAMETER = /\b([a-z_]+)\s*=\s*("[^"]*"|'[^']*')/g;
const OUTSIDE = /ipv4_is_private\((\w+)\)\s*==\s*false|not\(ipv4_is_private\((\w+)\)\)/gi;
const MATCHED = /\b(\w+)\s+matches\s+regex\s+(@?"[^"]*"|@?'[^']*'|\w+)/g;

/** Columns of the row that a pipeline compares with constants, and a value of each that passes. */
function wantedOf(
  pipeline: string,
  row: EventRow,
  variables: ReadonlyMap<string, readonly string[]>,
): EventRow {
  const wanted: Record<string, unknown> = {};
  const constantsOf = (right: string) => {
    const strings = stringsIn(right);
    return strings.length > 0
      ? strings
      : (right.match(/\w+/g) ?? []).flatMap((name) => variables.get(name) ?? []);
  };
  for (const [, column = '', operator = '', right = ''] of pipeline.matchAll(COMPARED)) {
    if (Object.hasOwn(wanted, column) || (!/^[A-Z]/.test(column) && !/_[sdg]$/.test(column)))
      continue;
    const value = constantsOf(right)[0] ?? (/^\d+$/.test(right) ? Number(right) : undefined);
    if (value !== undefined) wanted[column] = partOf(row[column], operator, value);
  }
  for (const [, name = '', text = ''] of pipeline.matchAll(PARAMETER)) {
    const column = PARAMETERS[name];
    if (column !== undefined && !Object.hasOwn(wanted, column)) wanted[column] = stringsIn(text)[0];
  }
  for (const [, column = '', right = ''] of pipeline.matchAll(MATCHED)) {
    const sample = constantsOf(right).map(sampleOf)[0];
    const before = wanted[column] ?? row[column];
    if (sample !== undefined && typeof before === 'string' && !before.includes(sample))
      wanted[column] = `${sample} ${before}`;
  }
  for (const [, one, other] of pipeline.matchAll(OUTSIDE)) {
    const column = one ?? other ?? '';
    if (String(row[column]).startsWith('10.')) wanted[column] = PEER;
  }
  for (const [, column = '', , value = ''] of pipeline.matchAll(ABOVE))
    if (Object.hasOwn(row, column) && typeof row[column] === 'number')
      wanted[column] = Math.max(Number(row[column]), Number(value) + 1);
  return wanted;
}

/** A cell that holds a constant where the operator asks for it. */
function partOf(before: unknown, operator: string, value: string | number): unknown {
  if (typeof before !== 'string' || typeof value !== 'string') return value;
  switch (operator) {
    case 'has':
    case 'contains':
    case 'has_any':
      if (before.includes(value)) return before;
      return before.startsWith('http') ? `${before}?${value}` : `${value} ${before}`;
    case 'endswith':
      return `${before.replace(/\?.*/, '')}${value}`;
    default:
      return value;
  }
}

/** A text that an expression matches: its first alternative, what is optional left out. Undefined where it says more. */
function sampleOf(expression: string): string | undefined {
  const [first = ''] = expression.split(/(?<!\\)\|/);
  const sample = first
    .replace(/(?:\[[^\]]*\]|\\?.)[*?]/g, (part) =>
      part.startsWith('\\') && part.length === 2 ? part : '',
    )
    .replace(/\[(\\?.)[^\]]*\]\+?/g, '$1')
    .replace(/\\([^a-z])/gi, '$1');
  return /[()[\]{}^$+]|\\/.test(sample) ? undefined : sample;
}

/** How often, and how spread, the sessions come. */
export interface Shape {
  readonly name: string;
  readonly count: number;
  /** Seconds before the run at which the first comes, and between two. */
  readonly from: number;
  readonly step: number;
  /** What changes from one to the next. */
  readonly vary?: (i: number, table: string, row: EventRow) => EventRow;
  /** Worth trying only for queries in which something is said. */
  readonly suits?: RegExp;
}

/** Another peer, another name, in each session. */
function another(i: number, table: string, row: EventRow): EventRow {
  const peer = `198.51.${Math.floor(i / 250)}.${i % 250}`;
  switch (table) {
    case 'CommonSecurityLog':
      return { DestinationIP: peer };
    case 'AzureDiagnostics':
      return { msg_s: String(row['msg_s']).replace(/ to \S+:/, ` to ${peer}:`) };
    case 'DnsEvents':
      return { Name: `${i}.${String(row['Name'])}` };
    case 'ASimDnsActivityLogs':
      return { DnsQuery: `www.n${i}.example` };
    default:
      return {};
  }
}

/** Hours before the run at which a great deal is sent. */
const BURSTS = [44, 42, 40, 37];
const HOURS = 14 * 24;

/** An hourly session for two weeks, and hours of a hundred large ones. */
function uploads(i: number, table: string): EventRow {
  const large = i - HOURS;
  const hours = large < 0 ? i + 0.5 : BURSTS[large % BURSTS.length]! - 0.5;
  return {
    TimeGenerated: `-${hours}`,
    ...(table === 'VMConnection' || large < 0 ? {} : { SentBytes: 200e6 }),
  };
}

/** A few sessions, many with others, many that fail, two weeks with an outburst. */
export const SHAPES: readonly Shape[] = [
  { name: 'a few', count: 3, from: 240, step: 60 },
  { name: 'many others', count: 600, from: 3000, step: 2, vary: another },
  {
    name: 'two weeks',
    count: HOURS + 100 * BURSTS.length,
    from: 0,
    step: 0,
    vary: uploads,
    suits: /series_decompose/,
  },
  {
    name: 'many denied',
    count: 5200,
    from: 250,
    step: 0,
    vary: (i, table) => (table === 'Flows' ? { FlowStatus: 'Denied', SrcPort: 1024 + i } : {}),
    suits: /\b[1-9]\d{3,}\b/,
  },
];

/** The events of one shape, made for a query that runs at `now` (ms). */
export function eventsFor(query: string, shape: Shape, now: number): EventSet {
  const constants = constantsOf(query);
  const variables = variablesOf(query);
  const tables: Record<string, readonly EventRow[]> = {};
  for (const named of [...Object.keys(SESSIONS), ...Object.keys(BELOW)]) {
    const pipelines = pipelinesOf(query, named);
    const table = BELOW[named] ?? named;
    const make = SESSIONS[table];
    if (pipelines.length === 0 || !make) continue;
    const rows = pipelines.map((pipeline) => {
      const row = make(constants);
      const wanted = Object.entries(wantedOf(pipeline, row, variables));
      // A view has other columns than the table below it.
      return {
        ...row,
        ...Object.fromEntries(wanted.filter(([n]) => table === named || Object.hasOwn(row, n))),
      };
    });
    tables[table] = [...(tables[table] ?? []), ...spread(rows, table, shape, now)];
  }
  const { ThreatIntelligenceIndicator: indicators, ...others } = tables;
  return indicators ? { ...others, ThreatIntelIndicators: indicators.flatMap(asStored) } : others;
}

/** Columns of the older table of indicators that hold a value, and what it is. */
const INDICATORS = [
  ['NetworkIP', 'ip'],
  ['DomainName', 'domain'],
  ['Url', 'url'],
  ['EmailSenderAddress', 'email'],
  ['FileHashValue', 'md5'],
] as const;

/** An indicator of the older table as the rows that it is a view of: one for each value. */
const asStored = (row: EventRow): EventRow[] =>
  INDICATORS.map(([column, type]) => ({
    TimeGenerated: row['TimeGenerated'],
    Id: `${String(row['IndicatorId'])}-${type}`,
    SourceSystem: row['SourceSystem'] ?? 'feed',
    IndicatorType: type,
    ObservableValue: row[column],
    IsActive: row['Active'],
    ValidUntil: row['ExpirationDateTime'],
    Confidence: row['ConfidenceScore'],
    Role: row['ThreatType'],
    Tags: row['Tags'] ?? '',
    Data: { name: row['Description'] },
  }));

function spread(
  rows: readonly EventRow[],
  table: string,
  { count, from, step, vary }: Shape,
  now: number,
): EventRow[] {
  // What is known of a host or an address is known from before.
  const isReference = table === 'VMProcess' || table === 'VMComputer';
  const isKnown = table === 'ThreatIntelligenceIndicator';
  // Of what is written down first there is most: requests that are blocked, and then one that is not.
  return rows.flatMap((row, nth) =>
    Array.from({ length: isReference || isKnown ? 1 : Math.max(1, count - 2 * nth) }, (_, i) => {
      const varied = { ...row, ...vary?.(i, table, row) };
      const { TimeGenerated: hours } = varied;
      const at =
        isKnown || typeof hours !== 'string'
          ? now - (isKnown ? 3_000_000 : from * 1000 - i * step * 1000)
          : now + Number(hours) * 3_600_000;
      return { ...varied, TimeGenerated: new Date(at).toISOString() };
    }),
  );
}

/** Ordinary sessions in every table that the query reads: nothing of what it looks for. */
export function ordinaryEvents(query: string, now: number): EventSet {
  const tables: Record<string, readonly EventRow[]> = {};
  const shape: Shape = { name: 'ordinary', count: 20, from: 2400, step: 60 };
  for (const named of [...Object.keys(SESSIONS), ...Object.keys(BELOW)]) {
    const table = BELOW[named] ?? named;
    const make = SESSIONS[table];
    // An indicator for what everybody visits would be right to fire.
    if (!make || BESIDE.has(table) || pipelinesOf(query, named).length === 0) continue;
    const row = {
      ...make(ORDINARY),
      ...(table === 'AzureDiagnostics'
        ? {
            msg_s: `HTTPS request from ${SOURCE}:50123 to www.example.org:443. Action: Allow. Rule`,
          }
        : {}),
    };
    tables[table] = spread([row], table, shape, now);
  }
  return tables;
}
