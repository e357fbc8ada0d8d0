import { type ReactNode, useEffect, useState } from 'react';
import { type AlertTold, hasRole } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { useLocation } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Ago, Button, Dialog, Empty, Failed, Listing, Pill } from '#web/widgets/index.ts';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, NO_FILTERS, type ViewProps } from './filters.ts';
import { AlertCard } from './incident/alert-card.tsx';
import { SeverityPill } from './severity.tsx';
import { distinctEntities, entityText, VERDICT_WORDS } from './words.ts';

const MOST = 500;
const STATE_OF = { open: 'open', closed: 'closed', all: undefined } as const;

/** Alerts that are too mild for an incident, and belong to none. */
export function AlertList({ filters, change }: ViewProps): ReactNode {
  const { severity, text, entity } = filters;
  const state = STATE_OF[filters.state];
  const answer = useRoute('alerts', {
    isUnplaced: 'true',
    severity,
    limit: String(MOST),
    ...(state ? { state } : {}),
    ...(text === '' ? {} : { text }),
    ...(entity === '' ? {} : { entity }),
  });
  const { data } = answer;
  const [chosen, setChosen] = useState<string>();
  const open = data?.alerts.find((a) => a.id === chosen);
  // One that is closed leaves the open ones; its dialog goes with it, and does not come back with it.
  const hasLeft = data !== undefined && open === undefined;
  useEffect(() => {
    if (hasLeft) setChosen(undefined);
  }, [hasLeft]);
  return (
    <>
      <FilterBar filters={filters} change={change} />
      <Listing
        title="Single alerts"
        unit={
          data &&
          `${plural(data.total, 'alert')} that ${data.total === 1 ? 'belongs' : 'belong'} to no incident`
        }
        rows={data?.alerts}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(alert) => alert.id}
        onChoose={(alert) => setChosen(alert.id)}
        choosing="See the alert (Enter)"
        columns={[
          {
            head: 'severity',
            kind: 'words',
            render: (a) => <SeverityPill severity={a.severity} />,
          },
          { head: 'what', kind: 'words', render: (a) => a.title },
          {
            head: 'who',
            kind: 'words',
            render: (a) => (
              <span className="mono">
                {distinctEntities(a.entities).slice(0, 3).map(entityText).join(', ')}
              </span>
            ),
          },
          { head: 'last seen', kind: 'number', render: (a) => <Ago at={Date.parse(a.last)} /> },
          { head: 'found by', kind: 'words', render: (a) => a.finder.name },
          {
            head: 'verdict',
            kind: 'words',
            render: (a) =>
              a.verdict ? (
                <Pill>{VERDICT_WORDS[a.verdict].text}</Pill>
              ) : (
                <span className="sub">–</span>
              ),
          },
        ]}
        empty={
          isFiltered(filters) ? (
            <Empty title="No alert is like that.">
              <p>
                <button
                  type="button"
                  className="button quiet"
                  onClick={() => change({ ...NO_FILTERS, view: 'alerts' })}
                >
                  Show all open ones
                </button>
              </p>
            </Empty>
          ) : (
            <Empty title="There is none.">
              <p>
                Low alerts that nothing else confirms wait here, and what is good to know: a scan
                that was refused, a rule that may be missing. From medium on they are incidents.
              </p>
            </Empty>
          )
        }
        footer={
          data && data.total > data.alerts.length
            ? `The newest ${data.alerts.length} of ${data.total}. Narrow them down to see others.`
            : undefined
        }
      />
      {open && <AlertDialog alert={open} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function AlertDialog(props: {
  readonly alert: AlertTold;
  readonly onClose: () => void;
}): ReactNode {
  const { alert, onClose } = props;
  const [, navigate] = useLocation();
  const me = useRoute('me', {});
  const mayAct = me.data !== undefined && hasRole(me.data.role, 'analyst');
  const make = useChange('openIncident', ['incidents', 'alerts']);
  return (
    <Dialog title="Alert" look="wide" onClose={onClose}>
      <AlertCard alert={alert} mayAct={mayAct} isOpen />
      {make.error && <Failed error={asFailure(make.error)!} />}
      {mayAct && (
        <div className="dialog-actions">
          <Button
            look="main"
            disabled={make.isPending}
            onClick={() =>
              make.mutate(
                { alerts: [alert.id] },
                { onSuccess: ({ number }) => navigate(`/incidents/${number}`) },
              )
            }
          >
            Make it an incident
          </Button>
        </div>
      )}
    </Dialog>
  );
}
