/** What `render … with (…)` asks for. Source: https://learn.microsoft.com/kusto/query/render-operator */
export interface RenderProperties {
  readonly kind: 'default' | 'stacked' | 'stacked100';
  readonly x: string | undefined;
  /** Columns to draw; all numbers when empty. */
  readonly y: readonly string[];
  /** Columns that tell series apart; all texts when empty. */
  readonly series: readonly string[];
  readonly title: string | undefined;
  readonly isAccumulated: boolean;
  readonly frame: Frame;
}

/** What stands around the drawn values. */
export interface Frame {
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly yMin?: number;
  readonly yMax?: number;
  readonly isLog?: true;
  readonly hasLegend?: false;
}

/** A list of columns as it stands in the query: `a, b`, names perhaps in brackets or quotes. */
const readNames = (value: string): readonly string[] =>
  value
    .split(',')
    .map((name) => name.trim().replace(/^\[?\s*["']?(.*?)["']?\s*\]?$/s, '$1'))
    .filter((name) => name !== '');

function readNumber(value: string): number | undefined {
  const number = Number(value.replace(/^(?:long|int|real|double|decimal)\((.*)\)$/, '$1'));
  return value.trim() === '' || !Number.isFinite(number) ? undefined : number;
}

/** Reads the properties of a `render`; what means nothing is left out. */
export function readRender(properties: Readonly<Record<string, unknown>>): RenderProperties {
  const given = new Map(
    Object.entries(properties).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  );
  const text = (name: string) => given.get(name)?.trim() ?? '';
  const kind = text('kind').toLowerCase();
  const [yMin, yMax] = [readNumber(text('ymin')), readNumber(text('ymax'))];
  return {
    kind: kind === 'stacked' || kind === 'stacked100' ? kind : 'default',
    x: readNames(text('xcolumn'))[0],
    y: readNames(text('ycolumns')),
    series: readNames(text('series')),
    title: text('title') || undefined,
    isAccumulated: /^(?:true|1)$/i.test(text('accumulate')),
    frame: {
      ...(text('xtitle') && { xTitle: text('xtitle') }),
      ...(text('ytitle') && { yTitle: text('ytitle') }),
      ...(yMin === undefined ? {} : { yMin }),
      ...(yMax === undefined ? {} : { yMax }),
      ...(text('yaxis').toLowerCase() === 'log' && { isLog: true }),
      ...(text('legend').toLowerCase() === 'hidden' && { hasLegend: false }),
    },
  };
}
