import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, FIXTURE_CATALOG, NOW, openBench } from './fixture.ts';
import { compile, diagnose, prepare } from './index.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const prepared = prepare(FIXTURE_CATALOG);

function asked(settings: string) {
  const compiled = compile(`${settings} Events`, prepared, { now: NOW });
  if (!compiled.ok) throw new Error(compiled.refusal.message);
  return { limits: compiled.limits, warnings: compiled.warnings.map((w) => w.code) };
}

describe('set', () => {
  it.each([
    ['', {}],
    ['set truncationmaxrecords = 5;', { maxRows: 5 }],
    [
      'set truncationmaxsize = 4096; set servertimeout = 2m;',
      { maxBytes: 4096, timeoutMs: 120_000 },
    ],
    ['set TruncationMaxRecords = 5; set truncationmaxrecords = 7;', { maxRows: 7 }],
  ])('%s asks for limits', (settings, limits) => {
    expect(asked(settings)).toEqual({ limits, warnings: [] });
  });

  it.each([
    ['set notruncation;', ['setting-ignored']],
    ['set norequesttimeout = true;', ['setting-ignored']],
    ['set no_such_thing = 5;', ['setting-unknown']],
    ['set query_cursor_disabled = false;', []],
    ['set queryconsistency = "weakconsistency";', []],
    ['set query_now = datetime(2026-01-01);', []],
  ])('%s is told of where it has no effect', (settings, warnings) => {
    expect(asked(settings)).toEqual({ limits: {}, warnings });
  });

  it.each([
    ['set truncationmaxrecords = 0;', 'semantic'],
    ['set truncationmaxrecords;', 'semantic'],
    ['set servertimeout = 5;', 'semantic'],
    ['set query_language = "sql";', 'unsupported'],
    ['set query_cursor_after_default = "1";', 'unsupported'],
    ['set query_results_apply_getschema;', 'unsupported'],
    ['set query_datascope = "hotcache";', 'unsupported'],
    ['set validatepermissions = true;', 'unsupported'],
  ])('%s is refused', (settings, code) => {
    const refusal = bench.refusal(`${settings} Events`);
    expect(refusal.code).toBe(code);
    expect(refusal.start).toBeLessThan(settings.length);
  });

  it('query_take_max_records takes so many rows', async () => {
    expect(
      await bench.rows('set query_take_max_records = 2; range n from 1 to 9 step 1'),
    ).toHaveLength(2);
  });

  it('best_effort lets unions leave out what is not there', async () => {
    const union = 'union Events, NoSuchTable | count';
    expect(await bench.rows(`set best_effort = true; ${union}`)).toEqual([[3]]);
    expect(bench.refusal(`set best_effort = false; ${union}`).code).toBe('semantic');
  });

  it('editors underline what has no effect', () => {
    const [found] = diagnose('set nothing_known;\nEvents', prepared).filter(
      (f) => f.severity === 'warning',
    );
    expect(found).toMatchObject({ code: 'setting-unknown', start: 0, line: 1 });
  });

  it('request_external_data_disabled forbids externaldata', () => {
    const query = 'externaldata(a:string)["https://example.com/a.csv"]';
    expect(bench.refusal(`set request_external_data_disabled; ${query}`).message).toContain(
      'itself forbids',
    );
  });
});
