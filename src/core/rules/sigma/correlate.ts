import { printDuration } from '../duration.ts';
import { asName } from '../kql-text.ts';
import { CONDITIONS, type Correlation } from './document.ts';
import { type EventQuery, NoColumn } from './node.ts';
import type { Column } from './sources/index.ts';

/** A rule that a correlation goes over. */
export interface Member {
  /** As aliases name it. */
  readonly name: string;
  readonly events: EventQuery;
}

/** A field that events are grouped by, or that is counted: its column in the result, and what it is in each member. */
interface Shared {
  readonly name: string;
  readonly type: Column['type'];
  readonly of: readonly string[];
}

/**
 * What a correlation finds, as KQL over its members. Each row of the result is a group that meets the condition, with
 * TimeGenerated (the last event's time), FirstTime, and what was counted. Throws NoColumn.
 *
 * Sliding windows are exact for lower bounds on event_count (the n-th event before) and for both temporal types (joins
 * on the group). Lower bounds on values look at windows that begin every tenth of the timespan; other conditions at
 * windows side by side. Both are said in `warnings`.
 */
export function correlate(correlation: Correlation, members: readonly Member[]): EventQuery {
  const groups = correlation.groupBy.map((field) => share(field, correlation, members));
  const counted = correlation.fields.map((field) => share(field, correlation, members));
  const lets = [
    ...new Map(
      members.flatMap((m) => [...m.events.lets, [asName(m.name), m.events.text] as const]),
    ),
  ];
  const warnings = [...new Set(members.flatMap((m) => m.events.warnings))];
  const { text, warning, before } = printCorrelation(correlation, members, groups, counted);
  const result = new Map(
    groups.map((g, i) => [correlation.groupBy[i], { name: g.name, type: g.type }]),
  );
  const names = new Set(groups.map((g) => g.name));
  return {
    text,
    lets: before ? [...lets, before] : lets,
    warnings: [...warnings, ...(warning === undefined ? [] : [warning])],
    entities: (members[0]?.events.entities ?? []).filter((e) =>
      e.fields.every((f) => names.has(f.column)),
    ),
    columnOf(field) {
      const column = result.get(field);
      if (!column)
        throw new NoColumn(
          `the correlation does not group by ${field}`,
          `It gives ${[...result.keys()].join(', ') || 'no field'}.`,
        );
      return column;
    },
  };
}

/** A field in every member: by alias where there is one. */
function share(field: string, { aliases }: Correlation, members: readonly Member[]): Shared {
  const alias = Object.hasOwn(aliases, field) ? aliases[field] : undefined;
  const columns = members.map(({ name, events }) => {
    if (!alias) return events.columnOf(field);
    const own = Object.hasOwn(alias, name) ? alias[name] : undefined;
    if (own === undefined)
      throw new NoColumn(
        `the alias ${field} says nothing of ${name}`,
        `Add ${name}: to the alias.`,
      );
    return events.columnOf(own);
  });
  const isColumn = columns.every((c) => c.name === columns[0]?.name && /^\w+$/.test(c.name));
  const name = !alias && isColumn ? columns[0]!.name : asName(field);
  return { name, type: columns[0]?.type ?? 'string', of: columns.map((c) => c.name) };
}

interface Printed {
  readonly text: string;
  /** A statement of its own that it needs. */
  readonly before?: readonly [name: string, text: string];
  readonly warning?: string;
}

function printCorrelation(
  correlation: Correlation,
  members: readonly Member[],
  groups: readonly Shared[],
  counted: readonly Shared[],
): Printed {
  if (correlation.type === 'temporal' || correlation.type === 'temporal_ordered') {
    const isOrdered = correlation.type === 'temporal_ordered';
    const wanted = correlation.bounds.length === 0 || isEvery(correlation, members.length);
    return wanted
      ? { text: printTogether(correlation, members, groups, isOrdered) }
      : printWindows(
          correlation,
          printEvents(members, groups, []),
          groups,
          'dcount(Rule)',
          'Rules',
        );
  }
  const events = printEvents(members, groups, counted);
  const least = lowerBound(correlation);
  if (
    correlation.type === 'event_count' &&
    least !== undefined &&
    Number.isInteger(least) &&
    least > 0
  )
    return { text: printSliding(correlation, events, groups, least) };
  const value = aggregate(correlation, counted);
  if (value === undefined) {
    const name = `${asName(members[0]?.name ?? '')}_windows`;
    return printShares(correlation, events, groups, counted, name);
  }
  return printWindows(
    correlation,
    events,
    groups,
    value,
    correlation.type === 'event_count' ? 'Events' : 'Value',
  );
}

