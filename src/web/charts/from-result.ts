import type { QueryResult, ResultColumn } from '#core/contract/index.ts';
import type { Unit } from '#core/schema/index.ts';
import { type RenderProperties, readRender } from './render-properties.ts';
import { type ChartSpec, type Series, type Shape, toneOf } from './spec.ts';

type Answer = Pick<QueryResult, 'columns' | 'rows'>;

/** A chart, or the reason why the rows cannot be drawn, as a sentence. */
export type Drawn = { readonly spec: ChartSpec } | { readonly reason: string };

const MOST_SERIES = 24;
const MOST_SLICES = 12;
const MOST_BARS = 60;
const NUMBERS: ReadonlySet<string> = new Set(['long', 'int', 'real', 'decimal', 'timespan']);

const SHAPES: Readonly<Record<string, Shape>> = {
  timechart: 'line',
  linechart: 'line',
  anomalychart: 'line',
  areachart: 'area',
  stackedareachart: 'area',
  barchart: 'bar',
  columnchart: 'bar',
  scatterchart: 'point',
};

const TICKS_PER_MS = 10_000;

/** `d.hh:mm:ss.fffffff` in milliseconds. */
function timespanMs(text: string): number | null {
  const match = /^(-?)(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d{1,7}))?$/.exec(text);
  if (!match) return null;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ms = whole * 1000 + Number(fraction.padEnd(7, '0')) / TICKS_PER_MS;
  return sign ? -ms : ms;
}

