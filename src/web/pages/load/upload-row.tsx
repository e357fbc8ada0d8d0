import type { ReactNode } from 'react';
import { formatBytes, formatCount, formatDuration, plural } from '#web/base/format.ts';
import { useRoute } from '#web/query/index.ts';
import { Icon, IconButton, Note, Num, Pill, Progress } from '#web/widgets/index.ts';
import { cancelUpload, isOpen, type Upload } from './uploads.ts';

function words(upload: Upload): string {
  if (upload.state === 'waiting') return 'Waiting';
  if (upload.state === 'sending')
    return `Sending, ${formatBytes(upload.sent)} of ${formatBytes(upload.sizeBytes)}`;
  if (upload.state === 'cancelled' || upload.job?.state === 'cancelled') return 'Cancelled';
  if (upload.state === 'failed' || upload.job?.state === 'failed') return 'Not loaded';
  const { job } = upload;
  if (!job || job.state === 'queued' || job.state === 'receiving')
    return 'Received, about to be read';
  if (job.state === 'running') return `Reading, ${plural(job.records, 'record')} so far`;
  const seconds = job.finishedAt ? Date.parse(job.finishedAt) - Date.parse(job.startedAt) : 0;
  return `Done in ${formatDuration(seconds)}`;
}

function Bars(props: { readonly upload: Upload }): ReactNode {
  const { upload } = props;
  const { job } = upload;
  if (upload.state === 'sending')
    return (
      <Progress
        value={upload.sent}
        of={upload.sizeBytes || null}
        label={`Sending ${upload.name}`}
      />
    );
  if (!isOpen(upload)) return null;
  return (
    <Progress
      value={job?.bytesDone ?? 0}
      of={job?.bytesTotal ?? (job ? upload.sizeBytes : null)}
      label={`Reading ${upload.name}`}
    />
  );
}

/** One file: how far it is, then what became of its records. */
export function UploadRow(props: { readonly upload: Upload }): ReactNode {
  const { upload } = props;
  const { job } = upload;
  const failure = upload.failure ?? job?.error ?? undefined;
  const isDone = job?.state === 'done';
  return (
    <li className="upload">
      <div className="upload-head">
        <Icon name="file" />
        <b className="upload-name" title={upload.name}>
          {upload.name}
        </b>
        {job?.format && <Pill title="Format, found by content">{job.format}</Pill>}
        <span className="sub">{formatBytes(upload.sizeBytes)}</span>
        <span className="grow" />
        <span className={failure ? 'field-error' : 'sub'} role="status">
          {words(upload)}
        </span>
        {(upload.state === 'waiting' || upload.state === 'sending') && (
          <IconButton
            icon="close"
            label={`Cancel ${upload.name}`}
            onClick={() => cancelUpload(upload.id)}
          />
        )}
      </div>
      <Bars upload={upload} />
      {failure && (
        <Note tone="bad">
          <p>{failure.message}</p>
          {failure.hint && <p className="sub">{failure.hint}</p>}
        </Note>
      )}
      {isDone && job && (
        <dl className="totals">
          <Total name="records" value={job.records} />
          <Total name="stored" value={job.stored} tone="ok" />
          <Total
            name="known already"
            value={job.known}
            hint="Read before, under this or another name; not stored twice"
          />
          <Total
            name="quarantined"
            value={job.quarantined}
            {...(job.quarantined > 0 ? { tone: 'bad' as const } : {})}
            hint="Could not be read; kept with the reason"
          />
        </dl>
      )}
      {isDone && job && job.quarantined > 0 && (
        <Reasons name={upload.name} count={job.quarantined} />
      )}
      {isDone && job && job.records > 0 && job.known === job.records && (
        <p className="sub">
          Every record of this file was loaded before, so nothing was stored twice.
        </p>
      )}
      {isDone && job?.records === 0 && (
        <Note tone="warn">
          The file is of a kind Weir reads, but it holds no records. If it is still being written,
          load it again later.
        </Note>
      )}
    </li>
  );
}

function Total(props: {
  readonly name: string;
  readonly value: number;
  readonly tone?: 'ok' | 'bad';
  readonly hint?: string;
}): ReactNode {
  return (
    <div title={props.hint} className={props.value > 0 ? (props.tone ?? '') : 'none'}>
      <dt>{props.name}</dt>
      <dd>
        <Num value={props.value} unit="records" />
      </dd>
    </div>
  );
}

const MOST_SAMPLES = 3;

/** Why records were not stored, by reason, with a few of them. */
function Reasons(props: { readonly name: string; readonly count: number }): ReactNode {
  const answer = useRoute('quarantine', { limit: 1000 });
  const mine =
    answer.data?.records.filter(
      (r) => r.object === props.name || r.object.endsWith(`/${props.name}`),
    ) ?? [];
  const reasons = new Map(
    mine.map((r) => [r.meaning, mine.filter((other) => other.meaning === r.meaning)]),
  );
  return (
    <details className="reasons" open>
      <summary>Why {plural(props.count, 'record was', 'records were')} not stored</summary>
      <ul>
        {[...reasons].map(([meaning, records]) => (
          <li key={meaning}>
            <p>
              {meaning} <span className="sub">({formatCount(records.length)} kept as samples)</span>
            </p>
            {records.slice(0, MOST_SAMPLES).map((record) => (
              <p key={record.offset} className="sub">
                at byte {formatCount(record.offset)}: {record.detail}{' '}
                <code className="mono">{record.excerpt.slice(0, 120)}</code>
              </p>
            ))}
          </li>
        ))}
        {answer.data && mine.length === 0 && (
          <li className="sub">
            The samples have been replaced by newer ones; Sources shows the counts by reason.
          </li>
        )}
      </ul>
    </details>
  );
}
