import { type ReactNode, useEffect, useRef } from 'react';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, Loading, Note, Pill, Rows } from '#web/widgets/index.ts';

/** A person waits no longer; `weir canary` does. */
const TIMEOUT_SECONDS = 20;

/** Sends a canary as soon as it opens, and shows how each step went. */
export function CanaryDialog(props: { readonly onClose: () => void }): ReactNode {
  const canary = useChange('canary', ['outputs']);
  const isBegun = useRef(false);
  const { mutate } = canary;
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    mutate({ timeoutSeconds: TIMEOUT_SECONDS });
  }, [mutate]);
  const failure = asFailure(canary.error);
  return (
    <Dialog title="Canary" look="wide" onClose={props.onClose}>
      <div className="output-dialog folds">
        {canary.isPending && <Loading lines={4} says="On its way" />}
        {failure && <Failed error={failure} />}
        {canary.data && (
          <>
            <Note tone={canary.data.ok ? 'ok' : 'bad'}>
              <p>
                {canary.data.ok
                  ? 'It arrived everywhere: logging, detection and alerting work.'
                  : 'It did not arrive everywhere: alerts may not reach you.'}
              </p>
            </Note>
            <Rows
              label="Steps of the canary"
              rows={canary.data.hops}
              keyOf={(hop) => hop.hop}
              columns={[
                { head: 'step', kind: 'words', render: ({ hop }) => hop },
                {
                  head: 'went',
                  kind: 'words',
                  render: ({ ok }) => (
                    <Pill tone={ok ? 'ok' : 'bad'}>{ok ? 'well' : 'failed'}</Pill>
                  ),
                },
                { head: 'ms', kind: 'number', render: ({ ms }) => ms },
                {
                  head: 'what that says',
                  kind: 'words',
                  render: ({ says, hint }) => (
                    <>
                      {says}
                      {hint && <p className="sub">{hint}</p>}
                    </>
                  ),
                },
              ]}
            />
            <p className="sub">
              Its mark is <code>{canary.data.marker}</code>: look for it where the alerts arrive.
            </p>
            <Button
              disabled={canary.isPending}
              onClick={() => mutate({ timeoutSeconds: TIMEOUT_SECONDS })}
            >
              Send another
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
