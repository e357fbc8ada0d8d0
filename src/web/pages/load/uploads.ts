import type { Job } from '#core/contract/index.ts';
import { call, onLive, RequestFailed, upload } from '#web/query/index.ts';

/** One file on its way in: first sent, then decoded by the server, which tells of it as a job. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sent: number;
  readonly state: 'waiting' | 'sending' | 'sent' | 'failed' | 'cancelled';
  readonly job: Job | undefined;
  readonly failure: { readonly message: string; readonly hint?: string | undefined } | undefined;
}

interface Entry {
  upload: Upload;
  readonly file: File;
  readonly abort: AbortController;
  jobId: string | undefined;
}

/** As many at a time as keep both the network and the decoder busy. */
const AT_ONCE = 2;
const POLL_MS = 1500;

// Outlives the page component, so that going elsewhere and coming back loses nothing.
const entries: Entry[] = [];
const watchers = new Set<() => void>();
let shown: readonly Upload[] = [];
let nextId = 1;
let poll: ReturnType<typeof setInterval> | undefined;

const FINAL: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/** True while something is still to happen to it. */
export const isOpen = (u: Upload): boolean =>
  u.state === 'waiting' ||
  u.state === 'sending' ||
  (u.state === 'sent' && !FINAL.has(u.job?.state ?? ''));

function change(entry: Entry, part: Partial<Upload>): void {
  entry.upload = { ...entry.upload, ...part };
  shown = entries.map((e) => e.upload);
  for (const watcher of watchers) watcher();
}

function takeJob(job: Job): void {
  const entry = entries.find((e) => e.jobId === job.id);
  if (entry && !FINAL.has(entry.upload.job?.state ?? '')) change(entry, { job });
}

/** Events may be lost while the connection is; asking now and then cannot be. */
async function ask(): Promise<void> {
  const open = entries.filter((e) => e.jobId !== undefined && isOpen(e.upload));
  if (open.length === 0) {
    clearInterval(poll);
    poll = undefined;
    return;
  }
  try {
    const { jobs } = await call('jobs', {});
    for (const job of jobs) takeJob(job);
  } catch (error) {
    // The server is away for the moment: the next round asks again.
    if (!(error instanceof RequestFailed)) throw error;
  }
}

onLive((event) => event.type === 'job' && takeJob(event.job));

async function sendOne(entry: Entry): Promise<void> {
  change(entry, { state: 'sending' });
  try {
    const { file } = entry;
    entry.jobId = await upload(
      file,
      entry.upload.name,
      ({ sent }) => change(entry, { sent: Math.min(sent, file.size) }),
      entry.abort.signal,
    );
    change(entry, { state: 'sent', sent: file.size });
    poll ??= setInterval(() => void ask(), POLL_MS);
    void ask();
  } catch (error) {
    if (entry.abort.signal.aborted) change(entry, { state: 'cancelled' });
    else
      change(entry, {
        state: 'failed',
        failure: error instanceof RequestFailed ? error.detail : { message: String(error) },
      });
  }
  sendNext();
}

function sendNext(): void {
  const sending = entries.filter((e) => e.upload.state === 'sending').length;
  for (const entry of entries
    .filter((e) => e.upload.state === 'waiting')
    .slice(0, AT_ONCE - sending))
    void sendOne(entry);
}

/** Begins to send files; `path` is the name within the dropped folder. */
export function addFiles(files: readonly { readonly file: File; readonly path: string }[]): void {
  for (const { file, path } of files) {
    const fresh: Upload = {
      id: nextId++,
      name: path,
      sizeBytes: file.size,
      sent: 0,
      state: 'waiting',
      job: undefined,
      failure: undefined,
    };
    entries.push({ upload: fresh, file, abort: new AbortController(), jobId: undefined });
  }
  shown = entries.map((e) => e.upload);
  for (const watcher of watchers) watcher();
  sendNext();
}

export function cancelUpload(id: number): void {
  const entry = entries.find((e) => e.upload.id === id);
  if (!entry) return;
  entry.abort.abort();
  if (entry.upload.state === 'waiting') change(entry, { state: 'cancelled' });
}

/** Takes what is finished off the list. */
export function clearFinished(): void {
  for (let i = entries.length - 1; i >= 0; i--)
    if (!isOpen(entries[i]!.upload)) entries.splice(i, 1);
  shown = entries.map((e) => e.upload);
  for (const watcher of watchers) watcher();
}

export const readUploads = (): readonly Upload[] => shown;

export function watchUploads(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
