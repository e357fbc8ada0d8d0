import './explore.css';
import '#web/editor/editor.css';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#core/contract/index.ts';
import { exploreHref, LONGEST_LINK } from '#web/base/explore-link.ts';
import { kqlTime } from '#web/base/kql.ts';
import { useLocation, useSearch } from '#web/base/router.ts';
import { type EditorHandle, KqlEditor } from '#web/editor/index.ts';
import { dataExtent, type RequestFailed, useRoute } from '#web/query/index.ts';
import {
  Button,
  copyText,
  Empty,
  Icon,
  IconButton,
  Kbd,
  Loading,
  Split,
  say,
} from '#web/widgets/index.ts';
import { readHistory, remember } from './history.ts';
import { ResultView } from './result.tsx';
import { type Run, useRun } from './run.ts';
import { SaveDialog } from './save-dialog.tsx';
import { Side } from './side.tsx';

const DAY = 86_400_000;

export default function Explore(): ReactNode {
  const search = useSearch();
  const [, navigate] = useLocation();
  const linked = new URLSearchParams(search).get('q') ?? '';
  const [text, setText] = useState(linked);
  const [found, setFound] = useState<readonly Diagnostic[]>([]);
  const [history, setHistory] = useState(readHistory);
  const [isSaving, setSaving] = useState(false);
  const [isSideOpen, setSideOpen] = useState(() => innerWidth > 900);
  const handle = useRef<EditorHandle>(null);
  const ran = useRef('');
  const { run, start, cancel } = useRun();

  const runText = (query: string) => {
    if (query.trim() === '') return;
    ran.current = query;
    start(query);
    if (query !== linked && query.length <= LONGEST_LINK) navigate(exploreHref(query));
  };

  // A link, or the back button, brought another query: show it and run it.
  useEffect(() => {
    if (linked === '' || linked === ran.current) return;
    ran.current = linked;
    setText(linked);
    start(linked);
  }, [linked, start]);

  useEffect(() => {
    if (run.state === 'done')
      setHistory(remember({ query: run.query, at: Date.now(), rows: run.result.rows.length }));
    if (run.state !== 'failed') return;
    setHistory(remember({ query: run.query, at: Date.now(), rows: undefined }));
    const { start: from, length, message, hint } = run.error.detail;
    if (from !== undefined)
      handle.current?.mark([
        { start: from, length: length ?? 1, severity: 'error', message, hint },
      ]);
  }, [run]);

  const share = () => {
    if (text.length > LONGEST_LINK) say('This query is too long for a link: save it instead');
    else void copyText(new URL(exploreHref(text), location.href).href, 'Link');
  };
  const insert = (name: string) => handle.current?.insert(name);
  const open = (query: string) => {
    setText(query);
    runText(query);
  };

  const editing = (
    <div className="editing">
      <div className="editor-bar">
        {run.state === 'running' ? (
          <Button look="main" icon="stop" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button
            look="main"
            icon="play"
            onClick={() => runText(text)}
            disabled={text.trim() === ''}
          >
            Run
          </Button>
        )}
        <span className="sub run-keys">
          <Kbd>Shift Enter</Kbd>
        </span>
        <span className="grow" />
        <Button
          look="quiet"
          icon="star"
          disabled={text.trim() === ''}
          onClick={() => setSaving(true)}
        >
          Save
        </Button>
        <Button look="quiet" icon="link" disabled={text.trim() === ''} onClick={share}>
          Share
        </Button>
        <IconButton
          icon="table"
          label={isSideOpen ? 'Hide tables and queries' : 'Show tables and queries'}
          aria-expanded={isSideOpen}
          onClick={() => setSideOpen(!isSideOpen)}
        />
      </div>
      <div className="editor-place">
        <KqlEditor
          text={text}
          onChange={setText}
          onRun={() => runText(text)}
          onChecked={setFound}
          handle={handle}
        />
      </div>
      <Problems
        found={run.state === 'failed' && run.query === text ? [] : found}
        onGo={(at) => handle.current?.goTo(at)}
      />
    </div>
  );
  const work = (
    <Split
      name="editor"
      direction="rows"
      initial={210}
      least={120}
      leaves={160}
      label="Height of the editor"
      first={editing}
      second={<Outcome run={run} onGo={(at) => handle.current?.goTo(at)} onOpen={open} />}
    />
  );
  return (
    <div className="explore">
      {isSideOpen ? (
        <Split
          name="side"
          direction="columns"
          initial={236}
          least={180}
          leaves={320}
          label="Width of tables and queries"
          first={<Side history={history} onInsert={insert} onOpen={open} />}
          second={work}
        />
      ) : (
        work
      )}
      {isSaving && <SaveDialog query={text} onClose={() => setSaving(false)} />}
    </div>
  );
}

