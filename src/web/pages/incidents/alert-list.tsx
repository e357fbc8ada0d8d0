import { type ReactNode, useState } from 'react';
import { type AlertTold, hasRole } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { useLocation } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Ago, Button, Dialog, Empty, Failed, Listing } from '#web/widgets/index.ts';
import { AlertCard } from './incident/alert-card.tsx';
import type { ViewProps } from './index.tsx';
import { SeverityPill } from './severity.tsx';
import { distinctEntities, entityText } from './words.ts';

/** Alerts that are too mild for an incident, and belong to none. */
export function AlertList({ filters }: ViewProps): ReactNode {
  const answer = useRoute('alerts', {
    isUnplaced: 'true',
    limit: '500',
    ...(filters.entity === '' ? {} : { entity: filters.entity }),
  });
  const [open, setOpen] = useState<AlertTold>();
  return (
    <>
      <Listing
        title="Single alerts"
        unit={answer.data && `${plural(answer.data.total, 'alert')} that belong to no incident`}
        rows={answer.data?.alerts}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(alert) => alert.id}
        onChoose={setOpen}
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
        ]}
        empty={
          <Empty title="There is none.">
            <p>
              Low alerts that nothing else confirms wait here. From medium on they are incidents.
            </p>
          </Empty>
        }
      />
      {open && <AlertDialog alert={open} onClose={() => setOpen(undefined)} />}
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
