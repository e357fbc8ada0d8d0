import '../incidents.css';
import { type ReactNode, useState } from 'react';
import { tacticOrder } from '#core/alert/index.ts';
import { type AlertTold, hasRole, type IncidentTold } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { Link, useLocation, useParams } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Button, Confirm, Failed, Loading, Note, Panel, Pill, say } from '#web/widgets/index.ts';
import { SeverityPill } from '../severity.tsx';
import { STATE_TONES, VERDICT_WORDS } from '../words.ts';
import { ActionBar } from './action-bar.tsx';
import { AlertCard } from './alert-card.tsx';
import { EntityGraph } from './entity-graph.tsx';
import { AttackSteps, Entities, Facts, NextSteps, Related } from './facts.tsx';
import { Bookmarks, History } from './history.tsx';
import { ImpactPanel } from './impact-panel.tsx';

/** One incident: what happened, what proves it, whom it touches, and what to do. */
export default function IncidentPage(): ReactNode {
  const number = Number(useParams()['number']);
  const answer = useRoute('incident', { number });
  const me = useRoute('me', {});
  if (answer.error)
    return (
      <div className="page">
        <Failed error={answer.error} onRetry={answer.retry}>
          <Link href="/incidents">All incidents</Link>
        </Failed>
      </div>
    );
  const incident = answer.data;
  if (!incident || !me.data)
    return (
      <div className="page">
        <Loading lines={8} says="Fetching the incident" />
      </div>
    );
  const mayAct = hasRole(me.data.role, 'analyst');
  return (
    <div className="page incident">
      <header className="incident-head">
        <p className="sub">
          <Link href="/incidents">Incidents</Link> / {number}
        </p>
        <h1>{incident.title}</h1>
        <p>
          <SeverityPill severity={incident.severity} title={incident.severityReason} />{' '}
          <Pill tone={STATE_TONES[incident.state]}>{incident.state}</Pill>{' '}
          {incident.verdict && <Pill>{VERDICT_WORDS[incident.verdict].text}</Pill>}{' '}
          {incident.labels.map((label) => (
            <Pill key={label}>{label}</Pill>
          ))}
        </p>
        {mayAct && incident.mergedInto === null && <ActionBar incident={incident} me={me.data} />}
      </header>
      {incident.mergedInto !== null && (
        <Note>
          <p>
            Its alerts went on in{' '}
            <Link href={`/incidents/${incident.mergedInto}`}>incident {incident.mergedInto}</Link>.
          </p>
        </Note>
      )}
      <div className="incident-columns">
        <div className="incident-story">
          <Story incident={incident} mayAct={mayAct} />
          <EntityGraph incident={incident} />
          <ImpactPanel incident={incident} />
          <History incident={incident} mayAct={mayAct} />
        </div>
        <aside className="incident-facts" aria-label="Facts">
          <NextSteps incident={incident} />
          <Facts incident={incident} />
          <AttackSteps incident={incident} />
          <Entities incident={incident} />
          <Related incident={incident} />
          <Bookmarks incident={incident} mayAct={mayAct} />
        </aside>
      </div>
    </div>
  );
}

const SHOWN = 12;
const stageOf = ({ tactics }: AlertTold): number => Math.max(-1, ...tactics.map(tacticOrder));

/** Its alerts in the order in which they happened. */
function Story(props: { readonly incident: IncidentTold; readonly mayAct: boolean }): ReactNode {
  const { incident, mayAct } = props;
  const [showsAll, setShowsAll] = useState(false);
  const [splitting, setSplitting] = useState<AlertTold>();
  const alerts = incident.alertList.toSorted(
    (a, b) => Date.parse(a.first) - Date.parse(b.first) || stageOf(a) - stageOf(b),
  );
  const shown = showsAll ? alerts : alerts.slice(0, SHOWN);
  const maySplit = mayAct && alerts.length > 1 && incident.state !== 'Closed';
  return (
    <Panel
      title="What happened"
      unit={`${plural(alerts.length, 'alert')}, in order`}
      span={12}
      footer={
        alerts.length > shown.length && (
          <Button look="quiet" onClick={() => setShowsAll(true)}>
            Show {alerts.length - shown.length} more
          </Button>
        )
      }
    >
      {shown.map((alert) => (
        <AlertCard
          key={alert.id}
          alert={alert}
          mayAct={mayAct}
          onSplit={maySplit ? () => setSplitting(alert) : undefined}
        />
      ))}
      {splitting && (
        <SplitOff
          number={incident.number}
          alert={splitting}
          onClose={() => setSplitting(undefined)}
        />
      )}
    </Panel>
  );
}

function SplitOff(props: {
  readonly number: number;
  readonly alert: AlertTold;
  readonly onClose: () => void;
}): ReactNode {
  const { number, alert, onClose } = props;
  const [, navigate] = useLocation();
  const split = useChange('splitIncident', ['incident', 'incidents']);
  return (
    <Confirm
      title="Split this alert off?"
      action="Split off"
      isBusy={split.isPending}
      error={asFailure(split.error)}
      onClose={onClose}
      onConfirm={() =>
        split.mutate(
          { number, alerts: [alert.id] },
          {
            onSuccess: (made) => {
              say(`Incident ${made.number} opened`);
              onClose();
              navigate(`/incidents/${made.number}`);
            },
          },
        )
      }
    >
      <p>“{alert.title}” gets an incident of its own, and is not joined to these again.</p>
    </Confirm>
  );
}
