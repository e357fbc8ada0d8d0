import type { LogAnalyticsAnswer, QueryResult } from '#core/contract/index.ts';

/**
 * A result in the shape of the Log Analytics query API. Dynamic values are JSON text there.
 * Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 */
export function printLogAnalytics(result: QueryResult, prefer: string | null): LogAnalyticsAnswer {
  const { columns, rows, render, stats } = result;
  const isDynamic = columns.map((c) => c.type === 'dynamic');
  const wants = new Set((prefer ?? '').toLowerCase().split(/[,;]\s*/));
  return {
    tables: [
      {
        name: 'PrimaryResult',
        columns: columns.map(({ name, type }) => ({ name, type })),
        rows: isDynamic.includes(true)
          ? rows.map((row) => row.map((cell, i) => (isDynamic[i] ? dynamicText(cell) : cell)))
          : rows,
      },
    ],
    ...(wants.has('include-render=true')
      ? { render: { visualization: render?.visualization ?? null, ...render?.properties } }
      : {}),
    ...(wants.has('include-statistics=true')
      ? {
          statistics: {
            query: {
              executionTime: stats.elapsedMs / 1000,
              datasetStatistics: [{ tableRowCount: rows.length }],
              inputDatasetStatistics: {
                extents: { total: stats.segments, scanned: stats.segments },
                rows: { total: stats.rowsRead, scanned: stats.rowsRead },
              },
            },
          },
        }
      : {}),
  };
}

function dynamicText(cell: unknown): unknown {
  return cell === null || typeof cell === 'string' ? cell : JSON.stringify(cell);
}
