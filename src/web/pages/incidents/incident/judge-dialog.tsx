import { type ReactNode, useId, useState } from 'react';
import { VERDICTS } from '#core/alert/index.ts';
import type { AlertTold, IncidentTold } from '#core/contract/index.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, say } from '#web/widgets/index.ts';
import { VERDICT_WORDS, type Verdict } from '../words.ts';

const STALE = ['incident', 'incidents', 'alerts', 'alertStatistics'] as const;

/** What an alert was. */
export function JudgeDialog(props: {
  readonly alert: AlertTold;
  readonly onClose: () => void;
}): ReactNode {
  const { alert, onClose } = props;
  const judge = useChange('judgeAlert', STALE);
  const [verdict, setVerdict] = useState<Verdict | undefined>(alert.verdict ?? undefined);
  return (
    <Dialog title="What was it?" onClose={onClose}>
      {judge.error && <Failed error={asFailure(judge.error)!} />}
      <p>{alert.title}</p>
      <VerdictChoice value={verdict} onChange={setVerdict} />
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="main"
          disabled={verdict === undefined || judge.isPending}
          onClick={() =>
            verdict &&
            judge.mutate(
              { id: alert.id, verdict },
              {
                onSuccess: () => {
                  say('Alert closed');
                  onClose();
                },
              },
            )
          }
        >
          Close the alert
        </Button>
      </div>
    </Dialog>
  );
}

/** Closes an incident with all its alerts. */
export function CloseDialog(props: {
  readonly incident: IncidentTold;
  readonly onClose: () => void;
}): ReactNode {
  const { incident, onClose } = props;
  const id = useId();
  const change = useChange('changeIncident', STALE);
  const [verdict, setVerdict] = useState<Verdict>();
  const [comment, setComment] = useState('');
  const open = incident.alertList.filter((a) => a.state === 'open').length;
  return (
    <Dialog title={`Close incident ${incident.number}`} onClose={onClose}>
      {change.error && <Failed error={asFailure(change.error)!} />}
      <VerdictChoice value={verdict} onChange={setVerdict} />
      <div className="field">
        <label htmlFor={id}>Why</label>
        <textarea
          id={id}
          className="input"
          rows={3}
          value={comment}
          placeholder="What you found, for whoever meets it next"
          onChange={(e) => setComment(e.target.value)}
        />
      </div>
      <p className="sub">
        {open === incident.alerts
          ? `Closes its ${open === 1 ? 'alert' : `${open} alerts`} with the same verdict.`
          : `Closes the ${open} of its ${incident.alerts} alerts that are open with the same verdict.`}
      </p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="main"
          disabled={verdict === undefined || change.isPending}
          onClick={() =>
            verdict &&
            change.mutate(
              { number: incident.number, state: 'Closed', verdict, comment },
              {
                onSuccess: () => {
                  say(`Incident ${incident.number} closed`);
                  onClose();
                },
              },
            )
          }
        >
          Close it
        </Button>
      </div>
    </Dialog>
  );
}

function VerdictChoice(props: {
  readonly value: Verdict | undefined;
  readonly onChange: (verdict: Verdict) => void;
}): ReactNode {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">Verdict</legend>
      {VERDICTS.map((verdict) => (
        <label key={verdict}>
          <input
            type="radio"
            name="verdict"
            checked={props.value === verdict}
            onChange={() => props.onChange(verdict)}
          />
          <span>
            <b>{VERDICT_WORDS[verdict].text}</b>
            <span className="sub">{VERDICT_WORDS[verdict].means}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
