// The process that counts: apart, so that its memory is given back and nothing it does can stop ingestion.
import { answerRequests } from '#server/worker/index.ts';
import type { Request } from './job.ts';
import { type ActivityChild, startLocalChild } from './local-child.ts';

let child: ActivityChild | undefined;

answerRequests(async (request: Request) => {
  if (request.kind === 'setup') {
    child = await startLocalChild(request.setup);
    return undefined;
  }
  if (!child) throw new Error('the counting process was asked before it was set up');
  return request.kind === 'count' ? child.count(request.files) : child.run(request.job);
});