/** Whether a condition on a temporal correlation asks for all rules, which is the default. */
const isEvery = ({ bounds }: Correlation, rules: number) =>
  bounds.length === 1 &&
  (((bounds[0]!.name === 'gte' || bounds[0]!.name === 'eq') && bounds[0]!.value === rules) ||
    (bounds[0]!.name === 'gt' && bounds[0]!.value === rules - 1));

/** The members' events with the columns that all have: TimeGenerated, Rule, groups, and what is counted. */
function printEvents(
  members: readonly Member[],
  groups: readonly Shared[],
  counted: readonly Shared[],
): string {
  const one = (member: Member, i: number) => {
    const columns = ['TimeGenerated', ...unique([...groups, ...counted]).map((c) => assign(c, i))];
    if (members.length > 1) columns.splice(1, 0, `Rule = "${asName(member.name)}"`);
    return `${asName(member.name)} | project ${columns.join(', ')}`;
  };
  const [only] = members;
  if (only && members.length === 1) return one(only, 0);
  return `union\n${members.map((m, i) => `    (${one(m, i)})`).join(',\n')}`;
}

const unique = (list: readonly Shared[]) =>
  list.filter((s, i) => list.findIndex((o) => o.name === s.name) === i);
const assign = (shared: Shared, member: number) =>
  shared.of[member] === shared.name ? shared.name : `${shared.name} = ${shared.of[member]}`;

/** The smallest whole count that satisfies the bounds, when there are lower bounds only. */
function lowerBound({ bounds }: Correlation): number | undefined {
  const [bound] = bounds;
  if (bounds.length !== 1 || !bound) return undefined;
  if (bound.name === 'gte') return bound.value;
  return bound.name === 'gt' ? Math.floor(bound.value) + 1 : undefined;
}

const hasOnlyLowerBounds = ({ bounds }: Correlation) =>
  bounds.every((b) => b.name === 'gt' || b.name === 'gte');

const printBounds = ({ bounds }: Correlation, value: string) =>
  bounds.map((b) => `${value} ${CONDITIONS[b.name]} ${b.value}`).join(' and ');

/** The event and the one that came `least` - 1 before it, in the same group, within the timespan: exact. */
function printSliding(
  { timespan }: Correlation,
  events: string,
  groups: readonly Shared[],
  least: number,
): string {
  const names = groups.map((g) => g.name);
  const back = least - 1;
  const same = names.map((n) => ` and prev(${n}, ${back}) == ${n}`).join('');
  return `${events}
| sort by ${[...names.map((n) => `${n} asc`), 'TimeGenerated asc'].join(', ')}
| extend EarlierTime = ${back === 0 ? 'TimeGenerated' : `prev(TimeGenerated, ${back})`}, IsSameGroup = ${back === 0 ? 'true' : `isnotnull(prev(TimeGenerated, ${back}))${same}`}
| where IsSameGroup and TimeGenerated - EarlierTime <= ${printDuration(timespan)}
| summarize Events = count() + ${back}, FirstTime = min(EarlierTime), TimeGenerated = max(TimeGenerated)${by(names)}`;
}

const by = (names: readonly string[]) => (names.length > 0 ? ` by ${names.join(', ')}` : '');

