import './hunting.css';
import { type ReactNode, useState } from 'react';
import { hasRole, type IncidentTold } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { plural } from '#web/base/format.ts';
import { Link, useLocation, useParams } from '#web/base/router.ts';
import { formatInterval } from '#web/base/time-text.ts';
import {
  asFailure,
  refresh,
  useChange,
  useKqlList,
  useRoute,
  useScope,
  useSelection,
} from '#web/query/index.ts';
import {
  Button,
  Empty,
  Failed,
  Field,
  Listing,
  Loading,
  Note,
  Panel,
  Pill,
  Select,
  say,
} from '#web/widgets/index.ts';
import { HUNTS, type HuntRule, huntQuery, huntRule, narrowQuery, readAddresses } from './hunts.ts';

/** One question, ready to be asked. */
interface Asked {
  readonly id: string;
  readonly name: string;
  readonly why: string;
  readonly kql: string;
  /** Somebody saved it. */
  readonly isSaved: boolean;
  readonly rule: HuntRule;
}

const MOST_ADDRESSES = 20;

/** Questions to ask about hosts that one suspects, over the time at the top: those of an incident, or any. */
export default function Hunting(): ReactNode {
  const { subject = '' } = useParams();
  const number = /^\d+$/.test(subject) ? Number(subject) : undefined;
  const incident = useRoute('incident', { number: number ?? 0 }, { isOn: number !== undefined });
  const all = number === undefined ? readAddresses(subject) : addressesOf(incident.data);
  const addresses = all.slice(0, MOST_ADDRESSES);
  const isWaiting = number !== undefined && !incident.data;
  return (
    <div className="page">
      <h1 className="visually-hidden">Hunting</h1>
      <Subject key={subject} number={number} addresses={number === undefined ? addresses : []} />
      {incident.error && <Failed error={incident.error} onRetry={incident.retry} />}
      {number !== undefined && incident.data && (
        <Note>
          <p>
            Over incident {number}, <Link href={`/incidents/${number}`}>{incident.data.title}</Link>
            : <span className="mono">{addresses.join(', ')}</span>
            {all.length > addresses.length &&
              ` and ${all.length - addresses.length} more, left out`}
            .
          </p>
        </Note>
      )}
      {isWaiting && !incident.error ? (
        <Loading lines={6} />
      ) : (
        <Hunts addresses={addresses} number={number} />
      )}
    </div>
  );
}

function addressesOf(incident: IncidentTold | undefined): readonly string[] {
  const named = incident?.alertList.flatMap((a) => a.entities) ?? [];
  return [
    ...new Set(
      named.filter((e) => e.role !== 'related').flatMap((e) => e.identifiers['Address'] ?? []),
    ),
  ];
}

/** Whom to hunt: an open incident, or addresses that are typed. */
function Subject(props: {
  readonly number: number | undefined;
  readonly addresses: readonly string[];
}): ReactNode {
  const { number, addresses } = props;
  const [, navigate] = useLocation();
  const { search } = useSelection();
  const open = useRoute('incidents', { limit: '100' });
  const [typed, setTyped] = useState(addresses.join(', '));
  const found = readAddresses(typed);
  const choices = [
    { value: '', text: 'none, the addresses beside' },
    ...(open.data?.incidents ?? []).map((i) => ({
      value: String(i.number),
      text: `${i.number}: ${i.title}`,
    })),
  ];
  const isListed = choices.some((c) => c.value === String(number ?? ''));
  return (
    <form
      className="hunt-subject"
      onSubmit={(e) => {
        e.preventDefault();
        navigate(`/hunting/${found.join(',')}${search}`);
      }}
    >
      <Select
        label="Incident"
        value={String(number ?? '')}
        choices={isListed ? choices : [...choices, { value: String(number), text: `${number}` }]}
        onChange={(value) => navigate(`/hunting${value === '' ? '' : `/${value}`}${search}`)}
      />
      <Field
        label="Addresses"
        value={typed}
        placeholder="10.2.0.9, 203.0.113.88"
        onChange={(e) => setTyped(e.target.value)}
      />
      <Button
        type="submit"
        look={number === undefined ? 'main' : 'plain'}
        disabled={found.length === 0}
      >
        Hunt
      </Button>
    </form>
  );
}

