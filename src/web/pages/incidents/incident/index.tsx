import '../incidents.css';
import type { ReactNode } from 'react';
import { hasRole } from '#core/contract/index.ts';
import { Link, useParams } from '#web/base/router.ts';
import { useRoute } from '#web/query/index.ts';
import { Failed, Loading, Note, Pill } from '#web/widgets/index.ts';
import { SeverityPill } from '../severity.tsx';
import { STATE_TONES, VERDICT_WORDS } from '../words.ts';
import { ActionBar } from './action-bar.tsx';
import { EntityGraph } from './entity-graph.tsx';
import { AttackSteps, Entities, Facts, NextSteps, Related } from './facts.tsx';
import { Bookmarks, History } from './history.tsx';
import { ImpactPanel } from './impact-panel.tsx';
import { Story } from './story.tsx';

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
