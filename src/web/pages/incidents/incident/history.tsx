import { type ReactNode, useRef, useState } from 'react';
import type { IncidentTold } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { Link } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Empty, Failed, IconButton, Moment, Panel } from '#web/widgets/index.ts';
import { intervalOf } from '../words.ts';

/** What happened to the incident itself, by whom and why, and what people noted. */
export function History(props: {
  readonly incident: IncidentTold;
  readonly mayAct: boolean;
}): ReactNode {
  const { incident, mayAct } = props;
  return (
    <Panel title="History and notes" span={12}>
      <ol className="incident-events">
        {runsOf(incident.events).map((run, i) =>
          run.length === 1 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever added at the end
            <EventLine key={i} event={run[0]!} />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <li key={i}>
              <details>
                <summary>{run.length} alerts were joined to it, each with its reason</summary>
                <ol className="incident-events">
                  {run.map((event, j) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    <EventLine key={j} event={event} />
                  ))}
                </ol>
              </details>
            </li>
          ),
        )}
      </ol>
      {mayAct && <NewNote number={incident.number} />}
    </Panel>
  );
}

type Event = IncidentTold['events'][number];

/** So many alerts that joined one after the other are one line. */
const ONE_LINE = 4;

/** Events in their order; alerts that joined in a row are together. */
export function runsOf(events: readonly Event[]): readonly (readonly Event[])[] {
  const runs: Event[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (event.kind === 'alert' && run?.[0]?.kind === 'alert') run.push(event);
    else runs.push([event]);
  }
  return runs.flatMap((run) => (run.length >= ONE_LINE ? [run] : run.map((event) => [event])));
}

function EventLine({ event }: { readonly event: Event }): ReactNode {
  return (
    <li className={event.kind}>
      <span className="sub">
        <Moment at={Date.parse(event.at)} /> · {event.who}
      </span>
      <p>{event.says}</p>
    </li>
  );
}

function NewNote({ number }: { readonly number: number }): ReactNode {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const note = useChange('noteIncident', ['incident']);
  const send = () =>
    note.mutate(
      { number, text },
      {
        onSuccess: () => {
          setText('');
          field.current?.focus();
        },
      },
    );
  return (
    <form
      className="new-note"
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
    >
      {note.error && <Failed error={asFailure(note.error)!} />}
      <textarea
        ref={field}
        id="incident-note"
        className="input"
        aria-label="Note"
        rows={2}
        placeholder="A note for whoever looks at this next"
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && (e.metaKey || e.ctrlKey) && text.trim() !== '') send();
        }}
      />
      <Button type="submit" disabled={text.trim() === '' || note.isPending}>
        Add the note
      </Button>
    </form>
  );
}

const AROUND_MS = 12 * 3_600_000;

/** Hunting over an incident, half a day around its activity. */
function huntHref(incident: IncidentTold): string {
  const { from, to } = intervalOf(incident);
  const range = { kind: 'fixed', from: from - AROUND_MS, to: to + AROUND_MS } as const;
  return `/hunting/${incident.number}${printSelection({ range, isComparing: true, filters: {} })}`;
}

/** Queries that people kept with it. */
export function Bookmarks(props: {
  readonly incident: IncidentTold;
  readonly mayAct: boolean;
}): ReactNode {
  const { incident, mayAct } = props;
  const remove = useChange('removeBookmark', ['incident']);
  return (
    <Panel
      title="Bookmarks"
      span={12}
      actions={<Link href={huntHref(incident)}>Hunt over these entities</Link>}
    >
      {remove.error && <Failed error={asFailure(remove.error)!} />}
      {incident.bookmarks.length === 0 ? (
        <Empty title="No query is kept with it.">
          <p>
            Hunting runs queries over who and what is in here; those that find something can be
            kept.
          </p>
        </Empty>
      ) : (
        <ul className="entity-list">
          {incident.bookmarks.map((b) => (
            <li key={b.id}>
              <Link href={exploreHref(b.query)}>{b.name}</Link>{' '}
              <span className="sub">
                {b.by}, <Moment at={Date.parse(b.at)} />
              </span>
              {mayAct && (
                <IconButton
                  icon="trash"
                  label={`Remove ${b.name}`}
                  onClick={() => remove.mutate({ number: incident.number, bookmark: b.id })}
                />
              )}
              {b.note && <p>{b.note}</p>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
