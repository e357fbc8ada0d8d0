// The process that reduces: apart, so that its memory is given back and nothing it does can stop ingestion.
import { answerRequests } from '#server/worker/index.ts';
import { type ReduceChild, startLocalChild } from './local-child.ts';
import type { Answer, Request } from './messages.ts';

let child: ReduceChild | undefined;

answerRequests(async (request: Request): Promise<Answer> => {
  if (request.kind === 'setup') {
    child = await startLocalChild(request.setup);
    return { kind: 'ready' };
  }
  if (!child) throw new Error('the reducing process was asked before it was set up');
  if (request.kind === 'count') return { kind: 'counts', counts: await child.count(request.files) };
  return { kind: 'reduced', result: await child.reduce(request.job) };
});
