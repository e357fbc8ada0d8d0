import { type ReactNode, useState } from 'react';
import type { ApiToken } from '#core/contract/index.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Confirm,
  Empty,
  IconButton,
  Listing,
  Moment,
  Pill,
  type RowColumn,
  say,
} from '#web/widgets/index.ts';
import { NewToken } from './new-token.tsx';

const SOON_MS = 7 * 86_400_000;

/** Tokens with which programs ask Weir: one's own, for admins everybody's. */
export default function Tokens(): ReactNode {
  const tokens = useRoute('tokens', {});
  const me = useRoute('me', {});
  const [isAdding, setAdding] = useState(false);
  const [ending, setEnding] = useState<ApiToken>();
  const columns: readonly RowColumn<ApiToken>[] = [
    { head: 'token', kind: 'words', render: (token) => <b>{token.name}</b> },
    { head: 'owner', kind: 'words', render: (token) => token.owner },
    { head: 'role', kind: 'words', render: (token) => <Pill>{token.role}</Pill> },
    {
      head: 'created',
      kind: 'number',
      render: (token) => <Moment at={Date.parse(token.createdAt)} />,
    },
    { head: 'expires', kind: 'number', render: (token) => <Expiry at={token.expiresAt} /> },
    {
      head: 'last used',
      kind: 'number',
      render: ({ lastUsed }) => (lastUsed ? <Ago at={Date.parse(lastUsed)} /> : 'never'),
    },
    {
      head: 'actions',
      kind: 'row-actions',
      render: (token) => (
        <IconButton icon="trash" label={`Revoke ${token.name}`} onClick={() => setEnding(token)} />
      ),
    },
  ];
  return (
    <div className="page">
      <Listing
        title="API tokens"
        unit={me.data?.role === 'admin' ? "everybody's" : 'yours'}
        actions={
          <Button look="main" icon="plus" disabled={!me.data} onClick={() => setAdding(true)}>
            New token
          </Button>
        }
        rows={tokens.data?.tokens}
        error={tokens.error}
        onRetry={tokens.retry}
        keyOf={(token) => token.id}
        columns={columns}
        empty={
          <Empty title="No program has a token.">
            <p>
              A token lets a program log in as you: Grafana, a script, the Azure or Kusto client.
              Make one for each, so that each can be ended alone.
            </p>
          </Empty>
        }
      />
      {isAdding && me.data && <NewToken mine={me.data.role} onClose={() => setAdding(false)} />}
      {ending && <Revoke token={ending} onClose={() => setEnding(undefined)} />}
    </div>
  );
}

function Expiry(props: { readonly at: string | null }): ReactNode {
  if (props.at === null) return 'never';
  const at = Date.parse(props.at);
  const left = at - Date.now();
  if (left < 0) return <Pill tone="deny">expired</Pill>;
  return (
    <>
      {left < SOON_MS && <Pill tone="deny">soon</Pill>} <Moment at={at} />
    </>
  );
}

function Revoke(props: { readonly token: ApiToken; readonly onClose: () => void }): ReactNode {
  const { token, onClose } = props;
  const remove = useChange('deleteToken', ['tokens']);
  return (
    <Confirm
      title={`Revoke ${token.name}?`}
      action="Revoke"
      isBusy={remove.isPending}
      error={asFailure(remove.error)}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { id: token.id },
          {
            onSuccess: () => {
              say(`${token.name} revoked`);
              onClose();
            },
          },
        )
      }
    >
      <p>Whatever uses it is refused from now on. It cannot be brought back.</p>
    </Confirm>
  );
}
