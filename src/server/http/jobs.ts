import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { tooLarge } from './body.ts';
import type { Log } from './log.ts';

/** What is known while something is loaded, and at its end. */
export interface IngestProgress {
  readonly format: string | null;
  /** Of what is to be read, as it lies on the disk; null when that cannot be told. */
  readonly bytesTotal: number | null;
  readonly bytesDone: number;
  readonly records: number;
  readonly stored: number;
  readonly known: number;
  readonly quarantined: number;
}

export interface IngestRequest {
  /** Files and folders, absolute. */
  readonly paths: readonly string[];
  /** What an uploaded file is called, in place of its path; undefined for paths that keep their names. */
  readonly name: string | undefined;
  readonly format: string | undefined;
}

/**
 * Reads everything into the store; resolves when it is committed. Rejects with an Error whose message is a sentence for
 * people; `advice`, where there is one, says what to do next.
 */
export type Ingest = (
  request: IngestRequest,
  onProgress: (progress: IngestProgress) => void,
  signal: AbortSignal,
) => Promise<IngestProgress>;

export interface Jobs {
  /** Newest first. */
  list(): readonly Job[];
  find(id: string): Job | undefined;
  /** Writes the body to disk, then loads it; resolves when it is received. Throws Refused, or what the body throws. */
  receive(
    upload: { name: string; format: string | undefined; by: string; sizeBytes: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<Job>;
  /** Loads what lies on this machine. */
  ingestPaths(what: { paths: readonly string[]; format: string | undefined; by: string }): Job;
  /** Takes nothing more; ends what runs and resolves when it has ended. */
  stop(): Promise<void>;
}

export interface JobsDeps {
  /** Folder for bodies on their way, e.g. DATA/tmp/uploads. */
  readonly folder: string;
  /** Most bytes of one upload. */
  readonly limitBytes: number;
  /** Bytes of the disk that an upload leaves free. */
  readonly minFreeBytes: number;
  readonly ingest: Ingest;
  readonly now: () => number;
  readonly log: Log;
  readonly onChange: (job: Job) => void;
}

const KEPT = 200;
const UPLOADS = 8;
/** Progress is told at most this often. */
const TELL_MS = 250;
const CHECK_DISK_BYTES = 64 * 2 ** 20;

/** Keeps the latest 200 jobs in memory; loads one after the other, in the order in which they were received. */
export function createJobs(deps: JobsDeps): Jobs {
  const { now, log } = deps;
  const jobs = new Map<string, Job>();
  const told = new Map<string, number>();
  const stopping = new AbortController();
  let receiving = 0;
  let tail: Promise<void> = Promise.resolve();

  function put(job: Job, isStep: boolean): Job {
    jobs.set(job.id, job);
    const at = now();
    if (isStep || at - (told.get(job.id) ?? 0) >= TELL_MS) {
      told.set(job.id, at);
      deps.onChange(job);
    }
    if (job.finishedAt !== null) told.delete(job.id);
    return job;
  }

  function change(id: string, more: Partial<Job>, isStep = true): Job {
    const job = jobs.get(id);
    if (!job) throw new Error(`job ${id} is gone`);
    return put({ ...job, ...more }, isStep);
  }

  function add(name: string, by: string, state: Job['state'], more: Partial<Job>): Job {
    if (stopping.signal.aborted) throw stopped();
    for (const job of jobs.values()) {
      if (jobs.size < KEPT) break;
      if (job.finishedAt !== null) jobs.delete(job.id);
    }
    if (jobs.size >= KEPT)
      throw new Refused('too-many', `${KEPT} loads are waiting.`, {
        hint: 'Wait for some to end; a folder of many files is better loaded with `weir ingest`.',
        retryAfter: 30,
      });
    const empty = {
      format: null,
      bytesTotal: null,
      bytesDone: 0,
      records: 0,
      stored: 0,
      known: 0,
      quarantined: 0,
    };
    const startedAt = new Date(now()).toISOString();
    return put(
      {
        id: randomUUID(),
        name,
        by,
        state,
        startedAt,
        finishedAt: null,
        error: null,
        ...empty,
        ...more,
      },
      true,
    );
  }

  function fail(id: string, error: unknown): void {
    const isCancelled = stopping.signal.aborted;
    if (!isCancelled) log.warn('a load failed', { job: id, error });
    change(id, {
      state: isCancelled ? 'cancelled' : 'failed',
      finishedAt: new Date(now()).toISOString(),
      error: isCancelled
        ? {
            message: 'Weir was stopped.',
            hint: 'Load the file again: what was stored of it is known.',
          }
        : sentenceOf(error),
    });
  }

  function enqueue(id: string, request: IngestRequest, cleanUp: () => Promise<void>): void {
    tail = tail.then(async () => {
      let settle: () => void;
      try {
        stopping.signal.throwIfAborted();
        change(id, { state: 'running' });
        const progress = (p: IngestProgress) => void change(id, p, false);
        const total = await deps.ingest(request, progress, stopping.signal);
        const finishedAt = new Date(now()).toISOString();
        settle = () => void change(id, { ...total, state: 'done', finishedAt });
      } catch (error) {
        settle = () => fail(id, error);
      }
      await cleanUp();
      settle();
    });
  }

  const removeFile = async (path: string) => {
    await rm(path, { force: true }).catch((error: unknown) =>
      log.warn('an upload could not be removed', { path, error }),
    );
  };

  return {
    list: () => [...jobs.values()].reverse(),
    find: (id) => jobs.get(id),
    async receive({ name, format, by, sizeBytes }, body) {
      if (sizeBytes !== null && sizeBytes > deps.limitBytes) throw tooLarge(deps.limitBytes);
      if (receiving >= UPLOADS)
        throw new Refused('too-many', `${UPLOADS} files are being received already.`, {
          retryAfter: 5,
        });
      const job = add(printableName(name), by, 'receiving', {
        bytesTotal: sizeBytes,
        format: format ?? null,
      });
      const path = join(deps.folder, job.id);
      receiving++;
      try {
        await mkdir(deps.folder, { recursive: true, mode: 0o700 });
        await needRoom(deps, sizeBytes ?? 0);
        const size = await writeBody(
          path,
          body,
          deps,
          stopping.signal,
          (bytesDone) => void change(job.id, { bytesDone }, false),
        );
        change(job.id, { state: 'queued', bytesTotal: size, bytesDone: 0 });
      } catch (error) {
        await removeFile(path);
        fail(job.id, error);
        throw isNoSpace(error) ? noRoom() : error;
      } finally {
        receiving--;
      }
      enqueue(job.id, { paths: [path], name: job.name, format }, () => removeFile(path));
      return job;
    },
    ingestPaths({ paths, format, by }) {
      const name =
        paths.length === 1 ? (paths[0] ?? '') : `${paths[0]} and ${paths.length - 1} more`;
      const job = add(printableName(name), by, 'queued', { format: format ?? null });
      enqueue(job.id, { paths, name: undefined, format }, async () => {});
      return job;
    },
    async stop() {
      stopping.abort(stopped());
      await tail;
    },
  };
}

async function writeBody(
  path: string,
  body: AsyncIterable<Uint8Array>,
  deps: JobsDeps,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<number> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  let size = 0;
  let checked = 0;
  try {
    for await (const chunk of body) {
      signal.throwIfAborted();
      size += chunk.byteLength;
      if (size > deps.limitBytes) throw tooLarge(deps.limitBytes);
      for (let done = 0; done < chunk.byteLength; )
        done += (await file.write(chunk, done, chunk.byteLength - done)).bytesWritten;
      if (size - checked >= CHECK_DISK_BYTES) {
        checked = size;
        await needRoom(deps, 0);
      }
      onBytes(size);
    }
  } finally {
    await file.close();
  }
  if (size === 0)
    throw new Refused('bad-request', 'The file is empty.', {
      hint: 'Choose a file that holds flow logs.',
    });
  return size;
}

async function needRoom({ folder, minFreeBytes }: JobsDeps, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize - bytes < minFreeBytes) throw noRoom();
}

function noRoom(): Refused {
  return new Refused('disk-full', 'There is not enough room on the disk for this file.', {
    hint: 'Free some room, or read the file from where it lies with `weir ingest PATH`.',
  });
}

const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

function stopped(): Refused {
  return new Refused('unavailable', 'Weir is stopping.', { hint: 'Try again when it is back.' });
}

function sentenceOf(error: unknown): { message: string; hint?: string } {
  if (!(error instanceof Error))
    return { message: 'Loading failed.', hint: 'The log of the server says why.' };
  const hint =
    error instanceof Refused
      ? error.hint
      : 'advice' in error && typeof error.advice === 'string' && error.advice !== ''
        ? error.advice
        : undefined;
  return { message: error.message, ...(hint === undefined ? {} : { hint }) };
}

/** A name for people: no control characters, which could also end up in a terminal. */
function printableName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�').slice(0, 500);
}
