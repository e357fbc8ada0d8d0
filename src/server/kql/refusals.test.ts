import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

describe('refusals name the construct and where it stands', () => {
  it.each([
    ['Events | where', 'syntax', 1, 15],
    ['Events\n| where Nope > 1', 'semantic', 2, 9],
    ['Missing | count', 'semantic', 1, 1],
    ['externaldata(a:string)["https://example.org/x.csv"]', 'external-refused', 1, 1],
    ['cluster("other").database("d").T | count', 'external-refused', 1, 1],
    ['Events\n| extend n = row_number()', 'unsupported', 2, 14],
    ['print format_timespan(1d, "c")', 'unsupported', 1, 7],
    ['Events\n| where cursor_after("")', 'unsupported', 2, 9],
    ['Events | evaluate python(typeof(*), "")', 'unsupported', 1, 10],
    ['.show tables', 'unsupported', 1, 1],
  ])('%s', (query, code, line, column) => {
    const refusal = bench.refusal(query);
    expect({ code: refusal.code, line: refusal.line, column: refusal.column }).toEqual({
      code,
      line,
      column,
    });
    expect(refusal.message.length).toBeGreaterThan(10);
  });

  it('tolerates missing tables in a fuzzy union only', async () => {
    expect(await bench.rows('union isfuzzy=true Events, Missing | count')).toEqual([[3]]);
    expect(bench.refusal('union Events, Missing | count').code).toBe('semantic');
  });

  it('stops at functions that call each other without end', () => {
    const deep = Array.from(
      { length: 40 },
      (_, i) => `let f${i + 1} = (x:long) { f${i}(x) };`,
    ).join('\n');
    expect(bench.refusal(`let f0 = (x:long) { x };\n${deep}\nprint f40(1)`).code).toBe(
      'too-complex',
    );
  });
});
