import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Interval } from '#web/base/range.ts';
import { onThemeChange, readColours } from '#web/base/theme.ts';
import { Loading } from '#web/widgets/index.ts';
import type { ECharts } from './echarts.ts';
import { CHART_COLOURS, chartOptions, type Mark } from './options.ts';
import type { ChartSpec } from './spec.ts';

interface ChartProps {
  readonly spec: ChartSpec;
  /** What it shows, in a sentence, for those who do not see it. */
  readonly label: string;
  /** Pixels; the height of the place it is in when absent. */
  readonly height?: number;
  readonly hasLegend?: boolean;
  readonly marks?: readonly Mark[];
  /** Called with the interval drawn over with the pointer. */
  readonly onBrush?: ((interval: Interval) => void) | undefined;
}

const NO_MARKS: readonly Mark[] = [];

/** Reads the interval out of ECharts' brushEnd event. */
function brushed(event: unknown): Interval | undefined {
  if (
    typeof event !== 'object' ||
    event === null ||
    !('areas' in event) ||
    !Array.isArray(event.areas)
  )
    return undefined;
  const area: unknown = event.areas[0];
  if (
    typeof area !== 'object' ||
    area === null ||
    !('coordRange' in area) ||
    !Array.isArray(area.coordRange)
  )
    return undefined;
  const [from, to]: unknown[] = area.coordRange;
  return typeof from === 'number' && typeof to === 'number' && to > from ? { from, to } : undefined;
}

/** Draws a spec on a canvas. ECharts is loaded with the first chart of a page. */
export function Chart({
  spec,
  label,
  height,
  hasLegend = true,
  marks = NO_MARKS,
  onBrush,
}: ChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<ECharts>();
  const [theme, setTheme] = useState(0);
  const brush = useRef(onBrush);
  brush.current = onBrush;
  const hasBrush = onBrush !== undefined;

  useEffect(() => onThemeChange(() => setTheme((n) => n + 1)), []);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    let opened: ECharts | undefined;
    let isGone = false;
    const watcher = new ResizeObserver(() => opened?.resize());
    void import('./echarts.ts').then(({ init }) => {
      if (isGone) return;
      opened = init(box, null, { renderer: 'canvas' });
      opened.on('brushEnd', (event: unknown) => {
        const interval = brushed(event);
        opened?.dispatchAction({ type: 'brush', areas: [] });
        if (interval) brush.current?.(interval);
      });
      watcher.observe(box);
      setChart(opened);
    });
    return () => {
      isGone = true;
      watcher.disconnect();
      opened?.dispose();
      setChart(undefined);
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` counts changes of the colours that readColours reads
  useEffect(() => {
    if (!chart) return;
    chart.setOption(
      chartOptions(spec, readColours(CHART_COLOURS), { hasLegend, hasBrush, marks }),
      { notMerge: true },
    );
    if (hasBrush && spec.kind === 'time')
      chart.dispatchAction({
        type: 'takeGlobalCursor',
        key: 'brush',
        brushOption: { brushType: 'lineX', brushMode: 'single' },
      });
  }, [chart, spec, hasLegend, hasBrush, marks, theme]);

  return (
    <div className="chart" style={height ? { height } : {}}>
      <div ref={place} className="chart-place" role="img" aria-label={label} />
      {!chart && (
        <div className="chart-wait">
          <Loading height={height ? height - 30 : 120} says="Loading the chart" />
        </div>
      )}
    </div>
  );
}
