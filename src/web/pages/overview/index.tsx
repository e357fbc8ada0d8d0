import './overview.css';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { type Interval, nameBefore, presetOf } from '#web/base/range.ts';
import { Link } from '#web/base/router.ts';
import { formatInterval, formatMoment } from '#web/base/time-text.ts';
import {
  dataExtent,
  lastStretch,
  useOpenQueries,
  useScope,
  useSelection,
} from '#web/query/index.ts';
import { Button, Empty, Failed, Loading, Note, Progress } from '#web/widgets/index.ts';
import { FlowsPanel } from './flows-panel.tsx';
import { HostPanel } from './host-panel.tsx';
import { PanelView } from './panel-view.tsx';
import { PANELS } from './panels.ts';
import { SourcesPanel } from './sources-panel.tsx';
import { Tiles } from './tiles.tsx';
import { hasRollups, useStatus } from './use-basis.ts';
import { WhatChanged } from './what-changed.tsx';

export default function Overview(): ReactNode {
  const asked = useScope();
  const { selection } = useSelection();
  const status = useStatus();
  const beforeName = nameBefore(selection.range);
  const data = useMemo(() => dataExtent(status.data), [status.data]);
  const begins = data?.from;
  // Where the data begins later than the period before, everything would look new.
  const scope = useMemo(
    () =>
      asked.previous &&
      begins !== undefined &&
      begins > asked.previous.from + slackMs(asked.previous)
        ? { ...asked, previous: undefined }
        : asked,
    [asked, begins],
  );
  const isReduced = hasRollups(status.data);
  const context = useMemo(
    () =>
      status.data
        ? { scope, status: status.data, hasRollups: isReduced, beforeName, now: Date.now() }
        : undefined,
    [scope, status.data, isReduced, beforeName],
  );

  if (status.error && !status.data)
    return (
      <div className="page">
        <Failed error={status.error} onRetry={status.retry} />
      </div>
    );
  if (!context || !status.data)
    return (
      <div className="page">
        <Loading height={120} says="Asking what is stored" />
      </div>
    );
  if (!data) return <NothingYet />;
  return (
    <div className="page overview">
      <Waiting />
      <h1 className="visually-hidden">Overview</h1>
      <Elsewhere interval={scope.interval} data={data} />
      {scope.filters.host && isReduced && <HostPanel ip={scope.filters.host} scope={scope} />}
      <WhatChanged context={context} />
      <Tiles
        scope={scope}
        isComparing={asked.previous !== undefined}
        hasRollups={isReduced}
        status={status.data}
        beforeName={beforeName}
      />
      <FlowsPanel scope={scope} hasRollups={isReduced} beforeName={beforeName} data={data} />
      <SourcesPanel status={status.data} />
      {PANELS.map((panel) => (
        <PanelView key={panel.id} panel={panel} scope={scope} hasRollups={isReduced} />
      ))}
    </div>
  );
}

const HOUR_MS = 3_600_000;

/** How much later than a period data may begin and still fill it. */
const slackMs = ({ from, to }: Interval): number => Math.min(HOUR_MS, (to - from) / 10);

const PATIENCE_MS = 1000;

/** How far the page is, once it takes longer than a blink. */
function Waiting(): ReactNode {
  const open = useOpenQueries();
  const [most, setMost] = useState(0);
  const [isLong, setLong] = useState(false);
  const isOpen = open > 0;
  useEffect(() => {
    if (!isOpen) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
      setMost(0);
    };
  }, [isOpen]);
  if (open > most) setMost(open);
  if (!isLong || most === 0) return <p className="waiting-bar" role="status" />;
  return (
    <div className="waiting-bar">
      <Progress value={most - open} of={most} label="Answers of this page" />
      <p className="visually-hidden" role="status">
        {most - open} of {most} answers are here
      </p>
    </div>
  );
}

/** Says so when the time looked at lies outside the data, and offers the way there. */
function Elsewhere(props: { readonly interval: Interval; readonly data: Interval }): ReactNode {
  const { interval, data } = props;
  const { selection, change } = useSelection();
  if (interval.from < data.to && interval.to > data.from) return null;
  const what = presetOf(selection.range)?.text.toLowerCase() ?? formatInterval(interval);
  return (
    <Note tone="warn">
      <p className="elsewhere">
        <span>
          No flows in the {what}.{' '}
          {interval.from >= data.to
            ? `The data ends ${formatMoment(data.to)}.`
            : `The data begins ${formatMoment(data.from)}.`}
        </span>
        <Button onClick={() => change({ range: lastStretch(data) })}>Jump there</Button>
      </p>
    </Note>
  );
}

function NothingYet(): ReactNode {
  const { search } = useSelection();
  return (
    <div className="page">
      <div className="panel nothing-yet">
        <Empty title="Nothing has been loaded yet, so there is nothing to show.">
          <p>
            Weir shows your traffic as soon as it has flow logs from Azure, AWS or Google Cloud.
            There are three ways to begin:
          </p>
          <ul>
            <li>
              <Link href={`/load${search}`}>Load files</Link>{' '}
              <span className="sub">drop a few flow logs on the page</span>
            </li>
            <li>
              <code className="mono">./weir ingest PATH</code>{' '}
              <span className="sub">a folder from the terminal</span>
            </li>
            <li>
              <code className="mono">./weir serve --demo</code>
              <span className="sub">
                two regions, three clouds, with a scan, a brute force, a beacon and an exfiltration
                to find
              </span>
            </li>
          </ul>
        </Empty>
      </div>
    </div>
  );
}
