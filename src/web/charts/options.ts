import type { Unit } from '#core/schema/index.ts';
import { formatByUnit } from '#web/base/format.ts';
import { formatClock, formatDate, formatMoment } from '#web/base/time-text.ts';
import type { EChartsOption } from './echarts.ts';
import type { Frame } from './render-properties.ts';
import type { ChartSpec, Series } from './spec.ts';

/** The colours that a chart needs, resolved for the theme in use. */
export const CHART_COLOURS = [
  'allow',
  'deny',
  'bad',
  'other',
  'ink',
  'ink2',
  'ink3',
  'line',
  'line-strong',
  'panel',
  'accent',
] as const;
export type ChartColours = Readonly<Record<(typeof CHART_COLOURS)[number], string>>;

/** Told apart by people who see colours differently (after Paul Tol); none is the blue, amber or magenta that mean something. */
const PALETTE = [
  '#44aa99',
  '#8a7fd1',
  '#999933',
  '#5fb0d8',
  '#a8572f',
  '#7a8796',
  '#4f8f3f',
  '#b58bc0',
  '#2f6f8f',
  '#7fb069',
  '#8d6b52',
  '#6b5b95',
] as const;
const DASHES = ['solid', 'dashed', 'dotted'] as const;

export interface Mark {
  readonly at: number;
  readonly to?: number;
  readonly text: string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** `6.00 k` reads `6 k` on an axis, whose ticks are round. */
const short = (value: number, unit: Unit): string =>
  formatByUnit(value, unit === 'port' ? 'none' : unit)
    .text.replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '');

/** A tooltip of nodes, never of HTML: names come from data. */
function tooltipNode(
  title: string,
  lines: readonly { name: string; colour: string; text: string }[],
): HTMLElement {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  const head = document.createElement('div');
  head.className = 'chart-tip-title';
  head.textContent = title;
  box.append(head);
  for (const line of lines) {
    const row = document.createElement('div');
    row.className = 'chart-tip-row';
    const mark = document.createElement('i');
    mark.style.background = line.colour;
    const name = document.createElement('span');
    name.textContent = line.name;
    const value = document.createElement('b');
    value.textContent = line.text;
    row.append(mark, name, value);
    box.append(row);
  }
  return box;
}

interface TipEntry {
  readonly seriesName?: string;
  readonly name?: string;
  readonly color?: unknown;
  readonly value?: unknown;
  readonly axisValue?: string | number;
}

const isEntry = (value: unknown): value is TipEntry => typeof value === 'object' && value !== null;

function tooltip(unit: Unit, isTime: boolean) {
  return (params: unknown): HTMLElement => {
    const entries = (Array.isArray(params) ? params : [params]).filter(isEntry);
    const first = entries[0];
    const at = first?.axisValue;
    const title =
      isTime && typeof at === 'number'
        ? `${formatMoment(at)}:${String(new Date(at).getSeconds()).padStart(2, '0')}`
        : String(at ?? first?.name ?? '');
    const lines = entries.flatMap((entry) => {
      const raw = Array.isArray(entry.value) ? entry.value[1] : entry.value;
      if (typeof raw !== 'number') return [];
      const { text, exact } = formatByUnit(raw, unit);
      const isNamed =
        entry.seriesName !== undefined && !entry.seriesName.startsWith('series\u0000');
      return [
        {
          name: isNamed ? (entry.seriesName ?? '') : (entry.name ?? ''),
          colour: typeof entry.color === 'string' ? entry.color : 'transparent',
          text: Number.isInteger(raw) && Math.abs(raw) < 1000 ? exact : `${text}  (${exact})`,
        },
      ];
    });
    return tooltipNode(title, lines.reverse());
  };
}

const axisText = (colours: ChartColours) => ({ color: colours.ink3, fontSize: 11 });

/** Clock times, and the date where a day begins. */
function timeLabel(span: number) {
  return (at: number): string => {
    const date = new Date(at);
    const isMidnight = date.getHours() + date.getMinutes() + date.getSeconds() === 0;
    return isMidnight || span > 5 * DAY ? formatDate(at) : formatClock(at, span < 10 * MINUTE);
  };
}

function colourOf(series: Series, index: number, colours: ChartColours): string {
  if (series.isReference) return colours.ink3;
  return series.tone ? colours[series.tone] : (PALETTE[index % PALETTE.length] ?? colours.other);
}

/** A resolved colour, let through. */
const faint = (colour: string, alpha: number): string =>
  colour.replace('rgb(', 'rgba(').replace(')', `, ${alpha})`);

/** Denied and malicious are hatched, so that they differ without colour too. */
const hatch = (tone: Series['tone'], colours: ChartColours) =>
  tone === 'deny' || tone === 'bad'
    ? {
        decal: {
          symbol: 'rect',
          dashArrayX: [1, 0],
          dashArrayY: tone === 'deny' ? [1, 4] : [1, 2],
          rotation: -Math.PI / 4,
          color: faint(colours.panel, 0.45),
        },
      }
    : {};

