import { fork } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Merge } from './compaction.ts';
import type { MergeLimits } from './merge.ts';
import type { Segment, SegmentDraft } from './store.ts';

/** What merge-child.ts is asked to do. */
export interface MergeOrder {
  readonly segments: readonly Segment[];
  readonly sortBy: readonly string[];
  readonly limits: MergeLimits;
  /** Its intermediate files are named after this one. */
  readonly target: string;
}

export type MergeReply =
  | { readonly drafts: readonly SegmentDraft[] }
  | { readonly failure: string };

const CHILD = join(import.meta.dirname, 'merge-child.ts');

/** The merge of merge.ts, each in a process of its own that runs behind everything else. */
export function mergeInProcess(limits: MergeLimits = {}): Merge {
  return async (segments, { sortBy, temporaryFile, signal }) => {
    const target = temporaryFile();
    try {
      const reply = await ask({ segments, sortBy, limits, target }, signal);
      if ('drafts' in reply) return reply.drafts;
      throw new Error(`merging ${segments.length} segments failed: ${reply.failure}`);
    } catch (error) {
      const folder = dirname(target);
      for (const name of await readdir(folder))
        if (name.startsWith(basename(target)))
          await rm(join(folder, name), { recursive: true, force: true });
      throw error;
    }
  };
}

function ask(order: MergeOrder, signal: AbortSignal | undefined): Promise<MergeReply> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      ...(signal && { signal, killSignal: 'SIGKILL' }),
    });
    let reply: MergeReply | undefined;
    let failure: Error | undefined;
    child.once('message', (message: MergeReply) => {
      reply = message;
    });
    child.once('error', (error) => {
      failure = error;
      // One that never ran never closes; one that was aborted may still write until it has.
      if (child.pid === undefined) reject(error);
    });
    child.once('close', (code, killedBy) => {
      if (reply) resolve(reply);
      else reject(failure ?? new Error(`the merging process ended early (${killedBy ?? code})`));
    });
    child.send(order, () => {});
  });
}
