import { type ReactNode, useEffect, useState } from 'react';
import type { IncidentTold, Me, ROUTES, RouteInput } from '#core/contract/index.ts';
import { isPlain, isTyping } from '#web/base/keys.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Failed, Kbd, Menu, MenuItem, say } from '#web/widgets/index.ts';
import { CloseDialog } from './judge-dialog.tsx';

type Change = Omit<RouteInput<(typeof ROUTES)['changeIncident']>, 'number'>;

/** What can be done about an incident; A, C and N are the keys. */
export function ActionBar(props: {
  readonly incident: IncidentTold & { readonly owners: readonly string[] };
  readonly me: Me;
}): ReactNode {
  const { incident, me } = props;
  const { number, owner, state, owners } = incident;
  const [isClosing, setClosing] = useState(false);
  const change = useChange('changeIncident', ['incident', 'incidents', 'alertStatistics']);
  const isClosed = state === 'Closed';
  const isMine = owner === me.name;
  const mayTake = !isMine && !isClosed && owners.includes(me.name);
  const set = (part: Change, done: string) =>
    change.mutate({ number, ...part }, { onSuccess: () => say(done) });
  const take = () => set({ owner: me.name }, 'It is yours');

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPlain(event) || isTyping(event) || document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      if (key === 'a' && mayTake) change.mutate({ number, owner: me.name });
      else if (key === 'c' && !isClosed) setClosing(true);
      else if (key === 'n') document.getElementById('incident-note')?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [change, isClosed, mayTake, me.name, number]);

  return (
    <div className="incident-actions">
      {mayTake && (
        <Button look={owner === null ? 'main' : 'plain'} disabled={change.isPending} onClick={take}>
          Take it <Kbd>A</Kbd>
        </Button>
      )}
      <Menu text={owner ? `Owner: ${owner}` : 'Assign'} label="Assign the incident">
        {(close) => (
          <>
            {owners.map((name) => (
              <MenuItem
                key={name}
                isChosen={name === owner}
                onSelect={() => {
                  close();
                  set({ owner: name }, `Assigned to ${name}`);
                }}
              >
                {name}
              </MenuItem>
            ))}
            <MenuItem
              onSelect={() => {
                close();
                set({ owner: null }, 'Nobody has it');
              }}
            >
              Nobody
            </MenuItem>
          </>
        )}
      </Menu>
      {isClosed ? (
        <Button disabled={change.isPending} onClick={() => set({ state: 'Active' }, 'Reopened')}>
          Open it again
        </Button>
      ) : (
        <Button look={isMine ? 'main' : 'plain'} onClick={() => setClosing(true)}>
          Close… <Kbd>C</Kbd>
        </Button>
      )}
      {change.error && <Failed error={asFailure(change.error)!} />}
      {isClosing && <CloseDialog incident={incident} onClose={() => setClosing(false)} />}
    </div>
  );
}
