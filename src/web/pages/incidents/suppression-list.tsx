import { type ReactNode, useState } from 'react';
import { hasRole, type SuppressionTold } from '#core/contract/index.ts';
import { exactNumber } from '#web/base/format.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Ago, Button, Confirm, Empty, Listing, Note, Pill, say } from '#web/widgets/index.ts';

/** What is not told, for how long, by whose decision and why. */
export function SuppressionList(): ReactNode {
  const answer = useRoute('suppressions', {});
  const me = useRoute('me', {});
  const mayAct = me.data !== undefined && hasRole(me.data.role, 'analyst');
  const [ending, setEnding] = useState<SuppressionTold>();
  return (
    <>
      <Listing
        title="Suppressions"
        unit="what is found and not told"
        rows={answer.data?.suppressions}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(s) => s.id}
        columns={[
          { head: 'hides', kind: 'words', render: (s) => <Hides suppression={s} /> },
          { head: 'because', kind: 'words', render: (s) => s.reason },
          { head: 'by', kind: 'words', render: (s) => s.owner },
          { head: 'hidden', kind: 'number', render: (s) => exactNumber(s.hits) },
          {
            head: 'last',
            kind: 'number',
            render: (s) => (s.lastHit ? <Ago at={Date.parse(s.lastHit)} /> : '–'),
          },
          {
            head: 'ends',
            kind: 'number',
            render: (s) => (s.isActive ? <Ago at={Date.parse(s.expiresAt)} /> : <Pill>ended</Pill>),
          },
          {
            head: 'actions',
            kind: 'row-actions',
            render: (s) =>
              mayAct &&
              s.isActive && (
                <Button look="quiet" onClick={() => setEnding(s)}>
                  End
                </Button>
              ),
          },
        ]}
        empty={
          <Empty title="Nothing is suppressed.">
            <p>
              Open an alert of an incident and choose Suppress: Weir shows what it would have hidden
              before you decide.
            </p>
          </Empty>
        }
      />
      {ending && <End suppression={ending} onClose={() => setEnding(undefined)} />}
    </>
  );
}

function Hides({ suppression }: { readonly suppression: SuppressionTold }): ReactNode {
  return (
    <>
      {suppression.says}
      {suppression.isActive && suppression.warning && (
        <Note tone="warn">
          <p>{suppression.warning}</p>
        </Note>
      )}
    </>
  );
}

function End(props: {
  readonly suppression: SuppressionTold;
  readonly onClose: () => void;
}): ReactNode {
  const { suppression, onClose } = props;
  const end = useChange('endSuppression', ['suppressions']);
  return (
    <Confirm
      title="End this suppression?"
      action="End it"
      isBusy={end.isPending}
      error={asFailure(end.error)}
      onClose={onClose}
      onConfirm={() =>
        end.mutate(
          { id: suppression.id },
          {
            onSuccess: () => {
              say('Suppression ended');
              onClose();
            },
          },
        )
      }
    >
      <p>{suppression.says}: from now on this is told again when it is found.</p>
    </Confirm>
  );
}
