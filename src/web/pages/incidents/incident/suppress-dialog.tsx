import { type ReactNode, useState } from 'react';
import type { AlertTold } from '#core/contract/index.ts';
import { exactNumber, plural } from '#web/base/format.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, Loading, Note, Select, say } from '#web/widgets/index.ts';

const SPANS = ['7', '30', '90', '365'] as const;
type Span = (typeof SPANS)[number];
const PREVIEW_DAYS = 30;
const STALE = ['incident', 'incidents', 'suppressions', 'alertStatistics'] as const;

/** Keeps the like of an alert from being told: how wide, for how long, why, and what that would have hidden. */
export function SuppressDialog(props: {
  readonly alert: AlertTold;
  readonly onClose: () => void;
}): ReactNode {
  const { alert, onClose } = props;
  const [at, setAt] = useState(0);
  const [days, setDays] = useState<Span>('90');
  const [reason, setReason] = useState('');
  const suppress = useChange('suppress', STALE);
  const chosen = alert.scopes[at] ?? alert.scopes[0];
  if (!chosen) return null;
  return (
    <Dialog title="Suppress" onClose={onClose}>
      {suppress.error && <Failed error={asFailure(suppress.error)!} />}
      <fieldset className="choices">
        <legend>What should not be told any more?</legend>
        {alert.scopes.map(({ says }, i) => (
          <label key={says}>
            <input type="radio" name="scope" checked={i === at} onChange={() => setAt(i)} />
            <span>{says}</span>
          </label>
        ))}
      </fieldset>
      <Preview scope={chosen.scope} />
      <Select
        label="For"
        value={days}
        choices={SPANS.map((value) => ({ value, text: plural(Number(value), 'day') }))}
        hint="Then it is told again. Findings go on being counted."
        onChange={setDays}
      />
      <Field
        label="Because"
        value={reason}
        placeholder="Our vulnerability scanner, every Tuesday"
        onChange={(e) => setReason(e.target.value)}
      />
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="main"
          disabled={reason.trim() === '' || suppress.isPending}
          title={reason.trim() === '' ? 'Say why, for whoever meets it next' : undefined}
          onClick={() =>
            suppress.mutate(
              { scope: chosen.scope, reason, days: Number(days), alert: alert.id },
              {
                onSuccess: () => {
                  say('Suppressed');
                  onClose();
                },
              },
            )
          }
        >
          Suppress
        </Button>
      </div>
    </Dialog>
  );
}

function Preview({ scope }: { readonly scope: AlertTold['scopes'][number]['scope'] }): ReactNode {
  const answer = useRoute('previewSuppression', {
    scope: JSON.stringify(scope),
    days: String(PREVIEW_DAYS),
  });
  if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
  if (!answer.data) return <Loading lines={1} />;
  const { hidden, total, right, examples } = answer.data;
  return (
    <Note tone={right > 0 ? 'bad' : hidden * 2 > total && total > 4 ? 'warn' : 'info'}>
      <p>
        Would have hidden {exactNumber(hidden)} of the last {PREVIEW_DAYS} days'{' '}
        {plural(total, 'alert')}.
        {right > 0 && ` ${plural(right, 'of them was', 'of them were')} found to be a real attack.`}
      </p>
      {examples.length > 1 && (
        <details>
          <summary>Which</summary>
          <ul>
            {examples.map((e) => (
              <li key={e.id} className="sub">
                {formatMoment(Date.parse(e.at))} · {e.title}
              </li>
            ))}
            {hidden > examples.length && (
              <li className="sub">and {hidden - examples.length} more</li>
            )}
          </ul>
        </details>
      )}
    </Note>
  );
}
