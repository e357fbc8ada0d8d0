import { type FormEvent, type ReactNode, useState } from 'react';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, Select, say } from '#web/widgets/index.ts';
import { ROLE_WORDS } from './words.ts';

/** Adds a value by hand. */
export function AddDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const add = useChange('addIndicator', ['intel', 'query', 'sightings']);
  const [value, setValue] = useState('');
  const [role, setRole] = useState('c2');
  const [confidence, setConfidence] = useState('90');
  const [description, setDescription] = useState('');
  const failure = asFailure(add.error);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { value: value.trim(), role, confidence: Number(confidence), description },
      {
        onSuccess: ({ value: written }) => {
          say(`${written} is looked for`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Add indicator" onClose={onClose}>
      <form className="dialog-form" onSubmit={onSubmit}>
        {failure && <Failed error={failure} />}
        <Field
          label="Value"
          required
          value={value}
          hint="203.0.113.7, 203.0.113.7:443, 203.0.113.0/24, evil.example, *.evil.example, a URL or a hash"
          onChange={(e) => setValue(e.target.value)}
        />
        <Select
          label="What it is"
          value={role}
          choices={Object.entries(ROLE_WORDS).map(([key, text]) => ({ value: key, text }))}
          onChange={setRole}
        />
        <Field
          label="Confidence"
          type="number"
          min={0}
          max={100}
          required
          value={confidence}
          hint="0 to 100: how sure you are that it is bad."
          onChange={(e) => setConfidence(e.target.value)}
        />
        <Field
          label="Why"
          value={description}
          hint="Who told you, or where it was seen."
          onChange={(e) => setDescription(e.target.value)}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={value.trim() === '' || add.isPending}>
            {add.isPending ? 'Adding …' : 'Add'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
