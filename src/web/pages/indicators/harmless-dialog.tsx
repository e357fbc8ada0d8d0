import { type FormEvent, type ReactNode, useState } from 'react';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, say } from '#web/widgets/index.ts';

/** Declares a value harmless, whatever feeds say. */
export function HarmlessDialog(props: {
  readonly value: string;
  readonly onClose: () => void;
}): ReactNode {
  const { value, onClose } = props;
  const declare = useChange('declareHarmless', ['intel', 'sightings']);
  const [why, setWhy] = useState('');
  const failure = asFailure(declare.error);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    declare.mutate(
      { value, why },
      {
        onSuccess: () => {
          say(`${value} is not looked for any more`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={`Is ${value} harmless?`} onClose={onClose}>
      <form className="dialog-form" onSubmit={onSubmit}>
        {failure && <Failed error={failure} />}
        <p>
          From now on no feed makes it an indicator. It stands on this page under Feeds, where it
          can be taken back.
        </p>
        <Field
          label="Why"
          required
          value={why}
          hint="For whoever asks later: our CDN, a partner, a sensor of ours."
          onChange={(e) => setWhy(e.target.value)}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={why.trim() === '' || declare.isPending}>
            Harmless
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
