import type { Body, QueryAnswer } from '../deps.ts';

/** The preferences of a request, by name in lower case: `wait=30, include-statistics=true`. */
export function readPrefer(header: string | null | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').toLowerCase().split(/[,;]/, 20);
  return new Map(
    pairs.map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name.trim(), value.trim()];
    }),
  );
}

/** How long the caller wants to wait, in milliseconds; undefined when it does not say. */
export function waitOf(prefer: ReadonlyMap<string, string>): number | undefined {
  const seconds = Number(prefer.get('wait') ?? Number.NaN);
  return seconds > 0 && seconds <= 600 ? seconds * 1000 : undefined;
}

/**
 * Results in the shape of the Log Analytics query API; one that was cut is a partial failure.
 * Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 */
export function printLogAnalytics(
  answers: readonly QueryAnswer[],
  prefer: ReadonlyMap<string, string>,
): readonly (string | Body)[] {
  const tables = answers.flatMap(({ columns, body }, i) => {
    const named = columns.map(({ name, type }) => ({ name, type }));
    const name = i === 0 ? 'PrimaryResult' : `PrimaryResult_${i}`;
    const head = JSON.stringify({ name, columns: named });
    return [`${i === 0 ? '' : ','}${head.slice(0, -1)},"rows":[`, body, ']}'];
  });
  const rest = JSON.stringify({
    render: prefer.get('include-render') === 'true' ? render(answers) : undefined,
    statistics: prefer.get('include-statistics') === 'true' ? statistics(answers) : undefined,
    error: partialError(answers),
  }).slice(1);
  return ['{"tables":[', ...tables, rest === '}' ? ']}' : `],${rest}`];
}

function render(answers: readonly QueryAnswer[]) {
  const found = answers[0]?.render;
  return { visualization: found?.visualization ?? null, ...found?.properties };
}

function statistics(answers: readonly QueryAnswer[]) {
  const sum = (of: (answer: QueryAnswer) => number) => answers.reduce((n, a) => n + of(a), 0);
  const segments = sum((a) => a.stats.segments);
  const rows = sum((a) => a.stats.rowsRead);
  return {
    query: {
      executionTime: sum((a) => a.stats.elapsedMs) / 1000,
      datasetStatistics: answers.map((a) => ({
        tableRowCount: a.rows,
        tableSize: a.body.sizeBytes,
      })),
      inputDatasetStatistics: {
        extents: { total: segments, scanned: segments },
        rows: { total: rows, scanned: rows },
      },
    },
  };
}

function partialError(answers: readonly QueryAnswer[]) {
  const cut = answers.find((a) => a.truncated)?.truncated;
  return (
    cut && {
      code: 'PartialError',
      message: 'There were some errors when processing your query.',
      details: [{ code: 'EngineError', message: cut.message }],
    }
  );
}
