import { type ReactNode, useMemo, useState } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { kqlSpan } from '#web/base/kql.ts';
import { bucketMs, type Interval, nameSpan } from '#web/base/range.ts';
import { useLocation } from '#web/base/router.ts';
import { Chart, type ChartSpec, ChartTable, type Mark, type Series } from '#web/charts/index.ts';
import {
  columnIndex,
  type Scope,
  toMillis,
  toNumber,
  useKql,
  useSelection,
} from '#web/query/index.ts';
import { Empty, Loading, Panel, Pill } from '#web/widgets/index.ts';
import { ALL_FILTERS, type Choice, choose } from './choice.ts';
import { isLink } from './follow.ts';
import { markMalicious } from './malicious-rows.ts';
import { PanelFailed } from './panel-failed.tsx';

const HOUR = 3_600_000;
const INTERVAL_MS = 600_000;
const HEIGHT = 216;

/** Below this length, intervals of ten minutes are too coarse, and raw flows are few enough to count. */
const FINE_MS = 3 * HOUR;

function choicesFor(interval: Interval): {
  readonly choices: readonly Choice[];
  readonly stepMs: number;
} {
  const isFine = interval.to - interval.from < FINE_MS;
  const stepMs = bucketMs(interval, 150, isFine ? 10_000 : INTERVAL_MS);
  const by = `by TimeGenerated = bin(TimeGenerated, ${kqlSpan(stepMs)})\n| order by TimeGenerated asc`;
  const raw: Choice = {
    table: 'Flows',
    filters: ALL_FILTERS,
    grain: 'record',
    kql: ({ rows, interval: covered }) =>
      `${markMalicious(`${rows}\n| where IsFlowStart`, covered)}\n| summarize Allowed = countif(FlowStatus != "Denied" and not(IsMalicious)), Denied = countif(FlowStatus == "Denied" and not(IsMalicious)),\n    Malicious = countif(IsMalicious)\n    ${by}`,
  };
  const rollup: Choice = {
    table: 'TrafficByRule',
    filters: ['scope', 'network', 'direction', 'status', 'rule'],
    grain: 'interval',
    kql: ({ rows }) =>
      `${rows}\n| summarize Allowed = sumif(AllowedFlows, FlowType != "MaliciousFlow"), Denied = sumif(DeniedFlows, FlowType != "MaliciousFlow"),\n    Malicious = sum(MaliciousFlows)\n    ${by}`,
  };
  return { choices: isFine ? [raw] : [rollup, raw], stepMs };
}

interface Points {
  readonly at: ReadonlyMap<number, readonly number[]>;
  readonly names: readonly string[];
}

type Answer = ReturnType<typeof useKql>['data'];

function readPoints(result: Answer, shiftMs: number): Points {
  if (!result) return { at: new Map(), names: [] };
  const time = columnIndex(result, 'TimeGenerated');
  const names = result.columns.filter((_, i) => i !== time).map((c) => c.name);
  const at = new Map<number, readonly number[]>();
  for (const row of result.rows) {
    const when = toMillis(row[time]);
    if (when !== null) at.set(when + shiftMs, row.filter((_, i) => i !== time).map(toNumber));
  }
  return { at, names };
}

const TONES = { Allowed: 'allow', Denied: 'deny', Malicious: 'bad' } as const;

/** One x per bucket of the interval, zero where nothing was counted. */
function build(
  now: Points,
  then: Points,
  scope: Scope,
  stepMs: number,
  beforeName: string,
  data: Interval,
): ChartSpec {
  const { interval, isOpen } = scope;
  // Outside the data nothing is known, which is not the same as no flow.
  const known = (at: number) => at + stepMs > data.from && at < data.to;
  const first = Math.floor(interval.from / stepMs) * stepMs;
  const x: number[] = [];
  for (let at = first; at < interval.to; at += stepMs) x.push(at);
  // A bucket that has only begun would look like a fall.
  if (isOpen && x.length > 2) x.pop();
  const series: Series[] = now.names.map((name, i) => {
    const tone = TONES[name as keyof typeof TONES];
    return {
      name: name.toLowerCase(),
      ...(tone ? { tone } : {}),
      values: x.map((at) => (known(at) ? (now.at.get(at)?.[i] ?? 0) : null)),
    };
  });
  // A line along zero would only colour the edge of the others.
  const drawn = series.filter((s, i) => i === 0 || s.values.some((v) => (v ?? 0) !== 0));
  if (then.at.size > 0) {
    const total = (at: number) => then.at.get(at)?.reduce((sum, v) => sum + v, 0) ?? 0;
    drawn.push({ name: beforeName, values: x.map(total), isReference: true });
  }
  return { kind: 'time', x, series: drawn, shape: 'area', isStacked: true, unit: 'flows' };
}