function numberAt(cell: unknown, column: ResultColumn): number | null {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string') return null;
  if (column.type === 'timespan') return timespanMs(cell);
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

const unitOf = (columns: readonly ResultColumn[]): Unit => {
  const [first] = columns;
  if (!first) return 'none';
  if (first.type === 'timespan') return 'milliseconds';
  return columns.every((c) => c.unit === first.unit) ? first.unit : 'none';
};

const textAt = (cell: unknown): string =>
  cell === null || cell === undefined || cell === ''
    ? '(empty)'
    : typeof cell === 'object'
      ? JSON.stringify(cell)
      : String(cell);

interface Axes {
  readonly x: number;
  readonly groups: readonly number[];
  readonly values: readonly number[];
}

/**
 * The column of the axis, the numbers to draw, and the texts that tell series apart; a sentence where there are none. The
 * axis is the first column, in a time chart the first of type datetime, unless `render` names another.
 */
function findAxes(
  columns: readonly ResultColumn[],
  wantsTime: boolean,
  asked: RenderProperties,
): Axes | { readonly reason: string } {
  const all = columns.map((_, i) => i);
  const named = (name: string) => columns.findIndex((c) => c.name === name);
  const unknown = [...(asked.x === undefined ? [] : [asked.x]), ...asked.y, ...asked.series].find(
    (name) => named(name) < 0,
  );
  if (unknown !== undefined)
    return {
      reason: `render names the column ${unknown}, which the query does not return. It returns ${columns.map((c) => c.name).join(', ')}.`,
    };
  const isNumber = (i: number) => NUMBERS.has(columns[i]?.type ?? '');
  const numbers = all.filter(isNumber);
  const time = all.find((i) => columns[i]?.type === 'datetime');
  // A single number is what is to be drawn, wherever it stands.
  const first = numbers.length === 1 ? (all.find((i) => !isNumber(i)) ?? 0) : 0;
  const x = asked.x === undefined ? (wantsTime ? (time ?? first) : first) : named(asked.x);
  const values = asked.y.length > 0 ? asked.y.map(named) : numbers.filter((i) => i !== x);
  const isGroup = (i: number) => i !== x && !isNumber(i) && columns[i]?.type !== 'datetime';
  const groups =
    asked.series.length > 0
      ? asked.series.map(named)
      : asked.y.length > 0 && asked.x !== undefined
        ? []
        : all.filter((i) => isGroup(i) && !values.includes(i));
  if (values.length === 0)
    return { reason: 'A chart needs at least one column of numbers beside the one for the axis.' };
  return { x, groups, values };
}

const seriesName = (group: string, column: ResultColumn, axes: Axes): string =>
  group === '' ? column.name : axes.values.length === 1 ? group : `${group} · ${column.name}`;

/** Long rows to one series per combination of groups and value column. */
function collect<X extends string | number>(
  result: Answer,
  axes: Axes,
  readX: (cell: unknown) => X | null,
  sortX: (a: X, b: X) => number,
): { x: X[]; series: Series[] } {
  const positions = new Map<X, number>();
  for (const row of result.rows) {
    const at = readX(row[axes.x]);
    if (at !== null && !positions.has(at)) positions.set(at, 0);
  }
  const x = [...positions.keys()].sort(sortX);
  x.forEach((at, i) => {
    positions.set(at, i);
  });
  const found = new Map<string, (number | null)[]>();
  for (const row of result.rows) {
    const at = readX(row[axes.x]);
    if (at === null) continue;
    const group = axes.groups.map((i) => textAt(row[i])).join(' · ');
    for (const valueAt of axes.values) {
      const column = result.columns[valueAt];
      if (!column) continue;
      const name = seriesName(group, column, axes);
      let values = found.get(name);
      if (!values) {
        values = new Array<number | null>(x.length).fill(null);
        found.set(name, values);
      }
      values[positions.get(at) ?? 0] = numberAt(row[valueAt], column);
    }
  }
  const total = (values: readonly (number | null)[]) =>
    values.reduce<number>((sum, v) => sum + Math.abs(v ?? 0), 0);
  const ordered = [...found].sort((a, b) => total(b[1]) - total(a[1])).slice(0, MOST_SERIES);
  return {
    x,
    series: ordered.map(([name, values]) => ({ ...named(name), values })),
  };
}

/** A name with the colour that it has everywhere. */
function named(name: string): Pick<Series, 'name' | 'tone'> {
  const tone = toneOf(name);
  return tone ? { name, tone } : { name };
}

const inOrder = () => 0;
const readTime = (cell: unknown): number | null => {
  const at = typeof cell === 'string' ? Date.parse(cell) : Number.NaN;
  return Number.isNaN(at) ? null : at;
};

function drawPie(result: Answer, axes: Axes, unit: Unit): Drawn {
  const { series, x } = collect(
    result,
    { ...axes, groups: [], values: axes.values.slice(0, 1) },
    textAt,
    inOrder,
  );
  const slices = x
    .map((name, i) => ({ ...named(name), value: series[0]?.values[i] ?? 0 }))
    .filter((slice) => slice.value > 0)
    .sort((a, b) => b.value - a.value);
  const rest = slices.slice(MOST_SLICES - 1).reduce((sum, slice) => sum + slice.value, 0);
  const shown =
    slices.length > MOST_SLICES
      ? [...slices.slice(0, MOST_SLICES - 1), { name: 'all others', value: rest }]
      : slices;
  return shown.length > 0
    ? { spec: { kind: 'pie', slices: shown, unit } }
    : { reason: 'A pie needs at least one number above zero.' };
}

function drawNumbers(result: Answer, axes: Axes, unit: Unit, shape: Shape): Drawn {
  const xColumn = result.columns[axes.x];
  if (!xColumn) return { reason: 'A scatter chart needs two columns.' };
  const groups = new Map<string, [number, number][]>();
  for (const row of result.rows) {
    const at = numberAt(row[axes.x], xColumn);
    if (at === null) continue;
    const group = axes.groups.map((i) => textAt(row[i])).join(' · ');
    for (const y of axes.values) {
      const column = result.columns[y];
      const value = column ? numberAt(row[y], column) : null;
      if (!column || value === null) continue;
      const name = seriesName(group, column, axes);
      const points = groups.get(name) ?? [];
      points.push([at, value]);
      groups.set(name, points);
    }
  }
  const isLine = shape === 'line' || shape === 'area';
  const points = [...groups].slice(0, MOST_SERIES).map(([name, at]) => ({
    name,
    at: isLine ? at.sort((a, b) => a[0] - b[0]) : at,
  }));
  const yName = axes.values.length === 1 ? (result.columns[axes.values[0] ?? 0]?.name ?? '') : '';
  const numbers = { kind: 'numbers', points, xName: xColumn.name, yName, unit } as const;
  return { spec: isLine ? { ...numbers, isLine } : numbers };
}

/** Sums so far, and shares of each place's total, as `render` asks. */
function reshape(series: readonly Series[], asked: RenderProperties): readonly Series[] {
  const summed = asked.isAccumulated
    ? series.map((s) => {
        let total = 0;
        return {
          ...s,
          values: s.values.map((v) => {
            total += v ?? 0;
            return total;
          }),
        };
      })
    : series;
  if (asked.kind !== 'stacked100') return summed;
  const totals = (summed[0]?.values ?? []).map((_, i) =>
    summed.reduce((sum, s) => sum + Math.abs(s.values[i] ?? 0), 0),
  );
  return summed.map((s) => ({
    ...s,
    values: s.values.map((v, i) => (v === null || !totals[i] ? null : v / totals[i])),
  }));
}

/** Draws rows as KQL's `render` asks: `visualization` and its properties by their KQL names. */
export function drawResult(
  result: Answer,
  visualization: string,
  properties: Readonly<Record<string, unknown>> = {},
): Drawn {
  const kind = visualization.toLowerCase();
  if (result.rows.length === 0)
    return { reason: 'The query returned no rows, so there is nothing to draw.' };
  const shape = kind === 'piechart' ? 'bar' : SHAPES[kind];
  if (!shape)
    return { reason: `Weir does not draw ${visualization} yet; the table shows the same rows.` };
  const asked = readRender(properties);
  const wantsTime = kind === 'timechart' || kind === 'anomalychart';
  const axes = findAxes(result.columns, wantsTime, asked);
  if ('reason' in axes) return axes;
  const unit =
    asked.kind === 'stacked100'
      ? 'ratio'
      : unitOf(axes.values.flatMap((i) => result.columns[i] ?? []));
  if (kind === 'piechart') return drawPie(result, axes, unit);
  const xType = result.columns[axes.x]?.type ?? 'string';
  if (wantsTime && xType !== 'datetime')
    return {
      reason:
        'A time chart needs a column of type datetime, for example from bin(TimeGenerated, 1h).',
    };
  if (shape !== 'bar' && NUMBERS.has(xType)) {
    const drawn = drawNumbers(result, axes, unit, shape);
    return 'spec' in drawn ? { spec: { ...drawn.spec, frame: asked.frame } } : drawn;
  }
  const isStacked = asked.kind !== 'default' || kind === 'stackedareachart';
  const common = { shape, isStacked, unit, frame: asked.frame };
  if (xType === 'datetime') {
    const { x, series } = collect(result, axes, readTime, (a, b) => a - b);
    return { spec: { kind: 'time', x, series: reshape(series, asked), ...common } };
  }
  const { x, series } = collect(result, axes, textAt, inOrder);
  const cut = Math.min(x.length, MOST_BARS);
  return {
    spec: {
      kind: 'category',
      x: x.slice(0, cut),
      series: reshape(series, asked).map((s) => ({ ...s, values: s.values.slice(0, cut) })),
      isSideways: kind === 'barchart',
      ...common,
    },
  };
}
