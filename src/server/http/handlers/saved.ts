import type { RouteId, SavedQuery } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { type Call, callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const savedIds = [
  'savedQueries',
  'saveQuery',
  'deleteQuery',
  'queryHistory',
  'clearHistory',
] as const satisfies readonly RouteId[];

export function savedHandlers({ saved, history }: HttpDeps): Handlers<(typeof savedIds)[number]> {
  return {
    savedQueries: () => ({ queries: [...saved.list()] }),
    saveQuery(input, call) {
      call.note({ id: input.id, name: input.name, query: input.query });
      mustOwn(saved.find(input.id), call);
      return saved.save({ ...input, changedBy: callerOf(call).name });
    },
    deleteQuery({ id }, call) {
      call.note({ id });
      mustOwn(saved.find(id), call);
      if (!saved.remove(id)) throw new Refused('not-found', 'There is no such saved query.');
      return { done: true };
    },
    queryHistory: (_, call) => ({ queries: [...history.list(callerOf(call).name)] }),
    clearHistory(_, call) {
      history.clear(callerOf(call).name);
      return { done: true };
    },
  };
}

function mustOwn(query: SavedQuery | undefined, call: Call): void {
  const { name, role } = callerOf(call);
  if (query && query.owner !== name && role !== 'admin')
    throw new Refused('forbidden', `The saved query ${query.name} belongs to ${query.owner}.`, {
      hint: 'Save yours under another name.',
    });
}
