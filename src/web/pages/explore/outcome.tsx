import type { ReactNode } from 'react';
import { formatDuration } from '#web/base/format.ts';
import type { RequestFailed } from '#web/query/index.ts';
import { Empty, Icon, Loading } from '#web/widgets/index.ts';
import { ResultView } from './result.tsx';
import type { Run } from './run.ts';
import { Starters } from './starters.tsx';

/** What became of the last run. */
export function Outcome(props: {
  readonly run: Run;
  readonly onGo: (start: number) => void;
  readonly onOpen: (query: string) => void;
  /** Adds an operator to the query that was run, and runs it again. */
  readonly onAdd: (operator: string) => void;
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
      {run.state === 'running' && <Loading key={run.startedAt} lines={7} says="Running" />}
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
