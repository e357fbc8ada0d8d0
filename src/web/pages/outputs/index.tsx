import './outputs.css';
import { type ReactNode, useState } from 'react';
import type { OutputStatus } from '#core/contract/index.ts';
import { formatDuration } from '#web/base/format.ts';
import { hintBeyond } from '#web/base/words.ts';
import { useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Dot,
  Empty,
  Listing,
  Num,
  Pill,
  type RowColumn,
  say,
  type Tone,
} from '#web/widgets/index.ts';
import { CanaryDialog } from './canary-dialog.tsx';
import { OutputDialog } from './output-dialog.tsx';

/** What alerts, incidents and tables are sent to, and whether they arrive. */
export default function Outputs(): ReactNode {
  const outputs = useRoute('outputs', {}, { everyMs: () => 5000 });
  const me = useRoute('me', {});
  const [opened, setOpened] = useState<string>();
  const [isTesting, setTesting] = useState(false);
  const canAct = me.data !== undefined && me.data.role !== 'viewer';
  const all = outputs.data?.outputs;
  const chosen = all?.find((output) => output.name === opened);
  return (
    <div className="page outputs">
      <Listing
        title="Outputs"
        unit="where alerts, incidents and tables are sent"
        actions={
          canAct && (
            <Button
              icon="play"
              disabled={!all?.length}
              title="Send a marked event from a file through a rule and an alert to every output"
              onClick={() => setTesting(true)}
            >
              Send a canary
            </Button>
          )
        }
        rows={all}
        error={outputs.error}
        onRetry={outputs.retry}
        keyOf={(output) => output.name}
        columns={columns(canAct, setOpened)}
        empty={
          <Empty title="Nothing is sent anywhere.">
            <p>
              Name a SIEM, a chat or a mailbox under <code>outputs</code> in the configuration, and
              alerts go there as they are raised. Tables can be sent the same way.
            </p>
          </Empty>
        }
      />
      {chosen && (
        <OutputDialog output={chosen} canAct={canAct} onClose={() => setOpened(undefined)} />
      )}
      {isTesting && <CanaryDialog onClose={() => setTesting(false)} />}
    </div>
  );
}

const columns = (
  canAct: boolean,
  open: (name: string) => void,
): readonly RowColumn<OutputStatus>[] => [
  { head: 'output', kind: 'words', render: (output) => <Name output={output} /> },
  {
    head: 'sends',
    kind: 'words',
    render: ({ what, kind, format, where }) => (
      <>
        {what}
        <p className="sub">
          {kind === where ? kind : `${kind} ${where}`}
          {format && `, ${format}`}
        </p>
      </>
    ),
  },
  {
    head: 'state',
    kind: 'words',
    render: (output) => <Pill tone={tone(output)}>{output.state}</Pill>,
  },
  {
    head: 'sent',
    kind: 'number',
    render: ({ sent, rejected, lost, repeated }) => (
      <>
        <Num value={sent} unit="records" />
        {repeated > 0 && <p className="sub">{repeated} maybe twice</p>}
        {rejected > 0 && <p className="field-error">{rejected} refused</p>}
        {lost > 0 && <p className="field-error">{lost} lost</p>}
      </>
    ),
  },
  {
    head: 'waiting',
    kind: 'number',
    render: ({ waiting, lagSeconds }) => (
      <>
        {waiting === null ? '–' : <Num value={waiting} unit="records" />}
        {lagSeconds !== null && lagSeconds > 0 && (
          <p className="sub">for {formatDuration(lagSeconds * 1000)}</p>
        )}
      </>
    ),
  },
  {
    head: 'last sent',
    kind: 'number',
    render: ({ lastSuccess }) => (lastSuccess ? <Ago at={Date.parse(lastSuccess)} /> : 'never'),
  },
  {
    head: 'actions',
    kind: 'row-actions',
    render: (output) => (
      <>
        {canAct && output.lastError && <Retry name={output.name} />}
        <Button look="quiet" onClick={() => open(output.name)}>
          {canAct ? 'Test…' : 'Look…'}
        </Button>
      </>
    ),
  },
];

function tone({ state }: OutputStatus): Tone {
  if (state === 'refused') return 'bad';
  if (state === 'failing') return 'deny';
  return state === 'stopped' ? 'plain' : 'ok';
}

function Name({ output }: { readonly output: OutputStatus }): ReactNode {
  const { lastError } = output;
  return (
    <>
      <Dot tone={tone(output)} /> <b>{output.name}</b>
      {lastError && (
        <p className={output.state === 'refused' ? 'field-error' : 'sub'}>
          {lastError.message}. {hintBeyond(lastError.message, lastError.hint)} (
          <Ago at={Date.parse(lastError.at)} />)
        </p>
      )}
    </>
  );
}

function Retry({ name }: { readonly name: string }): ReactNode {
  const retry = useChange('retryOutput', ['outputs']);
  return (
    <Button
      look="quiet"
      disabled={retry.isPending}
      onClick={() => retry.mutate({ name }, { onSuccess: () => say(`${name} is tried again`) })}
    >
      Try now
    </Button>
  );
}
