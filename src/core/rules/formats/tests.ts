import type { Fields } from '../fields.ts';
import { isMap } from '../fields.ts';
import type { RuleTest, SampleRow } from '../rule.ts';

/**
 * A rule's own samples:
 *
 *     tests:
 *       - name: telnet to the internet
 *         fires: true
 *         now: 2026-03-04T10:00:00Z
 *         tables:
 *           Flows:
 *             - { TimeGenerated: -10m, SrcIp: 10.0.0.4, DestIp: 203.0.113.9, DestPort: 23 }
 *
 * A row may have `repeat: 30` and `every: 1m`: it stands for so many rows, each so much later than the one before.
 */
export function readTests(fields: Fields): readonly RuleTest[] {
  return fields.list('tests').flatMap((test, i) => {
    const isFiring = test.flag('fires');
    if (isFiring === undefined) {
      if (!test.has('fires'))
        test.problem(
          [],
          'the test does not say what it expects',
          'Add fires: true or fires: false.',
        );
      return [];
    }
    const tables = test.under('tables');
    const now = readInstant(test);
    return [
      {
        name: test.text('name') ?? `test ${i + 1}`,
        isFiring,
        tables: Object.fromEntries(
          Object.keys(tables.value).map((table) => [table, readRows(tables, table)]),
        ),
        ...(now === undefined ? {} : { now }),
        line: test.line,
      },
    ];
  });
}

function readInstant(test: Fields): number | undefined {
  const text = test.text('now');
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at * 1000;
  return test.problem(['now'], 'now is no instant', 'Write 2026-03-04T10:00:00Z.');
}

function readRows(tables: Fields, table: string): readonly SampleRow[] {
  return tables.list(table).flatMap((row) => {
    if (isMap(row.value)) return [row.value as SampleRow];
    row.problem([], `a row of ${table} is no mapping`, 'Write column: value.');
    return [];
  });
}