function drawSeries(
  spec: Extract<ChartSpec, { kind: 'time' | 'category' }>,
  colours: ChartColours,
  marks: readonly Mark[],
) {
  const isTime = spec.kind === 'time';
  return spec.series.map((series, index) => {
    const colour = colourOf(series, index, colours);
    const data = isTime
      ? series.values.map((v, i) => [spec.x[i] ?? 0, v])
      : series.values.map((v) => v ?? '-');
    const isStacked = spec.isStacked && !series.isReference;
    const shared = {
      name: series.name,
      data,
      itemStyle: {
        color: colour,
        ...(series.isReference || spec.shape === 'line' ? {} : hatch(series.tone, colours)),
      },
      animation: false,
      ...(isStacked ? { stack: 'all' } : {}),
      ...(index === 0 && marks.length > 0 ? drawMarks(marks, colours) : {}),
    };
    if (spec.shape === 'bar' && !series.isReference)
      return {
        ...shared,
        type: 'bar' as const,
        barMaxWidth: 22,
      };
    if (spec.shape === 'point') return { ...shared, type: 'scatter' as const, symbolSize: 6 };
    const isArea = spec.shape === 'area' && !series.isReference;
    return {
      ...shared,
      type: 'line' as const,
      showSymbol: series.values.length === 1,
      symbolSize: 5,
      connectNulls: false,
      lineStyle: {
        color: colour,
        // The edge of an area without height would colour the one below it.
        width: isArea && isStacked ? 0 : 1.5,
        type: series.isReference
          ? ('dashed' as const)
          : series.tone || isStacked
            ? ('solid' as const)
            : (DASHES[Math.floor(index / PALETTE.length) % DASHES.length] ?? 'solid'),
      },
      ...(isArea ? { areaStyle: { color: colour, opacity: isStacked ? 0.88 : 0.18 } } : {}),
      z: series.isReference ? 5 : 2,
    };
  });
}

function drawMarks(marks: readonly Mark[], colours: ChartColours) {
  const label = (mark: Mark) => ({
    formatter: mark.text,
    color: colours.ink2,
    fontSize: 11,
    position: 'insideEndTop' as const,
  });
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      lineStyle: { color: colours.ink3, type: 'dashed' as const },
      data: marks
        .filter((m) => m.to === undefined)
        .map((m) => ({ xAxis: m.at, label: { ...label(m), position: 'end' as const } })),
    },
    markArea: {
      silent: true,
      animation: false,
      itemStyle: { color: colours.line, opacity: 0.6 },
      data: marks
        .filter((m) => m.to !== undefined)
        .map(
          (m) => [{ xAxis: m.at, label: label(m) }, { xAxis: m.to ?? m.at }] as [object, object],
        ),
    },
  };
}

/** The scale of the values: `ymin`, `ymax` and `yaxis=log` of `render`. */
function valueScale({ yMin, yMax, isLog }: Frame) {
  return {
    type: isLog ? ('log' as const) : ('value' as const),
    ...(yMin === undefined ? {} : { min: yMin }),
    ...(yMax === undefined ? {} : { max: yMax }),
  };
}

/** The title of an axis, outside of its numbers. */
function axisName(name: string | undefined, colours: ChartColours, axis: 'x' | 'y') {
  return name === undefined || name === ''
    ? {}
    : {
        name,
        nameLocation: 'middle' as const,
        nameGap: axis === 'x' ? 26 : 46,
        nameTextStyle: axisText(colours),
      };
}

function axes(spec: Extract<ChartSpec, { kind: 'time' | 'category' }>, colours: ChartColours) {
  const isSideways = spec.kind === 'category' && spec.isSideways;
  const frame = spec.frame ?? {};
  const value = {
    ...valueScale(frame),
    ...axisName(frame.yTitle, colours, isSideways ? 'x' : 'y'),
    splitNumber: 4,
    axisLabel: {
      ...axisText(colours),
      formatter: (v: number) => (v === 0 ? '0' : short(v, spec.unit)),
    },
    splitLine: { lineStyle: { color: colours.line } },
  };
  if (spec.kind === 'time') {
    const span = (spec.x.at(-1) ?? 0) - (spec.x[0] ?? 0);
    return {
      xAxis: {
        ...axisName(frame.xTitle, colours, 'x'),
        type: 'time' as const,
        axisLabel: { ...axisText(colours), formatter: timeLabel(span), hideOverlap: true },
        axisLine: { lineStyle: { color: colours['line-strong'] } },
        axisTick: { show: false },
        splitLine: { show: false },
        ...(spec.shape === 'bar' ? {} : { min: spec.x[0] ?? 0, max: spec.x.at(-1) ?? 0 }),
      },
      yAxis: value,
    };
  }
  const category = {
    ...axisName(frame.xTitle, colours, isSideways ? 'y' : 'x'),
    type: 'category' as const,
    data: [...spec.x],
    axisLabel: {
      ...axisText(colours),
      hideOverlap: true,
      width: spec.isSideways ? 160 : 110,
      overflow: 'truncate' as const,
    },
    axisLine: { lineStyle: { color: colours['line-strong'] } },
    axisTick: { show: false },
    ...(spec.isSideways ? { inverse: true } : {}),
  };
  return spec.isSideways ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
}

