import { type ReactNode, useState } from 'react';
import type { Account } from '#core/contract/index.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Confirm,
  Failed,
  IconButton,
  Loading,
  Moment,
  Panel,
  Pill,
  say,
} from '#web/widgets/index.ts';
import { UserDialog } from './user-dialog.tsx';

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'change' | 'delete'; readonly account: Account };

/** Who may log in, as what. */
export default function Users(): ReactNode {
  const users = useRoute('users', {});
  const me = useRoute('me', {});
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  if (users.error)
    return (
      <div className="page">
        <Failed error={users.error} onRetry={users.retry} />
      </div>
    );
  return (
    <div className="page">
      <Panel
        title="People"
        unit="who may log in, as what"
        span={12}
        actions={
          <Button look="main" icon="plus" onClick={() => setOpen({ kind: 'add' })}>
            Add a person
          </Button>
        }
      >
        {users.data ? (
          <div className="rows">
            <table aria-label="People">
              <thead>
                <tr>
                  <th scope="col">name</th>
                  <th scope="col">role</th>
                  <th scope="col">password</th>
                  <th scope="col" className="number">
                    last login
                  </th>
                  <th scope="col" className="number">
                    added
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {users.data.users.map((account) => (
                  <tr key={account.name}>
                    <td>
                      <b>{account.name}</b>{' '}
                      {account.name === me.data?.name && <span className="sub">you</span>}
                    </td>
                    <td>
                      <Pill>{account.role}</Pill>
                    </td>
                    <td>{account.hasPassword ? 'set' : <Pill tone="deny">not set</Pill>}</td>
                    <td className="number">
                      {account.lastLogin ? <Ago at={Date.parse(account.lastLogin)} /> : 'never'}
                    </td>
                    <td className="number">
                      <Moment at={Date.parse(account.createdAt)} />
                    </td>
                    <td className="row-actions">
                      <Button look="quiet" onClick={() => setOpen({ kind: 'change', account })}>
                        Change
                      </Button>
                      <IconButton
                        icon="trash"
                        label={`Delete ${account.name}`}
                        onClick={() => setOpen({ kind: 'delete', account })}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : (
          <Loading lines={4} />
        )}
      </Panel>
      {open?.kind === 'add' && <UserDialog account={undefined} onClose={close} />}
      {open?.kind === 'change' && <UserDialog account={open.account} onClose={close} />}
      {open?.kind === 'delete' && <DeleteUser name={open.account.name} onClose={close} />}
    </div>
  );
}

function DeleteUser(props: { readonly name: string; readonly onClose: () => void }): ReactNode {
  const remove = useChange('deleteUser', ['users', 'tokens']);
  const { name, onClose } = props;
  return (
    <Confirm
      title={`Delete ${name}?`}
      action={`Delete ${name}`}
      isBusy={remove.isPending}
      error={asFailure(remove.error)}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { name },
          {
            onSuccess: () => {
              say(`${name} deleted`);
              onClose();
            },
          },
        )
      }
    >
      <p>
        Sessions, API tokens and the query history of {name} end at once. Saved queries and the
        entries of the audit log stay.
      </p>
    </Confirm>
  );
}
