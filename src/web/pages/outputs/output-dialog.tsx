import type { ReactNode } from 'react';
import type { OutputStatus } from '#core/contract/index.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Ago, Button, Dialog, Failed, Loading, Note, Rows } from '#web/widgets/index.ts';

/** What a test alert looks like to the receiver; sending one; what it refused. */
export function OutputDialog(props: {
  readonly output: OutputStatus;
  readonly canAct: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const { name, rejected } = props.output;
  const preview = useRoute('previewOutput', { name });
  return (
    <Dialog title={name} look="wide" onClose={props.onClose}>
      <div className="output-dialog folds">
        {props.canAct && <Test name={name} />}
        <h3>What it would get</h3>
        {preview.error && <Failed error={preview.error} onRetry={preview.retry} />}
        {!preview.data && !preview.error && <Loading lines={4} />}
        {preview.data && <pre className="output-text">{preview.data.text}</pre>}
        {props.canAct && rejected > 0 && <Refused name={name} />}
      </div>
    </Dialog>
  );
}

function Test({ name }: { readonly name: string }): ReactNode {
  const test = useChange('testOutput');
  const failure = asFailure(test.error);
  return (
    <>
      <p>
        Send one marked alert past the queue. It says of itself that it is a test.{' '}
        <Button
          look="main"
          icon="play"
          disabled={test.isPending}
          onClick={() => test.mutate({ name })}
        >
          {test.isPending ? 'Sending…' : 'Send a test'}
        </Button>
      </p>
      {failure && <Failed error={failure} />}
      {test.data && (
        <Note tone={test.data.ok ? 'ok' : 'bad'}>
          <p>
            {test.data.ok ? `Arrived in ${test.data.ms} ms: ` : ''}
            {test.data.says}
          </p>
          {test.data.hint && <p className="sub">{test.data.hint}</p>}
        </Note>
      )}
    </>
  );
}

function Refused({ name }: { readonly name: string }): ReactNode {
  const answer = useRoute('rejectedMessages', { name });
  if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
  return (
    <>
      <h3>What it refused in the last day</h3>
      <Rows
        label={`What ${name} refused`}
        rows={answer.data?.rejected ?? []}
        keyOf={(one) => `${one.at} ${one.message}`}
        columns={[
          { head: 'when', render: (one) => <Ago at={Date.parse(one.at)} /> },
          {
            head: 'why',
            kind: 'words',
            render: (one) => <span title={one.content}>{one.reason}</span>,
          },
          { head: 'message', kind: 'words', render: (one) => <code>{one.message}</code> },
        ]}
      />
    </>
  );
}
