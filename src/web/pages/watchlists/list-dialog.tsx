import { type FormEvent, type ReactNode, useState } from 'react';
import type { Watchlist } from '#core/contract/index.ts';
import { formatBytes } from '#web/base/format.ts';
import { RequestFailed, refresh, sendFile } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, say } from '#web/widgets/index.ts';

/** `Known scanners.csv` → `Known-scanners`. */
const aliasOf = (name: string): string =>
  name
    .replace(/\.csv$/i, '')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);

/** Uploads a CSV under a new alias, or in place of a list. */
export function ListDialog(props: {
  readonly list: Watchlist | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const { list, onClose } = props;
  const [file, setFile] = useState<File>();
  const [alias, setAlias] = useState(list?.alias ?? '');
  const [searchKey, setSearchKey] = useState(list?.searchKey ?? '');
  const [description, setDescription] = useState(list?.description ?? '');
  const [error, setError] = useState<RequestFailed>();
  const [isBusy, setBusy] = useState(false);

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    setBusy(true);
    setError(undefined);
    try {
      await sendFile(
        'putWatchlist',
        {
          alias,
          ...(searchKey.trim() === '' ? {} : { searchKey: searchKey.trim() }),
          ...(description.trim() === '' ? {} : { description: description.trim() }),
        },
        file,
      );
      refresh('watchlists');
      say(`${alias} ${list ? 'replaced' : 'saved'}`);
      onClose();
    } catch (failure) {
      if (!(failure instanceof RequestFailed)) throw failure;
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title={list ? `Replace ${list.alias}` : 'New watchlist'} onClose={onClose}>
      <form className="dialog-form" onSubmit={(event) => void onSubmit(event)}>
        {error && <Failed error={error} />}
        <Field
          label="CSV file"
          type="file"
          accept=".csv,text/csv,text/plain"
          required
          hint={file ? formatBytes(file.size) : 'Its first line names the columns.'}
          onChange={(e) => {
            const chosen = e.target.files?.[0];
            setFile(chosen);
            if (chosen && alias === '') setAlias(aliasOf(chosen.name));
          }}
        />
        {!list && (
          <Field
            label="Alias"
            required
            value={alias}
            hint="What queries call it: letters, digits, _ and -"
            onChange={(e) => setAlias(e.target.value)}
          />
        )}
        <Field
          label="Key column"
          value={searchKey}
          hint="What queries see as SearchKey; the first column when left empty."
          onChange={(e) => setSearchKey(e.target.value)}
        />
        <Field
          label="What it lists"
          value={description}
          onChange={(e) => setDescription(e.target.value)}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={!file || alias === '' || isBusy}>
            {isBusy ? 'Uploading …' : list ? 'Replace' : 'Upload'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
