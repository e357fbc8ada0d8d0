import { type ReactNode, useEffect, useState } from 'react';
import { formatDuration } from '#web/base/format.ts';
import type { RequestFailed } from '#web/query/index.ts';
import { Button, Empty, Icon, Loading } from '#web/widgets/index.ts';
import { ResultView } from './result.tsx';
import type { Run } from './run.ts';
import { Starters } from './starters.tsx';

const TICK_MS = 100;

/** What became of the last run. */
export function Outcome(props: {
  readonly run: Run;
  readonly onGo: (start: number) => void;
  readonly onOpen: (query: string) => void;
  /** Adds an operator to the query that was run, and runs it again. */
  readonly onAdd: (operator: string) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const { run } = props;
  if (run.state === 'done')
    return (
      <ResultView
        key={run.asked.query}
        result={run.result}
        query={run.asked.query}
        tookMs={run.tookMs}
        onAdd={props.onAdd}
      />
    );
  return (
    <div className="outcome">
      {run.state === 'idle' && <Starters onOpen={props.onOpen} />}
      {run.state === 'running' && (
        <Running key={run.startedAt} startedAt={run.startedAt} onCancel={props.onCancel} />
      )}
      {run.state === 'cancelled' && (
        <Empty title={`Cancelled after ${formatDuration(run.tookMs)}, before it was answered.`} />
      )}
      {run.state === 'failed' && (
        <RunFailed
          error={run.error}
          start={run.asked.start}
          tookMs={run.tookMs}
          onGo={props.onGo}
        />
      )}
    </div>
  );
}

function Running(props: { readonly startedAt: number; readonly onCancel: () => void }): ReactNode {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const ms = now - props.startedAt;
  return (
    <>
      {ms > 1000 && (
        <p className="running">
          Running for {formatDuration(ms)}{' '}
          <Button look="quiet" icon="stop" onClick={props.onCancel}>
            Cancel
          </Button>
        </p>
      )}
      <Loading lines={7} says="Running" />
    </>
  );
}

function RunFailed(props: {
  readonly error: RequestFailed;
  readonly start: number;
  readonly tookMs: number;
  readonly onGo: (start: number) => void;
}): ReactNode {
  const { message, hint, line, column, start = 0 } = props.error.detail;
  return (
    <div className="failed" role="alert">
      <Icon name="error" />
      <div>
        <p>{message}</p>
        {line !== undefined && (
          <p>
            <button type="button" className="link" onClick={() => props.onGo(props.start + start)}>
              Line {line}, column {column ?? 1}
            </button>
          </p>
        )}
        {hint && <p className="sub">{hint}</p>}
        <p className="sub">Stopped after {formatDuration(props.tookMs)}; no rows were returned.</p>
      </div>
    </div>
  );
}
