// The process that parses feeds, compiles the matcher and looks for contacts: apart, so that nothing it does can stop ingestion.
import { answerRequests } from '#server/worker/index.ts';
import { type LocalWork, openLocalWork } from './local-work.ts';
import type { Request } from './messages.ts';

let work: LocalWork | undefined;

answerRequests(async (request: Request): Promise<unknown> => {
  if (request.kind === 'setup') {
    work = await openLocalWork(request.spillFolder);
    return;
  }
  if (!work) throw new Error('it was asked before it was set up');
  return work.ask(request);
});
