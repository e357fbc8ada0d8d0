import { printJunction, printList, quote } from '../kql-text.ts';
import { type Pattern, regexOf, shapeOf, textOf } from './pattern.ts';
import type { Search, Test } from './search.ts';
import type { Column, LogSource } from './sources/index.ts';

/** A field or a keyword that the log source has no place for. */
export class NoColumn extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** Prints searches as conditions of KQL over one log source, and remembers which columns have to be computed. */
export interface Printer {
  /** The condition, to stand after `where`; parts of an `and` apart. */
  print(search: Search): readonly string[];
  columnOf(field: string): Column;
  /** Computed columns so far, in order. */
  readonly computed: readonly Column[];
}

export function createPrinter(source: LogSource): Printer {
  const computed: Column[] = [];

  function columnOf(field: string): Column {
    const found = Object.hasOwn(source.fields, field) ? source.fields[field] : undefined;
    if (!found)
      throw new NoColumn(
        `the field ${field} of ${source.name} logs has no column in ${tableOf(source)}`,
        `Known fields are ${Object.keys(source.fields).join(', ')}.`,
      );
    return use(found);
  }

  function use(column: Column): Column {
    if (column.kql !== undefined && !computed.some((c) => c.name === column.name))
      computed.push(column);
    return column;
  }

  function message(): Column {
    const [only, ...more] = source.message;
    if (only === undefined)
      throw new NoColumn(
        `${source.name} logs have no text to look for keywords in`,
        'Name a field to compare.',
      );
    if (more.length === 0) return { name: only, type: 'string' };
    return use({
      name: 'SearchedText',
      type: 'string',
      kql: `strcat_delim(" ", ${source.message.join(', ')})`,
    });
  }

  /** `isInside`: the condition stands below a `not`, where null must count as false. */
  function condition(search: Search, isInside: boolean): string {
    switch (search.op) {
      case 'not':
        return `not(${condition(search.part, true)})`;
      case 'and':
      case 'or':
        return printJunction(
          search.op,
          search.parts.map((part) => enclose(part, condition(part, isInside), search.op)),
        );
      case 'keywords':
        return keywords(search, message());
      case 'field': {
        const column = columnOf(search.field);
        const tests = search.isAll ? search.tests.map((test) => [test]) : grouped(search.tests);
        const parts = tests.map((group) =>
          nullSafe(column, printTests(column, group, columnOf), isInside),
        );
        return printJunction(search.isAll ? 'and' : 'or', parts);
      }
    }
  }

  return {
    computed,
    columnOf,
    print: (search) => {
      const parts = search.op === 'and' ? search.parts : [search];
      return parts.map((part) => condition(part, false));
    },
  };
}

/** The table that a log source reads first. */
export const tableOf = (source: LogSource): string => /^\w+/.exec(source.rows)?.[0] ?? source.rows;

/** Parentheses where `or` stands in `and`, and around fields that became an `or`. */
function enclose(part: Search, text: string, op: 'and' | 'or'): string {
  const isOr = part.op === 'or' || ((part.op === 'field' || part.op === 'keywords') && !part.isAll);
  const isAnd =
    part.op === 'and' || ((part.op === 'field' || part.op === 'keywords') && part.isAll);
  const needs = op === 'and' ? isOr : isAnd;
  return needs && / (?:or|and) /.test(text) ? `(${text})` : text;
}