const MOST_PROBLEMS = 3;

/** What is wrong, in words beside the underlining. */
function Problems(props: {
  readonly found: readonly Diagnostic[];
  readonly onGo: (start: number) => void;
}): ReactNode {
  if (props.found.length === 0) return null;
  return (
    <ul className="problems" aria-label="Problems in the query">
      {props.found.slice(0, MOST_PROBLEMS).map((d) => (
        <li key={`${d.start} ${d.message}`} className={d.severity}>
          <button type="button" onClick={() => props.onGo(d.start)}>
            <Icon name={d.severity === 'error' ? 'error' : 'warn'} size={14} />
            <span className="sub">
              {d.line}:{d.column}
            </span>
            <span>
              {d.message} {d.hint && <span className="sub">{d.hint}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Outcome(props: {
  readonly run: Run;
  readonly onGo: (start: number) => void;
  readonly onOpen: (query: string) => void;
}): ReactNode {
  const { run } = props;
  if (run.state === 'running')
    return (
      <div className="outcome">
        <Loading lines={7} says="Running" />
      </div>
    );
  if (run.state === 'failed')
    return (
      <div className="outcome">
        <RunFailed error={run.error} onGo={props.onGo} />
      </div>
    );
  if (run.state === 'done')
    return <ResultView key={run.query} result={run.result} query={run.query} tookMs={run.tookMs} />;
  return (
    <div className="outcome">
      {run.state === 'cancelled' ? (
        <Empty title="Cancelled before it was answered." />
      ) : (
        <Starters onOpen={props.onOpen} />
      )}
    </div>
  );
}

function RunFailed(props: {
  readonly error: RequestFailed;
  readonly onGo: (start: number) => void;
}): ReactNode {
  const { message, hint, line, column, start } = props.error.detail;
  return (
    <div className="failed" role="alert">
      <Icon name="error" />
      <div>
        <p>{message}</p>
        {line !== undefined && (
          <p>
            <button type="button" className="link" onClick={() => props.onGo(start ?? 0)}>
              Line {line}, column {column ?? 1}
            </button>
          </p>
        )}
        {hint && <p className="sub">{hint}</p>}
      </div>
    </div>
  );
}

/** Questions to begin with, about the last day of the data at hand. */
function Starters(props: { readonly onOpen: (query: string) => void }): ReactNode {
  const status = useRoute('status', {});
  const data = dataExtent(status.data);
  if (!status.data) return <Loading lines={4} />;
  if (!data)
    return (
      <Empty title="There are no flows to ask about yet.">
        <p>Load files first; any table can be queried as soon as it has rows.</p>
      </Empty>
    );
  const since = data.to < Date.now() - DAY ? kqlTime(data.to - DAY) : 'ago(1d)';
  const starters = [
    [
      'Which rules deny most?',
      `TrafficByRule\n| where TimeGenerated > ${since} and FlowStatus == "Denied"\n| summarize Denied = sum(DeniedFlows) by AclRule, FlowDirection\n| top 10 by Denied desc`,
    ],
    [
      'How do flows run over time?',
      `Flows\n| where TimeGenerated > ${since} and IsFlowStart and IsPrimary\n| summarize Flows = count() by bin(TimeGenerated, 10m), FlowStatus\n| render timechart`,
    ],
    [
      'Who moves the most bytes?',
      `Flows\n| where TimeGenerated > ${since} and IsPrimary\n| summarize Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by SrcIp, DestIp\n| top 20 by Bytes desc`,
    ],
    ['What does one flow record look like?', `Flows\n| where TimeGenerated > ${since}\n| take 50`],
  ] as const;
  return (
    <Empty title="Write a query above, or begin with a question.">
      <ul className="starters">
        {starters.map(([question, query]) => (
          <li key={question}>
            <button type="button" className="link" onClick={() => props.onOpen(query)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
