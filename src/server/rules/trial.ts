import { expandSamples, type Rule, type RuleTest, type SampleRow } from '#core/rules/index.ts';
import { tablesByName, UNFILLED_TABLES } from '#core/schema/index.ts';
import { QueryError, type QueryService } from '#server/query/index.ts';
import { runRule } from './run.ts';

/** What a test of a rule showed. */
export interface Trial {
  readonly rule: Rule;
  readonly test: string;
  readonly hasPassed: boolean;
  /** Why not; '' when it has. */
  readonly why: string;
}

type Service = Pick<QueryService, 'query'>;

/**
 * Runs a rule's own tests on the engine, each over its rows and nothing else, and once over no rows at all: there a rule
 * that fires on rows stays silent.
 */
export async function tryRule(service: Service, rule: Rule): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  if (rule.trigger.operator === 'gt') trials.push(await tryEmpty(service, rule));
  for (const test of rule.tests) trials.push(await tryOne(service, rule, test));
  return trials;
}

function tryEmpty(service: Service, rule: Rule): Promise<Trial> {
  return tryOne(service, rule, { name: 'nothing stored', isFiring: false, tables: {} });
}

async function tryOne(service: Service, rule: Rule, test: RuleTest): Promise<Trial> {
  const told = (why: string): Trial => ({ rule, test: test.name, hasPassed: why === '', why });
  const { now, tables } = expandSamples(test);
  const strange = Object.entries(tables).flatMap(([table, rows]) => strangeIn(table, rows));
  if (strange.length > 0) return told(strange.slice(0, 3).join('; '));
  const period = rule.schedule.kind === 'every' ? rule.schedule.period : 86_400e6;
  try {
    const window = { from: now - period, to: now };
    const { findings, result } = await runRule(service, rule, { window, given: tables });
    const hasFired = findings.length > 0;
    if (hasFired === test.isFiring) return told('');
    return told(
      hasFired
        ? `it fired on ${printRow(
            result.columns.map((c) => c.name),
            result.rows[0],
          )}`
        : 'it stayed silent',
    );
  } catch (error) {
    if (error instanceof QueryError) return told(`${error.message} ${error.advice}`.trim());
    throw error;
  }
}

function printRow(columns: readonly string[], row: readonly unknown[] = []): string {
  const cells = columns.flatMap((name, i) =>
    row[i] === null || row[i] === '' ? [] : [`${name} ${JSON.stringify(row[i])}`],
  );
  return cells.slice(0, 8).join(', ');
}

const unfilled = new Map(UNFILLED_TABLES.map((t) => [t.name, t]));

/** Tables and columns of a sample that do not exist: slips that would keep a rule silent. */
function strangeIn(table: string, rows: readonly SampleRow[]): readonly string[] {
  const declared = tablesByName.get(table) ?? unfilled.get(table);
  if (!declared) return [`there is no table ${table} to give rows of`];
  if ('isOpen' in declared && declared.isOpen) return [];
  if ('kind' in declared && declared.kind === 'view')
    return [`${table} is a view; give rows of the table below it`];
  const known = new Set(declared.columns.map((c) => c.name));
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names]
    .filter((name) => !known.has(name))
    .map((name) => `${table} has no column ${name}`);
}
