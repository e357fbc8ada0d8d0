import { type FormEvent, type ReactNode, useState } from 'react';
import type { Account, Role } from '#core/contract/index.ts';
import { ROLE_CHOICES, roleMeaning } from '#web/base/roles.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, copyText, Dialog, Failed, Field, Select, say } from '#web/widgets/index.ts';

const SHORTEST = 12;
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 20 letters in groups of five: 100 bits, to be read out and typed. */
function makePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const letters = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.replace(/(.{5})(?=.)/g, '$1-');
}

/** Adds a person, or changes the role or password of one. */
export function UserDialog(props: {
  readonly account: Account | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const { account, onClose } = props;
  const create = useChange('createUser', ['users']);
  const update = useChange('updateUser', ['users']);
  const [name, setName] = useState(account?.name ?? '');
  const [role, setRole] = useState<Role>(account?.role ?? 'viewer');
  const [password, setPassword] = useState('');
  const [isMade, setMade] = useState(false);
  const isShort = password !== '' && password.length < SHORTEST;
  const isReady = account
    ? !isShort && (password !== '' || role !== account.role)
    : name !== '' && password.length >= SHORTEST;
  const error = asFailure(account ? update.error : create.error);

  const done = (said: string) => ({
    onSuccess: () => {
      say(said);
      onClose();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    if (account)
      update.mutate(
        { name: account.name, role, ...(password === '' ? {} : { password }) },
        done(`${account.name} changed`),
      );
    else create.mutate({ name, role, password }, done(`${name} added`));
  };
  const make = () => {
    setPassword(makePassword());
    setMade(true);
  };
  return (
    <Dialog title={account ? `Change ${account.name}` : 'Add a person'} onClose={onClose}>
      <form className="dialog-form" onSubmit={onSubmit} autoComplete="off">
        {error && <Failed error={error} />}
        {!account && (
          <Field
            label="Name"
            required
            autoFocus
            autoComplete="off"
            value={name}
            hint="What they log in with: small letters, digits and . _ @ -"
            onChange={(e) => setName(e.target.value.toLowerCase())}
          />
        )}
        <Select
          label="Role"
          value={role}
          choices={ROLE_CHOICES}
          hint={roleMeaning(role)}
          onChange={setRole}
        />
        <Field
          label={account ? 'New password' : 'Password'}
          type={isMade ? 'text' : 'password'}
          autoComplete="new-password"
          required={!account}
          value={password}
          hint={
            isMade
              ? 'Hand it over now: it is not shown again.'
              : account
                ? 'Left empty, the old one stays. Either way their sessions end.'
                : 'At least 12 characters. They can change it once they are in.'
          }
          error={isShort ? `${SHORTEST - password.length} more characters` : undefined}
          onChange={(e) => setPassword(e.target.value)}
        />
        <div className="dialog-actions">
          <Button look="quiet" icon="key" onClick={make}>
            Make one up
          </Button>
          {isMade && (
            <Button look="quiet" icon="copy" onClick={() => void copyText(password, 'Password')}>
              Copy it
            </Button>
          )}
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="main"
            disabled={!isReady || create.isPending || update.isPending}
          >
            {account ? 'Change' : 'Add'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
