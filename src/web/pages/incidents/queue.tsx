import type { ReactNode } from 'react';
import type { IncidentBrief } from '#core/contract/index.ts';
import { exactNumber, formatDuration, plural } from '#web/base/format.ts';
import { Link, useLocation } from '#web/base/router.ts';
import { useRoute, useScope } from '#web/query/index.ts';
import { Ago, Empty, Listing, Pill } from '#web/widgets/index.ts';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, NO_FILTERS, statesOf, type ViewProps } from './filters.ts';
import { SeverityPill } from './severity.tsx';
import { distinctEntities, entityText, STATE_TONES, VERDICT_WORDS } from './words.ts';

const MOST = 200;

export function Queue({ filters, change }: ViewProps): ReactNode {
  const [, navigate] = useLocation();
  const { state, severity, owner, text, entity } = filters;
  const answer = useRoute('incidents', {
    states: statesOf(state),
    severity,
    limit: String(MOST),
    ...(owner === '' ? {} : { owner }),
    ...(text === '' ? {} : { text }),
    ...(entity === '' ? {} : { entity }),
  });
  const { data } = answer;
  return (
    <>
      <FilterBar filters={filters} change={change} owners={data?.owners ?? []} />
      <Listing
        title="Incidents"
        unit={data && counted(data)}
        rows={data?.incidents}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(incident) => String(incident.number)}
        onChoose={(incident, isAside) => {
          const href = `/incidents/${incident.number}`;
          if (isAside) window.open(href, '_blank', 'noopener');
          else navigate(href);
        }}
        choosing="Open the incident (Enter)"
        columns={[
          {
            head: 'severity',
            render: (i) => <SeverityPill severity={i.severity} />,
            kind: 'words',
          },
          { head: 'what', kind: 'words', render: (i) => <What incident={i} /> },
          { head: 'who', kind: 'words', render: (i) => <Who incident={i} /> },
          { head: 'last seen', kind: 'number', render: (i) => <Ago at={Date.parse(i.last)} /> },
          { head: 'alerts', kind: 'number', render: (i) => i.alerts },
          {
            head: 'owner',
            kind: 'words',
            render: (i) => i.owner ?? <span className="sub">–</span>,
          },
          { head: 'status', kind: 'words', render: (i) => <Status incident={i} /> },
        ]}
        empty={isFiltered(filters) ? <NoneFit reset={() => change(NO_FILTERS)} /> : <NoneYet />}
        footer={
          data && data.total > data.incidents.length
            ? `The first ${data.incidents.length} of ${data.total}. Narrow them down to see others.`
            : undefined
        }
      />
    </>
  );
}

const counted = ({ total, open }: { readonly total: number; readonly open: number }): string =>
  total === open
    ? plural(open, 'open incident')
    : `${plural(total, 'incident')}, ${exactNumber(open)} open in all`;

function What({ incident }: { readonly incident: IncidentBrief }): ReactNode {
  return (
    <>
      <Link href={`/incidents/${incident.number}`} onClick={(e) => e.stopPropagation()}>
        {incident.title}
      </Link>{' '}
      <span className="sub">#{incident.number}</span>
      {incident.labels.map((label) => (
        <Pill key={label}>{label}</Pill>
      ))}
    </>
  );
}

const SHOWN = 3;

function Who({ incident }: { readonly incident: IncidentBrief }): ReactNode {
  const entities = distinctEntities(incident.entities);
  return (
    <span className="mono">
      {entities.slice(0, SHOWN).map(entityText).join(', ')}
      {entities.length > SHOWN && <span className="sub"> +{entities.length - SHOWN}</span>}
    </span>
  );
}

function Status({ incident }: { readonly incident: IncidentBrief }): ReactNode {
  const { state, verdict } = incident;
  return (
    <Pill tone={STATE_TONES[state]} {...(verdict ? { title: VERDICT_WORDS[verdict].text } : {})}>
      {state === 'Closed' && verdict ? VERDICT_WORDS[verdict].text : state}
    </Pill>
  );
}

function NoneFit({ reset }: { readonly reset: () => void }): ReactNode {
  return (
    <Empty title="No incident is like that.">
      <p>
        <button type="button" className="button quiet" onClick={reset}>
          Show all open ones
        </button>
      </p>
    </Empty>
  );
}

/** Longer than what came needs to be counted and looked at when nothing is in the way. */
const LATE_SECONDS = 15;

function NoneYet(): ReactNode {
  const { interval } = useScope();
  const status = useRoute(
    'status',
    { from: new Date(interval.from).toISOString(), to: new Date(interval.to).toISOString() },
    { everyMs: () => 5_000 },
  );
  const late = Math.max(
    0,
    ...(status.data?.behind ?? [])
      .filter(({ stage }) => stage === 'counting' || stage === 'looking')
      .map(({ lagSeconds }) => lagSeconds),
  );
  if (late > LATE_SECONDS)
    return (
      <Empty title="Nothing is open so far.">
        <p>
          What came in the last {formatDuration(late * 1000)} is still being counted and looked at:
          what is found in it appears here by itself. <Link href="/sources">How far behind</Link>
        </p>
      </Empty>
    );
  return (
    <Empty title="Nothing is open.">
      <p>
        Detectors, rules and indicators look at the flows as they come in. What they find is told
        here, and first on <Link href="/">the Overview</Link>. Weak signs are under Single alerts.
      </p>
    </Empty>
  );
}
