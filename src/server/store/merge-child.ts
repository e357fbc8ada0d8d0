/*
 * A process that does one merge and ends, so that the memory of a sort never stays in the server and a sort that goes
 * wrong never takes ingestion down with it. Started by merge-process.ts, which hands the work over as a message.
 */
import { constants, setPriority } from 'node:os';
import { duckdbMerge } from './merge.ts';
import type { MergeOrder, MergeReply } from './merge-process.ts';

// Nobody waits for a merge; queries and ingestion go first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
// The server is gone, and with it whoever would take the result.
process.once('disconnect', () => process.exit(1));
process.once('message', async (order: MergeOrder) => {
  const reply = await run(order);
  process.send?.(reply, () => process.disconnect());
});

async function run({ segments, sortBy, limits, target }: MergeOrder): Promise<MergeReply> {
  let files = 0;
  const temporaryFile = () => (files++ === 0 ? target : `${target}-${files}`);
  try {
    return { drafts: await duckdbMerge(limits)(segments, { sortBy, temporaryFile }) };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return { failure: cause instanceof Error ? cause.message : String(error) };
  }
}
