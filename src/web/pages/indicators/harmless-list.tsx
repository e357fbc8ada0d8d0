import type { ReactNode } from 'react';
import { useChange } from '#web/query/index.ts';
import { Ago, Button, Listing, say } from '#web/widgets/index.ts';

interface Harmless {
  readonly value: string;
  readonly why: string;
  readonly who: string;
  readonly at: string;
}

/** Values that people declared harmless. */
export function HarmlessList(props: {
  readonly entries: readonly Harmless[];
  readonly mayChange: boolean;
}): ReactNode {
  const end = useChange('endHarmless', ['intel']);
  return (
    <Listing
      title="Harmless"
      unit="values that no feed makes an indicator"
      rows={props.entries}
      keyOf={(entry) => entry.value}
      columns={[
        {
          head: 'value',
          kind: 'words',
          render: (entry) => <span className="mono">{entry.value}</span>,
        },
        { head: 'why', kind: 'words', render: (entry) => entry.why },
        { head: 'who', kind: 'words', render: (entry) => entry.who },
        { head: 'since', kind: 'number', render: (entry) => <Ago at={Date.parse(entry.at)} /> },
        {
          head: 'actions',
          kind: 'row-actions',
          render: (entry) =>
            props.mayChange && (
              <Button
                look="quiet"
                disabled={end.isPending}
                onClick={() =>
                  end.mutate(
                    { value: entry.value },
                    { onSuccess: () => say(`Feeds decide about ${entry.value} again`) },
                  )
                }
              >
                Take back
              </Button>
            ),
        },
      ]}
      empty={null}
    />
  );
}
