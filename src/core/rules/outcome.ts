import { type Finding, readSeverity } from '#core/alert/index.ts';
import { type Micros, printInstant } from '#core/base/index.ts';
import { keyOf } from './finding-key.ts';
import { fill, textsOf } from './placeholder.ts';
import { entitiesOf, MAX_ENTITIES, type ResultRow } from './result-entities.ts';
import { LIMITS, type Rule, type Trigger } from './rule.ts';
import { readTactic, readTechnique } from './technique.ts';

/** What a rule's query gave. Cells are ready for JSON, datetime as ISO text. */
export interface RuleResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** The event time that a run looked at: half-open, µs. */
export interface Window {
  readonly from: Micros;
  readonly to: Micros;
}

export function triggers({ operator, threshold }: Trigger, rows: number): boolean {
  switch (operator) {
    case 'gt':
      return rows > threshold;
    case 'lt':
      return rows < threshold;
    case 'eq':
      return rows === threshold;
    case 'ne':
      return rows !== threshold;
  }
}

/**
 * What a run found: nothing when the trigger is not met; else one finding of all rows, or one of each row: of more than
 * 150 the last sums up the rest.
 */
export function judgeResult(rule: Rule, result: RuleResult, window: Window): readonly Finding[] {
  if (!triggers(rule.trigger, result.rows.length)) return [];
  const rows = result.rows.map(
    (cells): ResultRow => Object.fromEntries(result.columns.map((name, i) => [name, cells[i]])),
  );
  if (rule.eventGrouping === 'SingleAlert' || rows.length === 0)
    return [makeFinding(rule, rows, window)];
  const limit = LIMITS.alertsARun;
  const single = rows.length <= limit ? rows : rows.slice(0, limit - 1);
  const rest = rows.slice(single.length);
  return [
    ...single.map((row) => makeFinding(rule, [row], window)),
    ...(rest.length > 0 ? [makeFinding(rule, rest, window)] : []),
  ];
}

function makeFinding(rule: Rule, rows: readonly ResultRow[], window: Window): Finding {
  const first = rows[0] ?? {};
  const entities = entitiesOf(rule, rows);
  const details = rule.alertDetails;
  const title = details.nameFormat ? fill(details.nameFormat, first) : rule.name;
  const says = details.descriptionFormat
    ? fill(details.descriptionFormat, first)
    : rule.description;
  const customDetails = Object.fromEntries(
    Object.entries(rule.customDetails).map(([name, column]) => [
      name,
      [...new Set(rows.flatMap((row) => textsOf(row[column])))].slice(0, MAX_ENTITIES),
    ]),
  );
  const properties = Object.fromEntries(
    details.properties.map((p) => [p.property, textsOf(first[p.column])]),
  );
  const told = {
    title: title.slice(0, LIMITS.nameLength),
    severity: severityOf(rule, first),
    entities,
    customDetails: { ...customDetails, ...properties },
  };
  return {
    ...told,
    key: keyOf(rule, rows, told),
    finder: { kind: 'rule', id: rule.id, name: rule.name, version: rule.version, family: rule.id },
    reasons: [...(says ? [says] : []), countRows(rule, rows.length, window)],
    ...timesOf(rows, window),
    score: 1,
    confidence: CONFIDENCE,
    tactics: listOf(rule.tactics, first, details.tacticsColumn, readTactic),
    techniques: listOf(rule.techniques, first, details.techniquesColumn, readTechnique),
    features: featuresOf(rows),
    evidence: [{ kql: printEvidence(rule, rows, window), rows: rows.length }],
    nextSteps: rule.nextSteps,
    falsePositives: rule.falsePositives,
    ...(rule.grouping ? { grouping: rule.grouping } : {}),
    magnitude: magnitudeOf(rows),
  };
}

/** How often a rule is right, before anybody has judged its alerts. */
const CONFIDENCE = 0.6;