const LEAST_GAP = 2;

const MOST_LABELS = 3;

/** Stretches between the first and the last bucket in which nothing at all was counted; of many the longest says so. */
function gaps(now: Points, stepMs: number): readonly Mark[] {
  const times = [...now.at.keys()].sort((a, b) => a - b);
  const found = times.flatMap((at, i) => {
    const next = times[i + 1];
    return next === undefined || next - at <= LEAST_GAP * stepMs
      ? []
      : [{ at: at + stepMs, to: next }];
  });
  const longest = Math.max(...found.map(({ at, to }) => to - at));
  const labelled =
    found.length > MOST_LABELS
      ? found.filter(({ at, to }) => to - at === longest).slice(0, 1)
      : found;
  return found.map((gap) => ({ ...gap, text: labelled.includes(gap) ? 'no flows' : '' }));
}

export function FlowsPanel(props: {
  readonly scope: Scope;
  readonly hasRollups: boolean;
  readonly beforeName: string;
  /** From the oldest to the newest flow. */
  readonly data: Interval;
}): ReactNode {
  const { scope, beforeName, data } = props;
  const { interval, previous } = scope;
  const { change } = useSelection();
  const [, navigate] = useLocation();
  const [isTable, setTable] = useState(false);
  const { choices, stepMs } = useMemo(() => choicesFor(interval), [interval]);
  const options = { hasRollups: props.hasRollups, compares: false };
  const chosen = choose(choices, scope, options);
  const earlier =
    previous && choose(choices, { ...scope, interval: previous, previous: undefined }, options);
  const now = useKql(chosen?.kql);
  const then = useKql(earlier?.kql);
  const points = useMemo(() => readPoints(now.data, 0), [now.data]);
  const spec = useMemo(
    () =>
      build(
        points,
        readPoints(then.data, scope.previous ? scope.interval.from - scope.previous.from : 0),
        scope,
        stepMs,
        beforeName,
        data,
      ),
    [points, then.data, scope, stepMs, beforeName, data],
  );
  const marks = useMemo(() => gaps(points, stepMs), [points, stepMs]);

  return (
    <Panel
      title="Flows"
      unit={`per ${nameSpan(stepMs)}`}
      span={8}
      isStale={now.isFetching && !now.isLoading}
      actions={
        <>
          {chosen && chosen.ignored.length > 0 && (
            <Pill tone="deny">not by {chosen.ignored.join(', ').toLowerCase()}</Pill>
          )}
          <button type="button" onClick={() => setTable(!isTable)}>
            {isTable ? 'Chart' : 'Table'}
          </button>
        </>
      }
      {...(chosen
        ? { exploreHref: exploreHref(`${chosen.kql}\n| render areachart with (kind=stacked)`) }
        : {})}
      onExplore={(event) => {
        if (!chosen || isLink(event)) return;
        event.preventDefault();
        navigate(exploreHref(`${chosen.kql}\n| render areachart with (kind=stacked)`));
      }}
    >
      {now.error ? (
        <PanelFailed error={now.error} retry={now.retry} />
      ) : now.isLoading ? (
        <Loading height={HEIGHT - 24} />
      ) : points.at.size === 0 ? (
        <Empty title="No flows in this time.">
          <p>Choose a longer time above, or take a filter away.</p>
        </Empty>
      ) : isTable ? (
        <ChartTable spec={spec} label="Flows over time" height={HEIGHT} />
      ) : (
        <Chart
          spec={spec}
          height={HEIGHT}
          marks={marks}
          label={`Flows per ${nameSpan(stepMs)}, allowed, denied and malicious. Draw over a stretch to look at it alone.`}
          onBrush={(brushed) => change({ range: { kind: 'fixed', ...snap(brushed, stepMs) } })}
        />
      )}
    </Panel>
  );
}

/** A stretch drawn by hand covers the buckets it touches. */
const snap = ({ from, to }: Interval, stepMs: number): Interval => ({
  from: Math.floor(from / stepMs) * stepMs,
  to: Math.max(Math.floor(from / stepMs) + 1, Math.ceil(to / stepMs)) * stepMs,
});