function nullSafe(column: Column, text: string, isInside: boolean): string {
  const canBeNull = column.type !== 'string' || /_is_in_(?:any_)?range\(/.test(text);
  return isInside && canBeNull && !/^is(?:not)?(?:null|empty)\(/.test(text)
    ? `coalesce(${text}, false)`
    : text;
}

function keywords(search: Extract<Search, { op: 'keywords' }>, { name }: Column): string {
  const parts = [
    ...search.patterns.map((pattern) => {
      const whole = textOf(pattern);
      if (whole !== undefined) return `${name} contains ${quote(whole)}`;
      return `${name} matches regex ${quote(`(?is)${regexOf(pattern).slice(1, -1)}`)}`;
    }),
    ...search.regexes.map((source) => `${name} matches regex ${quote(source)}`),
  ];
  return printJunction(search.isAll ? 'and' : 'or', parts);
}

/** Tests that one operator of KQL can make together. */
function grouped(tests: readonly Test[]): readonly (readonly Test[])[] {
  const groups = new Map<string, Test[]>();
  for (const [i, test] of tests.entries()) {
    const key = groupKey(test) ?? String(i);
    const group = groups.get(key);
    if (group) group.push(test);
    else groups.set(key, [test]);
  }
  return [...groups.values()];
}

function groupKey(test: Test): string | undefined {
  if (test.kind === 'cidr') return 'cidr';
  if (test.kind === 'number' && test.compare === '==') return `number ${test.part ?? ''}`;
  if (test.kind !== 'pattern') return undefined;
  const shape = shapeOf(test.pattern);
  return shape.kind === 'equals' && shape.text !== '' ? `equals ${test.isCased}` : undefined;
}

type ColumnOf = (field: string) => Column;

function printTests(column: Column, tests: readonly Test[], columnOf: ColumnOf): string {
  const first = tests[0]!;
  const { name } = column;
  switch (first.kind) {
    case 'null':
      return column.type === 'string' ? `isempty(${name})` : `isnull(${name})`;
    case 'exists': {
      const kind = column.type === 'string' ? 'empty' : 'null';
      return first.isThere ? `isnot${kind}(${name})` : `is${kind}(${name})`;
    }
    case 'regex':
      return `${asText(column)} matches regex ${quote(first.flags ? `(?${first.flags})${first.source}` : first.source)}`;
    case 'cidr': {
      const ranges = tests.flatMap((t) => (t.kind === 'cidr' ? [t.range] : []));
      const version = ranges.every((r) => !r.includes(':')) ? 4 : 6;
      return `ipv${version}_is_in_any_range(${name}, dynamic([${printList(ranges.map((r) => JSON.stringify(r)))}]))`;
    }
    case 'field':
      return printReference(column, columnOf(first.other), first);
    case 'boolean':
      return column.type === 'string' ? `${name} =~ "${first.value}"` : `${name} == ${first.value}`;
    case 'number':
      return printNumbers(
        column,
        tests.flatMap((t) => (t.kind === 'number' ? [t] : [])),
      );
    case 'pattern':
      return printPatterns(
        column,
        tests.flatMap((t) => (t.kind === 'pattern' ? [t] : [])),
      );
  }
}

const asText = ({ name, type }: Column) => (type === 'string' ? name : `tostring(${name})`);

function printReference(
  column: Column,
  other: Column,
  { how, isCased }: Extract<Test, { kind: 'field' }>,
): string {
  if (how === 'equals' && column.type !== 'string' && column.type === other.type)
    return `${column.name} == ${other.name}`;
  const operator = how === 'equals' ? (isCased ? '==' : '=~') : isCased ? `${how}_cs` : how;
  return `${asText(column)} ${operator} ${asText(other)}`;
}

function printNumbers(column: Column, tests: readonly Extract<Test, { kind: 'number' }>[]): string {
  const { compare, part } = tests[0]!;
  const values = tests.map((t) => String(t.value));
  const subject = part
    ? `datetime_part("${part === 'week' ? 'week_of_year' : part}", ${column.type === 'datetime' ? column.name : `todatetime(${column.name})`})`
    : compare === '=='
      ? column.name
      : column.type === 'number'
        ? column.name
        : `toreal(${column.name})`;
  const isText = !part && compare === '==' && column.type !== 'number';
  const printed = isText ? values.map(quote) : values;
  const left = isText ? asText(column) : subject;
  return printed.length === 1
    ? `${left} ${compare} ${printed[0]}`
    : `${left} in (${printList(printed)})`;
}

function printPatterns(
  column: Column,
  tests: readonly Extract<Test, { kind: 'pattern' }>[],
): string {
  const texts = tests.map((t) => textOf(t.pattern));
  const isNumeric =
    column.type === 'number' && texts.every((t) => t !== undefined && /^-?\d+(?:\.\d+)?$/.test(t));
  if (isNumeric) {
    const numbers = texts.map((t) => t ?? '');
    return numbers.length === 1
      ? `${column.name} == ${numbers[0]}`
      : `${column.name} in (${printList(numbers)})`;
  }
  const { isCased } = tests[0]!;
  if (tests.length > 1)
    return `${asText(column)} ${isCased ? 'in' : 'in~'} (${printList(texts.map((t) => quote(t ?? '')))})`;
  return printPattern(asText(column), tests[0]!.pattern, isCased);
}

function printPattern(subject: string, pattern: Pattern, isCased: boolean): string {
  const shape = shapeOf(pattern);
  switch (shape.kind) {
    case 'any':
      return `isnotempty(${subject})`;
    case 'mixed':
      return `${subject} matches regex ${quote(`(?${isCased ? '' : 'i'}s)${regexOf(pattern)}`)}`;
    case 'equals':
      if (shape.text === '') return `isempty(${subject})`;
      return `${subject} ${isCased ? '==' : '=~'} ${quote(shape.text)}`;
    default:
      return `${subject} ${shape.kind}${isCased ? '_cs' : ''} ${quote(shape.text)}`;
  }
}