/** One event of each rule within the timespan, for `temporal_ordered` in their order: joins on the group, exact. */
function printTogether(
  { timespan }: Correlation,
  members: readonly Member[],
  groups: readonly Shared[],
  isOrdered: boolean,
): string {
  const names = groups.map((g) => g.name);
  const keys = names.length > 0 ? names : ['AllEvents'];
  const span = printDuration(timespan);
  const side = (member: Member, i: number, time: string) =>
    `${asName(member.name)} | project ${[`${time} = TimeGenerated`, ...(names.length > 0 ? groups.map((g) => assign(g, i)) : ['AllEvents = 1'])].join(', ')}`;
  const [first, ...others] = members;
  if (!first) return 'print TimeGenerated = now() | take 0';
  const lines = [`${side(first, 0, 'FirstTime')} | extend LastTime = FirstTime`];
  for (const [i, member] of others.entries()) {
    lines.push(`| join kind=inner (${side(member, i + 1, 'Time')}) on ${keys.join(', ')}`);
    if (isOrdered) lines.push('| where Time >= LastTime', '| extend LastTime = Time');
    else
      lines.push('| extend FirstTime = min_of(FirstTime, Time), LastTime = max_of(LastTime, Time)');
    lines.push(
      `| where LastTime - FirstTime <= ${span}`,
      `| project FirstTime, LastTime, ${keys.join(', ')}`,
    );
  }
  lines.push(`| summarize FirstTime = min(FirstTime), TimeGenerated = max(LastTime)${by(names)}`);
  return lines.join('\n');
}

/** What a correlation of values computes of a window; undefined for shares of values. */
function aggregate(
  { type, percentile }: Correlation,
  counted: readonly Shared[],
): string | undefined {
  const [field] = counted;
  if (!field) return 'count()';
  const numeric = field.type === 'number' ? field.name : `toreal(${field.name})`;
  switch (type) {
    case 'value_count':
      return counted.length === 1
        ? `count_distinct(${field.name})`
        : `count_distinct(strcat_delim("\\u001f", ${counted.map((c) => `tostring(${c.name})`).join(', ')}))`;
    case 'value_sum':
      return `sum(${numeric})`;
    case 'value_avg':
      return `avg(${numeric})`;
    case 'value_percentile':
      return percentile === undefined ? undefined : `percentile(${numeric}, ${percentile})`;
    case 'value_median':
      return `percentile(${numeric}, 50)`;
    default:
      return 'count()';
  }
}

function printWindows(
  correlation: Correlation,
  events: string,
  groups: readonly Shared[],
  value: string,
  name: string,
): Printed {
  const { windows, warning } = printWindowing(correlation);
  const names = groups.map((g) => g.name);
  const text = `${events}
${windows}
| summarize ${name} = ${value}, FirstTime = min(TimeGenerated), LastTime = max(TimeGenerated)${by([...names, 'Window'])}
| where ${printBounds(correlation, name)}
| summarize arg_max(LastTime, FirstTime, ${name})${by(names)}
| project-rename TimeGenerated = LastTime`;
  return { text, warning };
}

function printWindowing(correlation: Correlation): {
  readonly windows: string;
  readonly warning: string;
} {
  const { timespan } = correlation;
  const span = printDuration(timespan);
  if (!hasOnlyLowerBounds(correlation))
    return {
      windows: `| extend Window = bin(TimeGenerated, ${span})`,
      warning: `its windows of ${span} stand side by side and do not slide, so that what crosses their borders is counted in parts`,
    };
  const step = printDuration(Math.max(1e6, Math.ceil(timespan / 10e6) * 1e6));
  return {
    windows: `| mv-expand Window = range(bin(TimeGenerated - ${span}, ${step}) + ${step}, bin(TimeGenerated, ${step}), ${step}) to typeof(datetime)`,
    warning: `a window of ${span} begins every ${step}: what fills it to the last tenth can be missed`,
  };
}

/** How large a part of a group's events has each value, in percent (the specification's example of value_percentile). */
function printShares(
  correlation: Correlation,
  events: string,
  groups: readonly Shared[],
  counted: readonly Shared[],
  name: string,
): Printed {
  const span = printDuration(correlation.timespan);
  const names = [...groups.map((g) => g.name), 'Window'];
  const values = counted.map((c) => c.name);
  const text = `${name}
| summarize Events = count(), FirstTime = min(TimeGenerated), TimeGenerated = max(TimeGenerated)${by([...names, ...values])}
| join kind=inner (${name} | summarize All = count()${by(names)}) on ${names.join(', ')}
| extend Share = 100.0 * Events / All
| where ${printBounds(correlation, 'Share')}
| project ${[...names, ...values, 'Share', 'Events', 'FirstTime', 'TimeGenerated'].join(', ')}`;
  return {
    text,
    before: [name, `${events}\n| extend Window = bin(TimeGenerated, ${span})`],
    warning: `a value's share of its group's events within ${span} is compared, in percent; add percentile to the condition to compare a percentile of the field`,
  };
}
