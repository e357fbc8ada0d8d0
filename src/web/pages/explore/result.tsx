import { type ReactNode, useMemo, useState } from 'react';
import type { QueryResult } from '#core/contract/index.ts';
import { formatBytes, formatByUnit, formatDuration, plural } from '#web/base/format.ts';
import { Chart, ChartTable, drawResult, readRender } from '#web/charts/index.ts';
import { toNumber } from '#web/query/index.ts';
import { Button, copyText, Empty, Menu, MenuItem, Note, Tabs } from '#web/widgets/index.ts';
import { ExportMenu } from './export-menu.tsx';
import { cellText } from './grid/cells.tsx';
import { Grid } from './grid/grid.tsx';

const KINDS = [
  { value: 'timechart', text: 'Time' },
  { value: 'linechart', text: 'Lines' },
  { value: 'areachart', text: 'Areas' },
  { value: 'stackedareachart', text: 'Stacked areas' },
  { value: 'columnchart', text: 'Columns' },
  { value: 'barchart', text: 'Bars' },
  { value: 'piechart', text: 'Pie' },
  { value: 'scatterchart', text: 'Scatter' },
] as const;

const VIEWS = [
  { value: 'table', text: 'Table', icon: 'table' },
  { value: 'chart', text: 'Chart', icon: 'chart' },
] as const;

/** The first kind of chart that the rows can be drawn as. */
function guessKind(result: QueryResult): string {
  return result.columns.some((c) => c.type === 'datetime') ? 'timechart' : 'columnchart';
}

/** Rows as a grid or a chart, what they cost, and ways to take them along. */
export function ResultView(props: {
  readonly result: QueryResult;
  readonly query: string;
  readonly tookMs: number;
  /** Adds an operator to the query, and runs it again. */
  readonly onAdd: (operator: string) => void;
}): ReactNode {
  const { result } = props;
  const asked = result.render?.visualization ?? 'table';
  const [view, setView] = useState<'table' | 'chart'>(asked === 'table' ? 'table' : 'chart');
  const [kind, setKind] = useState(asked === 'table' ? guessKind(result) : asked);
  const [isExact, setExact] = useState(false);
  const { columns, rows } = result;
  const { title } = readRender(result.render?.properties ?? {});

  const copyAll = () => {
    const lines = [
      columns.map((c) => c.name).join('\t'),
      ...rows.map((row) =>
        columns.map((c, i) => cellText(row[i], c, true).replaceAll(/[\t\n\r]/g, ' ')).join('\t'),
      ),
    ];
    void copyText(lines.join('\n'), plural(rows.length, 'row'));
  };
  return (
    <div className="result">
      <div className="result-bar">
        <Tabs label="Show as" choices={VIEWS} value={view} onChange={setView} />
        {view === 'chart' && kind !== 'card' && (
          <Menu label="Kind of chart" text={KINDS.find((k) => k.value === kind)?.text ?? kind}>
            {(close) =>
              KINDS.map((k) => (
                <MenuItem
                  key={k.value}
                  isChosen={k.value === kind}
                  onSelect={() => {
                    close();
                    setKind(k.value);
                  }}
                >
                  {k.text}
                </MenuItem>
              ))
            }
          </Menu>
        )}
        {view === 'table' && (
          <button
            type="button"
            className="chip-button"
            aria-pressed={isExact}
            title="Show numbers to the last digit"
            onClick={() => setExact(!isExact)}
          >
            {isExact ? 'exact numbers' : 'short numbers'}
          </button>
        )}
        <Cost {...props} />
        <Button look="quiet" icon="copy" onClick={copyAll}>
          Copy
        </Button>
        <ExportMenu query={props.query} />
      </div>
      {result.warnings.map((warning) => (
        <Note key={`${warning.code} ${warning.message}`} tone="warn">
          {warning.message} {warning.hint && <span className="sub">{warning.hint}</span>}
        </Note>
      ))}
      {title && <h2 className="result-title">{title}</h2>}
      <div className="result-body">
        {rows.length === 0 ? (
          <Empty title="The query is fine and returned no rows.">
            <p>
              Most often the time it asks for holds no data, or a value is spelled differently:
              KQL's <code className="mono">==</code> knows capitals,{' '}
              <code className="mono">=~</code> does not.
            </p>
          </Empty>
        ) : view === 'table' ? (
          <Grid key={props.tookMs} result={result} isExact={isExact} onAdd={props.onAdd} />
        ) : kind === 'card' ? (
          <Cards result={result} />
        ) : (
          <ResultChart result={result} kind={kind} />
        )}
      </div>
    </div>
  );
}

function Cost(props: { readonly result: QueryResult; readonly tookMs: number }): ReactNode {
  const { stats, rows } = props.result;
  const parts = [
    plural(rows.length, 'row'),
    `read ${plural(stats.rowsRead, 'row')}, ${formatBytes(stats.bytesRead)} from ${plural(stats.segments, 'segment')}`,
    formatDuration(stats.elapsedMs),
  ];
  return (
    <p
      className="cost"
      title={`${formatDuration(props.tookMs)} with the way to the browser and back`}
      role="status"
    >
      {parts.join(' · ')}
    </p>
  );
}

function ResultChart(props: { readonly result: QueryResult; readonly kind: string }): ReactNode {
  const { result, kind } = props;
  const drawn = useMemo(() => drawResult(result, kind, result.render?.properties), [result, kind]);
  if ('reason' in drawn) return <Empty title={drawn.reason} />;
  return (
    <div className="result-chart">
      <div className="result-chart-place">
        <Chart spec={drawn.spec} label={`${kind} of the result`} />
      </div>
      <details className="visually-hidden">
        <summary>The chart as a table</summary>
        <ChartTable spec={drawn.spec} label="The chart as a table" height={400} />
      </details>
    </div>
  );
}

/** `render card`: the first row, each number large. */
function Cards(props: { readonly result: QueryResult }): ReactNode {
  const { columns, rows } = props.result;
  return (
    <div className="cards">
      {columns.map((column, i) => {
        const cell = rows[0]?.[i];
        const isNumber = typeof cell === 'number';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
          <div key={i} className="tile">
            <span className="tile-label">{column.name}</span>
            <span
              className="tile-value"
              title={isNumber ? formatByUnit(toNumber(cell), column.unit).exact : undefined}
            >
              {cellText(cell, column, false)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
