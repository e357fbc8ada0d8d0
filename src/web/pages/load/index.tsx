import './load.css';
import { type DragEvent, type ReactNode, useRef, useState, useSyncExternalStore } from 'react';
import { formatCount, plural } from '#web/base/format.ts';
import { kqlString } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import {
  dataExtent,
  lastStretch,
  toMillis,
  useKql,
  useRoute,
  useSelection,
} from '#web/query/index.ts';
import { Button, Icon, Note } from '#web/widgets/index.ts';
import { filesOfDrop, filesOfInput } from './dropped.ts';
import { UploadRow } from './upload-row.tsx';
import {
  addFiles,
  clearFinished,
  isOpen,
  readUploads,
  type Upload,
  watchUploads,
} from './uploads.ts';

const ACCEPTED = [
  ['Azure VNet flow logs', 'PT1H.json as Network Watcher writes them, version 4'],
  ['Azure NSG flow logs', 'PT1H.json, versions 1 and 2'],
  [
    'AWS VPC flow logs',
    'text with any field list, Parquet, from CloudWatch or Firehose, versions 2 to 8',
  ],
  ['GCP VPC flow logs', 'exported LogEntry JSON, as an array or one to a line'],
] as const;

export default function Load(): ReactNode {
  const uploads = useSyncExternalStore(watchUploads, readUploads);
  return (
    <div className="page load">
      <DropZone isSmall={uploads.length > 0} />
      {uploads.length > 0 && <Progressing uploads={uploads} />}
    </div>
  );
}

function DropZone(props: { readonly isSmall: boolean }): ReactNode {
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const onDrop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    addFiles(await filesOfDrop(event.dataTransfer));
  };
  return (
    <section
      className={`drop${isOver ? ' over' : ''}${props.isSmall ? ' small' : ''}`}
      aria-label="Drop files here"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void onDrop(event)}
    >
      <Icon name="load" size={props.isSmall ? 18 : 26} />
      <p className="drop-title">Drop flow logs here, files or whole folders</p>
      <p className="drop-actions">
        <Button look="main" onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button onClick={() => folder.current?.click()}>Choose a folder</Button>
      </p>
      <input
        ref={files}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Files to load"
        onChange={(event) => {
          addFiles(filesOfInput(event.target.files));
          event.target.value = '';
        }}
      />
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Folder to load"
        onChange={(event) => {
          addFiles(filesOfInput(event.target.files));
          event.target.value = '';
        }}
      />
      {!props.isSmall && (
        <>
          <ul className="accepted" aria-label="What Weir reads">
            {ACCEPTED.map(([name, detail]) => (
              <li key={name}>
                <b>{name}</b> <span className="sub">{detail}</span>
              </li>
            ))}
          </ul>
          <p className="sub">
            Plain, or compressed with gzip or zstd. The kind is recognised by content, whatever a
            file is called, and what was loaded before is not stored twice. From a terminal:{' '}
            <code className="mono">./weir ingest PATH…</code>
          </p>
        </>
      )}
    </section>
  );
}

function Progressing(props: { readonly uploads: readonly Upload[] }): ReactNode {
  const { uploads } = props;
  const open = uploads.filter(isOpen);
  const sum = (pick: (job: NonNullable<Upload['job']>) => number) =>
    uploads.reduce((total, u) => total + (u.job ? pick(u.job) : 0), 0);
  const failed = uploads.filter((u) => u.state === 'failed' || u.job?.state === 'failed').length;
  const done = uploads.filter((u) => u.job?.state === 'done');
  return (
    <>
      <div className="load-sum">
        <p role="status">
          <b>
            {open.length > 0
              ? `Loading ${plural(open.length, 'file')}`
              : `${plural(done.length, 'file')} loaded${failed > 0 ? `, ${formatCount(failed)} not` : ''}`}
          </b>
          {' · '}
          {plural(
            sum((j) => j.records),
            'record',
          )}
          , {formatCount(sum((j) => j.stored))} stored, {formatCount(sum((j) => j.known))} known
          already, {formatCount(sum((j) => j.quarantined))} quarantined
        </p>
        <span className="grow" />
        {open.length === 0 && (
          <Button look="quiet" onClick={clearFinished}>
            Clear the list
          </Button>
        )}
      </div>
      {open.length === 0 && done.length > 0 && <NextStep done={done} />}
      <ul className="uploads" aria-label="Files">
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </>
  );
}

/** Leads to the time that the loaded data covers; to all data where the files held nothing new. */
function NextStep(props: { readonly done: readonly Upload[] }): ReactNode {
  const { selection } = useSelection();
  const names = props.done.map((u) => kqlString(u.name)).slice(0, 200);
  const answer = useKql(
    `Flows\n| where SourceObject in (${names.join(', ')})\n| summarize From = min(TimeGenerated), To = max(TimeGenerated)`,
  );
  const status = useRoute('status', {});
  const [row] = answer.data?.rows ?? [];
  const from = toMillis(row?.[0]);
  const to = toMillis(row?.[1]);
  const data =
    from !== null && to !== null
      ? { from, to: Math.floor(to / 60_000) * 60_000 + 60_000 }
      : dataExtent(status.data);
  if (!data) return null;
  const href = `/${printSelection({ ...selection, range: lastStretch(data), filters: {} })}`;
  return (
    <Note tone="ok">
      <p>
        The data is in and can be queried.{' '}
        <Link href={href} className="next-step">
          See this traffic
        </Link>
      </p>
    </Note>
  );
}
