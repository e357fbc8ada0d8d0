import { type FormEvent, type ReactNode, useState } from 'react';
import { type RequestFailed, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, say } from '#web/widgets/index.ts';

/** `Denied by rule, last day` → `denied-by-rule-last-day`. */
const idOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64) || 'query';

export function SaveDialog(props: {
  readonly query: string;
  readonly onClose: () => void;
}): ReactNode {
  const save = useChange('saveQuery', ['savedQueries']);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { id: idOf(name), name, description, query: props.query },
      {
        onSuccess: () => {
          say(`${name} saved`);
          props.onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Save this query" onClose={props.onClose}>
      <form className="dialog-form" onSubmit={onSubmit}>
        {save.error && <Failed error={save.error as RequestFailed} />}
        <Field
          label="Name"
          required
          value={name}
          hint="A query that is saved under the same name is replaced."
          onChange={(e) => setName(e.target.value)}
        />
        <Field
          label="What it answers"
          value={description}
          onChange={(e) => setDescription(e.target.value)}
        />
        <div className="dialog-actions">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={name.trim() === '' || save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
