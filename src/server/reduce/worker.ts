// The process that reduces: apart, so that its memory is given back and nothing it does can stop ingestion.
import { type ReduceChild, startLocalChild } from './local-child.ts';
import type { Answer, Reply, Request } from './messages.ts';

let child: ReduceChild | undefined;

async function answer(request: Request): Promise<Answer> {
  if (request.kind === 'setup') {
    child = await startLocalChild(request.setup);
    return { kind: 'ready' };
  }
  if (!child) throw new Error('the reducing process was asked before it was set up');
  if (request.kind === 'count') return { kind: 'counts', counts: await child.count(request.files) };
  return { kind: 'reduced', result: await child.reduce(request.job) };
}

function describe(error: unknown): string {
  const parts: string[] = [];
  for (let e = error; e !== undefined; e = e instanceof Error ? e.cause : undefined)
    parts.push(e instanceof Error ? e.message : String(e));
  return parts.join(': ');
}

process.on('message', ({ id, request }: { id: number; request: Request }) => {
  answer(request)
    .then((value): Reply => ({ id, answer: value }))
    .catch((error: unknown): Reply => ({ id, error: describe(error) }))
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
