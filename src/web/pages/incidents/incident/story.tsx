import { type ReactNode, useState } from 'react';
import type { AlertTold, IncidentTold } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { useLocation } from '#web/base/router.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Confirm, Panel, say } from '#web/widgets/index.ts';
import { SeverityPill } from '../severity.tsx';
import { intervalOf } from '../words.ts';
import { AlertCard } from './alert-card.tsx';
import { type Chapter, chaptersOf, headOf, sentenceOf } from './chapters.ts';

/** Parts of the story that are on view at once, and alerts of one part. */
const SHOWN = 12;

interface StoryProps {
  readonly incident: IncidentTold;
  readonly mayAct: boolean;
}

/** What happened, in order: every alert, and what is told many times once. */
export function Story({ incident, mayAct }: StoryProps): ReactNode {
  const [showsAll, setShowsAll] = useState(false);
  const [splitting, setSplitting] = useState<AlertTold>();
  const { alertList: alerts } = incident;
  const chapters = chaptersOf(alerts);
  const shown = showsAll ? chapters : chapters.slice(0, SHOWN);
  const maySplit = mayAct && alerts.length > 1 && incident.state !== 'Closed';
  const card = (alert: AlertTold) => (
    <AlertCard
      key={alert.id}
      alert={alert}
      mayAct={mayAct}
      onSplit={maySplit ? () => setSplitting(alert) : undefined}
    />
  );
  return (
    <Panel
      title="What happened"
      unit={`${plural(alerts.length, 'alert')}, in order`}
      span={12}
      footer={
        chapters.length > shown.length && (
          <Button look="quiet" onClick={() => setShowsAll(true)}>
            Show {chapters.length - shown.length} more
          </Button>
        )
      }
    >
      {shown.map((chapter) =>
        chapter.alerts.length === 1 ? (
          card(chapter.alerts[0]!)
        ) : (
          <Many key={headOf(chapter).finder.id} chapter={chapter} card={card} />
        ),
      )}
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

/** Many alerts of one kind: one sentence and the gravest of them; the others open. */
function Many(props: {
  readonly chapter: Chapter;
  readonly card: (alert: AlertTold) => ReactNode;
}): ReactNode {
  const { chapter, card } = props;
  const [shown, setShown] = useState(0);
  const head = headOf(chapter);
  const others = chapter.alerts.filter((a) => a !== head);
  return (
    <section className="alert-chapter" aria-label={sentenceOf(chapter)}>
      <p className="alert-when sub">{formatInterval(intervalOf(chapter))}</p>
      <h3>
        <SeverityPill severity={chapter.severity} /> {sentenceOf(chapter)}
      </h3>
      {card(head)}
      {others.slice(0, shown).map(card)}
      {shown < others.length && (
        <Button look="quiet" onClick={() => setShown(shown + SHOWN)}>
          Show {shown === 0 ? `the other ${others.length}` : `${others.length - shown} more`}
        </Button>
      )}
    </section>
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