function countRows({ schedule }: Rule, rows: number, { from, to }: Window): string {
  const span = `between ${printInstant(from)} and ${printInstant(to)}`;
  const what = rows === 1 ? 'One row' : rows === 0 ? 'No row' : `${rows} rows`;
  return schedule.kind === 'every'
    ? `${what} of the rule's query ${span}.`
    : `${what} of the rule's query among what was stored last.`;
}

/** Columns that say when something began and ended, the more telling first. */
const BEGIN = ['FirstTime', 'StartTime', 'StartTimeUtc', 'FirstSeen', 'TimeGenerated'];
const END = ['LastTime', 'EndTime', 'EndTimeUtc', 'LastSeen', 'TimeGenerated'];

function timesOf(rows: readonly ResultRow[], window: Window): Pick<Finding, 'first' | 'last'> {
  const times = (names: readonly string[]) =>
    rows.flatMap((row) => {
      const text = names.map((name) => row[name]).find((v) => typeof v === 'string');
      const at = typeof text === 'string' ? Date.parse(text) * 1000 : Number.NaN;
      return Number.isNaN(at) ? [] : [at];
    });
  const begins = times(BEGIN);
  const ends = times(END);
  const first = begins.length > 0 ? least(begins) : window.from;
  const last = ends.length > 0 ? -least(ends.map((t) => -t)) : window.to;
  return { first: Math.min(first, last), last };
}

const least = (list: readonly number[]) => list.reduce((a, b) => Math.min(a, b));

function severityOf(rule: Rule, row: ResultRow): Finding['severity'] {
  const column = rule.alertDetails.severityColumn;
  const [text] = column === undefined ? [] : textsOf(row[column]);
  return (text === undefined ? undefined : readSeverity(text)) ?? rule.severity;
}

function listOf(
  own: readonly string[],
  row: ResultRow,
  column: string | undefined,
  read: (text: string) => string | undefined,
): readonly string[] {
  if (column === undefined) return own;
  const found = textsOf(row[column]).flatMap((text) =>
    text.split(',').flatMap((t) => read(t) ?? []),
  );
  return found.length > 0 ? [...new Set(found)] : own;
}

const COUNTS = /^(?:Magnitude|Events|Flows|Attempts|Hits|Count|count_|Total|EventCount|Points)$/i;

function magnitudeOf(rows: readonly ResultRow[]): number {
  const counted = rows.map((row) => {
    const name = Object.keys(row).find((key) => COUNTS.test(key));
    const value = name === undefined ? 1 : Number(row[name]);
    return Number.isFinite(value) && value > 0 ? value : 1;
  });
  return Math.max(
    1,
    counted.reduce((sum, value) => sum + value, 0),
  );
}

/** The numbers and short texts of the first row. */
function featuresOf(rows: readonly ResultRow[]): Finding['features'] {
  const found = Object.entries(rows[0] ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value !== '' && value.length <= 200)
      ? [[name, value] as const]
      : [],
  );
  return { rows: rows.length, ...Object.fromEntries(found.slice(0, 30)) };
}

/** The rule's query as it stood at that moment, over that time. */
function printEvidence(rule: Rule, rows: readonly ResultRow[], { from, to }: Window): string {
  const [only] = rows;
  const columns = rule.entities.flatMap((e) => e.fields.map((f) => f.column));
  const isOne = only !== undefined && rows.length === 1;
  const where = [...new Set(columns)].flatMap((column) => {
    const value = isOne ? only[column] : undefined;
    return typeof value === 'string' && value !== '' && !value.startsWith('[')
      ? [`${column} == ${JSON.stringify(value)}`]
      : [];
  });
  return [
    `set query_now = datetime(${printInstant(to)});`,
    'set query_datetimescope_column = "TimeGenerated";',
    `set query_datetimescope_from = datetime(${printInstant(from)});`,
    `set query_datetimescope_to = datetime(${printInstant(to)});`,
    rule.query,
    ...(where.length > 0 ? [`| where ${where.join(' and ')}`] : []),
  ].join('\n');
}
