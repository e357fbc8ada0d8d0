import { type ReactNode, useState } from 'react';
import type { ApiToken } from '#core/contract/index.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Confirm,
  Empty,
  Failed,
  IconButton,
  Loading,
  Moment,
  Panel,
  Pill,
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
  if (tokens.error)
    return (
      <div className="page">
        <Failed error={tokens.error} onRetry={tokens.retry} />
      </div>
    );
  const list = tokens.data?.tokens;
  return (
    <div className="page">
      <Panel
        title="API tokens"
        unit={me.data?.role === 'admin' ? "everybody's" : 'yours'}
        span={12}
        actions={
          <Button look="main" icon="plus" disabled={!me.data} onClick={() => setAdding(true)}>
            New token
          </Button>
        }
      >
        {!list ? (
          <Loading lines={3} />
        ) : list.length === 0 ? (
          <Empty title="No program has a token.">
            <p>
              A token lets a program log in as you: Grafana, a script, the Azure or Kusto client.
              Make one for each, so that each can be ended alone.
            </p>
          </Empty>
        ) : (
          <div className="rows">
            <table aria-label="API tokens">
              <thead>
                <tr>
                  <th scope="col">token</th>
                  <th scope="col">owner</th>
                  <th scope="col">role</th>
                  <th scope="col" className="number">
                    created
                  </th>
                  <th scope="col" className="number">
                    expires
                  </th>
                  <th scope="col" className="number">
                    last used
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((token) => (
                  <tr key={token.id}>
                    <td>
                      <b>{token.name}</b>
                    </td>
                    <td>{token.owner}</td>
                    <td>
                      <Pill>{token.role}</Pill>
                    </td>
                    <td className="number">
                      <Moment at={Date.parse(token.createdAt)} />
                    </td>
                    <td className="number">
                      <Expiry at={token.expiresAt} />
                    </td>
                    <td className="number">
                      {token.lastUsed ? <Ago at={Date.parse(token.lastUsed)} /> : 'never'}
                    </td>
                    <td className="row-actions">
                      <IconButton
                        icon="trash"
                        label={`Revoke ${token.name}`}
                        onClick={() => setEnding(token)}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
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