function legend(names: readonly string[], colours: ChartColours) {
  return names.length > 1
    ? {
        legend: {
          type: 'scroll' as const,
          top: 0,
          left: 0,
          itemWidth: 10,
          itemHeight: 10,
          icon: 'roundRect',
          textStyle: { color: colours.ink2, fontSize: 12 },
          inactiveColor: colours.line,
          pageTextStyle: { color: colours.ink2 },
          pageIconColor: colours.ink2,
          pageIconInactiveColor: colours.line,
        },
      }
    : {};
}

/** The options ECharts takes for a spec. */
export function chartOptions(
  spec: ChartSpec,
  colours: ChartColours,
  more: {
    readonly hasLegend: boolean;
    readonly hasBrush: boolean;
    readonly marks: readonly Mark[];
  },
): EChartsOption {
  const tip = {
    confine: true,
    backgroundColor: colours.panel,
    borderColor: colours['line-strong'],
    borderWidth: 1,
    padding: 8,
    textStyle: { color: colours.ink, fontSize: 12 },
    extraCssText: 'box-shadow: none; border-radius: 6px;',
    transitionDuration: 0,
  };
  const base = {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
  };
  const hasLegend = more.hasLegend && spec.frame?.hasLegend !== false;
  if (spec.kind === 'pie') {
    return {
      ...base,
      ...(hasLegend
        ? legend(
            spec.slices.map((s) => s.name),
            colours,
          )
        : {}),
      tooltip: { ...tip, trigger: 'item', formatter: tooltip(spec.unit, false) },
      series: [
        {
          type: 'pie',
          name: 'series\u0000',
          radius: ['45%', '72%'],
          center: ['50%', '54%'],
          itemStyle: { borderColor: colours.panel, borderWidth: 2 },
          label: {
            color: colours.ink2,
            formatter: ({ name, percent }: { name: string; percent?: number }) =>
              `${name}  ${Math.round((percent ?? 0) * 10) / 10} %`,
          },
          data: spec.slices.map((slice, i) => ({
            ...slice,
            itemStyle: { color: colourOf({ ...slice, values: [] }, i, colours) },
          })),
        },
      ],
    };
  }
  if (spec.kind === 'numbers') {
    const frame = spec.frame ?? {};
    const axis = (name: string, unit: Unit) => ({
      type: 'value' as const,
      name,
      nameTextStyle: axisText(colours),
      scale: true,
      axisLabel: { ...axisText(colours), formatter: (v: number) => short(v, unit) },
      splitLine: { lineStyle: { color: colours.line } },
    });
    return {
      ...base,
      ...(hasLegend
        ? legend(
            spec.points.map((p) => p.name),
            colours,
          )
        : {}),
      grid: { left: 30, right: 20, top: 36, bottom: 26, containLabel: true },
      tooltip: { ...tip, trigger: 'item', formatter: tooltip(spec.unit, false) },
      xAxis: {
        ...axis(frame.xTitle ?? spec.xName, 'none'),
        nameLocation: 'middle' as const,
        nameGap: 26,
      },
      yAxis: {
        ...axis(frame.yTitle ?? spec.yName, spec.unit),
        nameLocation: 'middle' as const,
        nameGap: 52,
        ...valueScale(frame),
      },
      series: spec.points.map((p, i) => ({
        type: spec.isLine ? ('line' as const) : ('scatter' as const),
        name: p.name,
        symbolSize: 6,
        ...(spec.isLine ? { showSymbol: p.at.length === 1, lineStyle: { width: 1.5 } } : {}),
        itemStyle: { color: PALETTE[i % PALETTE.length] ?? colours.other },
        data: p.at.map(([x, y]) => [x, y]),
      })),
    };
  }
  const hasNames = hasLegend && spec.series.length > 1;
  return {
    ...base,
    ...(hasNames
      ? legend(
          spec.series.map((s) => s.name),
          colours,
        )
      : {}),
    grid: {
      left: spec.frame?.yTitle && !('isSideways' in spec && spec.isSideways) ? 26 : 4,
      right: 12,
      top: hasNames ? 34 : more.marks.some((m) => m.to === undefined) ? 22 : 10,
      bottom: spec.frame?.xTitle || spec.frame?.yTitle ? 26 : 4,
      containLabel: true,
    },
    tooltip: {
      ...tip,
      trigger: 'axis',
      axisPointer: { type: 'line' as const, lineStyle: { color: colours['line-strong'] } },
      formatter: tooltip(spec.unit, spec.kind === 'time'),
    },
    ...(more.hasBrush && spec.kind === 'time'
      ? {
          brush: {
            toolbox: [],
            xAxisIndex: 0,
            brushStyle: {
              color: faint(colours.accent, 0.15),
              borderColor: colours.accent,
              borderWidth: 1,
            },
            throttleType: 'debounce' as const,
            throttleDelay: 0,
            outOfBrush: { colorAlpha: 1 },
          },
        }
      : {}),
    ...axes(spec, colours),
    series: drawSeries(spec, colours, more.marks),
  };
}
