import { type ReactNode, useState } from 'react';
import { tacticOrder } from '#core/alert/index.ts';
import type { IncidentTold } from '#core/contract/index.ts';
import { Link } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { useSelection } from '#web/query/index.ts';
import { Ago, Button, Moment, Panel, Pill } from '#web/widgets/index.ts';
import { SeverityPill } from '../severity.tsx';
import {
  distinctEntities,
  entityKeyOf,
  entityText,
  flowsHref,
  intervalOf,
  STATE_TONES,
  tacticWords,
  VERDICT_WORDS,
} from '../words.ts';

export function Facts({ incident }: { readonly incident: IncidentTold }): ReactNode {
  return (
    <Panel title="Facts" span={12}>
      <dl className="facts">
        <div>
          <dt>Severity</dt>
          <dd>
            <SeverityPill severity={incident.severity} />{' '}
            <span className="sub">{incident.severityReason}</span>
          </dd>
        </div>
        <div>
          <dt>Activity</dt>
          <dd>{formatInterval(intervalOf(incident))}</dd>
        </div>
        <div>
          <dt>Opened</dt>
          <dd>
            <Moment at={Date.parse(incident.createdAt)} />
          </dd>
        </div>
        <div>
          <dt>Owner</dt>
          <dd>{incident.owner ?? 'nobody'}</dd>
        </div>
        {incident.verdict && (
          <div>
            <dt>Verdict</dt>
            <dd>
              {VERDICT_WORDS[incident.verdict].text}
              {incident.comment && <p className="sub">{incident.comment}</p>}
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}

/** The steps of an intrusion, in their order, with what was seen of each. */
export function AttackSteps({ incident }: { readonly incident: IncidentTold }): ReactNode {
  if (incident.tactics.length === 0) return null;
  const steps = incident.tactics
    .toSorted((a, b) => tacticOrder(a) - tacticOrder(b))
    .map((tactic) => ({
      tactic,
      techniques: [
        ...new Set(
          incident.alertList.filter((a) => a.tactics.includes(tactic)).flatMap((a) => a.techniques),
        ),
      ],
    }));
  return (
    <Panel title="Steps of an intrusion" unit="ATT&CK" span={12}>
      <ol className="attack-steps">
        {steps.map(({ tactic, techniques }) => (
          <li key={tactic}>
            <b>{tacticWords(tactic)}</b> <span className="mono sub">{techniques.join(' ')}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const SHOWN = 8;

export function Entities({ incident }: { readonly incident: IncidentTold }): ReactNode {
  const { selection } = useSelection();
  const [showsAll, setShowsAll] = useState(false);
  const entities = distinctEntities(incident.entities);
  const shown = showsAll ? entities : entities.slice(0, SHOWN);
  const interval = intervalOf(incident);
  const wide = { from: interval.from - 3_600_000, to: interval.to + 3_600_000 };
  return (
    <Panel
      title="Who and what"
      span={12}
      footer={
        entities.length > shown.length && (
          <Button look="quiet" onClick={() => setShowsAll(true)}>
            Show the other {entities.length - shown.length}
          </Button>
        )
      }
    >
      <ul className="entity-list">
        {shown.map((entity) => {
          const address = entity.identifiers['Address'];
          return (
            <li key={entityKeyOf(entity)}>
              <span className="mono">{entityText(entity)}</span>{' '}
              <span className="sub">
                {entity.role === 'actor'
                  ? 'acts'
                  : entity.role === 'target'
                    ? 'is acted upon'
                    : 'is named'}
                {entity.isInside === undefined ? '' : entity.isInside ? ', yours' : ', outside'}
              </span>
              <span className="entity-links">
                {address && (
                  <>
                    <Link
                      href={`/${printSelection({ ...selection, range: { kind: 'fixed', ...wide }, filters: { host: address } })}`}
                    >
                      Overview
                    </Link>
                    <Link href={flowsHref(address, interval)}>Flows</Link>
                  </>
                )}
                <Link
                  href={`/incidents?state=all&entity=${encodeURIComponent(entityKeyOf(entity))}`}
                >
                  Incidents
                </Link>
                <Link
                  href={`/incidents?view=alerts&state=all&entity=${encodeURIComponent(entityKeyOf(entity))}`}
                >
                  Single alerts
                </Link>
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

/** What a person should do next, of all alerts, each once, the gravest alert's first. */
export function NextSteps({ incident }: { readonly incident: IncidentTold }): ReactNode {
  const steps = [...new Set(incident.alertList.flatMap((a) => a.nextSteps))];
  if (steps.length === 0) return null;
  return (
    <Panel title="What to do next" span={12}>
      <ol className="next-steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </Panel>
  );
}

export function Related({ incident }: { readonly incident: IncidentTold }): ReactNode {
  if (incident.related.length === 0) return null;
  return (
    <Panel title="Others about the same" span={12}>
      <ul className="entity-list">
        {incident.related.map((other) => (
          <li key={other.number}>
            <SeverityPill severity={other.severity} />{' '}
            <Link href={`/incidents/${other.number}`}>{other.title}</Link>{' '}
            <Pill tone={STATE_TONES[other.state]}>{other.state}</Pill>
            <p className="sub">
              {other.shared.join(', ')} · <Ago at={Date.parse(other.last)} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