function Hunts(props: {
  readonly addresses: readonly string[];
  readonly number: number | undefined;
}): ReactNode {
  const { addresses, number } = props;
  const { interval } = useScope();
  const saved = useRoute('savedQueries', {});
  const me = useRoute('me', {});
  const isOn = addresses.length > 0;
  const asked: readonly Asked[] = [
    ...HUNTS.map((hunt) => ({
      id: hunt.id,
      name: hunt.name,
      why: hunt.why,
      kql: huntQuery(hunt, addresses, interval),
      isSaved: false,
      rule: huntRule(hunt, addresses),
    })),
    ...(saved.data?.queries ?? []).map((query) => ({
      id: `saved ${query.id}`,
      name: query.name,
      why: query.description || `Saved by ${query.owner}.`,
      kql: narrowQuery(query.query, addresses),
      isSaved: true,
      rule: {
        name: query.name,
        query: /\bHunted\b/.test(query.query) ? narrowQuery(query.query, addresses) : query.query,
      },
    })),
  ];
  const answers = useKqlList(asked.map(({ kql }) => (isOn ? kql : undefined)));
  const mayAct = me.data !== undefined && hasRole(me.data.role, 'analyst');
  if (!isOn)
    return (
      <Panel title="Hunts" span={12}>
        <Empty title="Whom do you suspect?">
          <p>
            Choose an incident, or type addresses. {plural(asked.length, 'question')} are then asked
            about them at once, your own <Link href="/explore">saved queries</Link> among them: a
            query that names <code className="mono">Hunted</code> gets the addresses there, any
            other is narrowed to rows in which one of them stands.
          </p>
        </Empty>
      </Panel>
    );
  const rows = asked.map((hunt, i) => ({ hunt, answer: answers[i]! }));
  return (
    <Listing
      title="Hunts"
      unit={formatInterval(interval)}
      rows={rows}
      keyOf={({ hunt }) => hunt.id}
      columns={[
        {
          head: 'question',
          kind: 'words',
          render: ({ hunt }) => (
            <>
              <Link href={exploreHref(hunt.kql)}>{hunt.name}</Link>{' '}
              {hunt.isSaved && <Pill>saved</Pill>}
              <p className="sub">{hunt.why}</p>
            </>
          ),
        },
        {
          head: 'found',
          kind: 'number',
          render: ({ answer }) => {
            if (answer.error)
              return (
                <button
                  type="button"
                  className="button quiet"
                  title={answer.error.detail.message}
                  onClick={() => refresh('query')}
                >
                  failed
                </button>
              );
            if (!answer.data) return <span className="sub">…</span>;
            const { length } = answer.data.rows;
            return length === 0 ? (
              <span className="sub">nothing</span>
            ) : (
              <b>{plural(length, 'row')}</b>
            );
          },
        },
        {
          head: 'actions',
          kind: 'row-actions',
          render: ({ hunt }) => (
            <>
              {mayAct && <Link href={ruleHref(hunt.rule)}>Make a rule</Link>}
              {mayAct && number !== undefined && <Keep hunt={hunt} number={number} />}
            </>
          ),
        },
      ]}
      empty={null}
    />
  );
}

/** The editor of rules with a query in it. */
function ruleHref({ addresses = [], ...handed }: HuntRule): string {
  const search = new URLSearchParams({ ...handed });
  for (const column of addresses) search.append('address', column);
  return `/rules?${search}`;
}

/** Keeps a query with the incident. */
function Keep({ hunt, number }: { readonly hunt: Asked; readonly number: number }): ReactNode {
  const keep = useChange('bookmarkIncident', ['incident']);
  return (
    <>
      <Button
        look="quiet"
        icon="star"
        disabled={keep.isPending}
        onClick={() =>
          keep.mutate(
            { number, name: hunt.name, query: hunt.kql, note: '' },
            { onSuccess: () => say(`Kept with incident ${number}`) },
          )
        }
      >
        Keep
      </Button>
      {keep.error && <Failed error={asFailure(keep.error)!} />}
    </>
  );
}
