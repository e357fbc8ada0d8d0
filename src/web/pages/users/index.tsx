import { type ReactNode, useState } from 'react';
import type { Account } from '#core/contract/index.ts';
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
  const columns: readonly RowColumn<Account>[] = [
    {
      head: 'name',
      kind: 'words',
      render: ({ name }) => (
        <>
          <b>{name}</b> {name === me.data?.name && <span className="sub">you</span>}
        </>
      ),
    },
    { head: 'role', kind: 'words', render: (account) => <Pill>{account.role}</Pill> },
    {
      head: 'password',
      kind: 'words',
      render: (account) => (account.hasPassword ? 'set' : <Pill tone="deny">not set</Pill>),
    },
    {
      head: 'last login',
      kind: 'number',
      render: ({ lastLogin }) => (lastLogin ? <Ago at={Date.parse(lastLogin)} /> : 'never'),
    },
    {
      head: 'added',
      kind: 'number',
      render: (account) => <Moment at={Date.parse(account.createdAt)} />,
    },
    {
      head: 'actions',
      kind: 'row-actions',
      render: (account) => (
        <>
          <Button look="quiet" onClick={() => setOpen({ kind: 'change', account })}>
            Change
          </Button>
          <IconButton
            icon="trash"
            label={`Delete ${account.name}`}
            onClick={() => setOpen({ kind: 'delete', account })}
          />
        </>
      ),
    },
  ];
  return (
    <div className="page">
      <Listing
        title="People"
        unit="who may log in, as what"
        actions={
          <Button look="main" icon="plus" onClick={() => setOpen({ kind: 'add' })}>
            Add a person
          </Button>
        }
        rows={users.data?.users}
        error={users.error}
        onRetry={users.retry}
        keyOf={(account) => account.name}
        columns={columns}
        empty={<Empty title="Nobody may log in." />}
      />
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
