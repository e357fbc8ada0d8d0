import type { ResultColumn } from '#core/contract/index.ts';
import { kqlName, kqlString } from '#web/base/kql.ts';

export type Comparison = '==' | '!=' | '>=' | '<=';

/** Types whose values have an order that a person would ask for. */
const ORDERED: ReadonlySet<string> = new Set([
  'long',
  'int',
  'real',
  'decimal',
  'datetime',
  'timespan',
]);

export const isOrdered = (column: ResultColumn): boolean => ORDERED.has(column.type);

/** A value as KQL writes it, by the type of its column. */
function literal(cell: unknown, type: ResultColumn['type']): string {
  const text = String(cell);
  switch (type) {
    case 'datetime':
      return `datetime(${text})`;
    case 'timespan':
      return `time(${text})`;
    case 'guid':
      return `guid(${text})`;
    case 'decimal':
      return `decimal(${text})`;
    case 'bool':
      return cell === true || cell === 1 || text === 'true' ? 'true' : 'false';
    case 'long':
    case 'int':
    case 'real':
      // A minus sign before a literal needs room after an operator.
      return text;
    default:
      return kqlString(text);
  }
}

const isEmpty = (cell: unknown): boolean => cell === null || cell === undefined;

/** The condition that holds for the rows whose cell compares so with this one. */
export function conditionFor(
  cell: unknown,
  column: Pick<ResultColumn, 'name' | 'type'>,
  comparison: Comparison,
): string {
  const name = kqlName(column.name);
  const isSame = comparison !== '!=';
  if (column.type === 'string' && (isEmpty(cell) || cell === ''))
    return `${isSame ? 'isempty' : 'isnotempty'}(${name})`;
  if (isEmpty(cell)) return `${isSame ? 'isnull' : 'isnotnull'}(${name})`;
  if (column.type === 'real' && Number.isNaN(Number(cell)))
    return isSame ? `isnan(${name})` : `not(isnan(${name}))`;
  if (column.type === 'dynamic') return pathCondition([], cell, column, isSame ? '==' : '!=');
  return `${name} ${comparison} ${literal(cell, column.type)}`;
}

/** The condition on a value inside a dynamic column: `tostring(Col.a[0]) == "x"`. */
export function pathCondition(
  path: readonly (string | number)[],
  value: unknown,
  column: Pick<ResultColumn, 'name'>,
  comparison: '==' | '!=',
): string {
  const steps = path.map((step) =>
    typeof step === 'number'
      ? `[${step}]`
      : /^[A-Za-z_]\w*$/.test(step)
        ? `.${step}`
        : `[${kqlString(step)}]`,
  );
  const place = `${kqlName(column.name)}${steps.join('')}`;
  if (isEmpty(value)) return `${comparison === '==' ? 'isnull' : 'isnotnull'}(${place})`;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `tostring(${place}) ${comparison} ${kqlString(text)}`;
}

/** A dynamic cell as what it holds: engines hand JSON as it is or as text. */
export function readDynamic(cell: unknown): unknown {
  if (typeof cell !== 'string' || !/^\s*[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    // Looks like JSON and is not: a text.
    return cell;
  }
}

/** The operator that spreads a dynamic column out; undefined where there is nothing to spread. */
export function expansionOf(
  cell: unknown,
  column: Pick<ResultColumn, 'name' | 'type'>,
): { readonly says: string; readonly operator: string } | undefined {
  if (column.type !== 'dynamic') return undefined;
  const value = readDynamic(cell);
  const name = kqlName(column.name);
  if (Array.isArray(value))
    return { says: 'One row for each element', operator: `mv-expand ${name}` };
  if (typeof value === 'object' && value !== null)
    return { says: 'One column for each property', operator: `evaluate bag_unpack(${name})` };
  return undefined;
}
