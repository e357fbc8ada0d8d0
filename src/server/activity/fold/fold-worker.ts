import { parentPort } from 'node:worker_threads';
import { Fold } from './fold.ts';
import type { FoldAnswer, FoldRequest } from './fold-thread.ts';
import type { Folded } from './folded.ts';
import { Rows } from './rows.ts';

/** Stays from job to job while it has room. */
let job: { readonly fold: Fold; readonly rows: Rows } | undefined;

/** Only the rows that there are, in arrays of their own, which can be handed over. */
const cut = ({ rows, columns }: Folded): Folded => ({
  rows,
  columns: columns.map((column) => column.slice(0, rows)),
});

function send(answer: FoldAnswer, tables: readonly Folded[] = []): void {
  const arrays = tables.flatMap(({ columns }) =>
    columns.flatMap((column) => ('buffer' in column ? [column.buffer as ArrayBuffer] : [])),
  );
  parentPort?.postMessage(answer, arrays);
}

parentPort?.on('message', (request: FoldRequest) => {
  if (request.kind === 'open') {
    const { input, memory } = request;
    if (memory) job = { fold: new Fold(input), rows: new Rows(input.rows, input.hasMore, memory) };
    else job?.fold.reset(input.base);
    return;
  }
  if (!job) throw new Error('no job is open');
  const { fold, rows } = job;
  if (request.kind === 'hosts') {
    const told = cut(fold.hosts(request.isSplit));
    return send({ kind: 'hosts', hosts: told }, [told]);
  }
  rows.count = request.rows;
  const { pairs, minutes } = fold.fold(rows, () => send({ kind: 'taken' }));
  const part = { pairs: cut(pairs), ...(minutes && { minutes: cut(minutes) }) };
  send({ kind: 'part', part }, [part.pairs, ...(part.minutes ? [part.minutes] : [])]);
});
