import { type FormEvent, type ReactNode, useState } from 'react';
import { hasRole, type Role } from '#core/contract/index.ts';
import { ROLE_CHOICES, roleMeaning } from '#web/base/roles.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, copyText, Dialog, Failed, Field, Note, Select } from '#web/widgets/index.ts';

const LIVES = [
  { value: '30', text: '30 days' },
  { value: '90', text: '90 days' },
  { value: '365', text: 'a year' },
  { value: 'never', text: 'until it is revoked' },
] as const;

/** Makes a token of at most one's own role, and shows its secret once. */
export function NewToken(props: { readonly mine: Role; readonly onClose: () => void }): ReactNode {
  const create = useChange('createToken', ['tokens']);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [life, setLife] = useState<(typeof LIVES)[number]['value']>('90');
  const error = asFailure(create.error);
  if (create.data)
    return (
      <Secret name={create.data.token.name} secret={create.data.secret} onClose={props.onClose} />
    );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, role, ...(life === 'never' ? {} : { expiresInDays: Number(life) }) });
  };
  return (
    <Dialog title="New token" onClose={props.onClose}>
      <form className="dialog-form" onSubmit={onSubmit}>
        {error && <Failed error={error} />}
        <Field
          label="Name"
          required
          autoFocus
          value={name}
          hint="What will use it; the audit log names it."
          onChange={(e) => setName(e.target.value)}
        />
        <Select
          label="Role"
          value={role}
          choices={ROLE_CHOICES.filter((choice) => hasRole(props.mine, choice.value))}
          hint={roleMeaning(role)}
          onChange={setRole}
        />
        <Select label="Valid for" value={life} choices={LIVES} onChange={setLife} />
        <div className="dialog-actions">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={name.trim() === '' || create.isPending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Secret(props: {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}): ReactNode {
  const example = [
    `curl -H 'Authorization: Bearer ${props.secret}' \\`,
    `  --json '{"query":"Flows | count"}' ${location.origin}/api/v1/query`,
  ].join('\n');
  return (
    <Dialog title={`The token ${props.name}`} look="wide" onClose={props.onClose}>
      <Note tone="warn">
        <p>Copy it now. It is shown this once; Weir keeps only its hash.</p>
      </Note>
      <pre className="secret mono">{props.secret}</pre>
      <div className="dialog-actions">
        <Button look="main" icon="copy" onClick={() => void copyText(props.secret, 'Token')}>
          Copy the token
        </Button>
      </div>
      <h2>To try it</h2>
      <pre className="secret mono">{example}</pre>
      <div className="dialog-actions">
        <Button icon="copy" onClick={() => void copyText(example, 'Command')}>
          Copy the command
        </Button>
        <Button onClick={props.onClose}>Done</Button>
      </div>
    </Dialog>
  );
}
