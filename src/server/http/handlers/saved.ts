import type { RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const savedIds = [
  'savedQueries',
  'saveQuery',
  'deleteQuery',
] as const satisfies readonly RouteId[];

export function savedHandlers({ saved }: HttpDeps): Handlers<(typeof savedIds)[number]> {
  return {
    savedQueries: () => ({ queries: [...saved.list()] }),
    saveQuery(input, call) {
      call.note({ id: input.id, name: input.name, query: input.query });
      return saved.save({ ...input, changedBy: callerOf(call).name });
    },
    deleteQuery({ id }, call) {
      call.note({ id });
      if (!saved.remove(id)) throw new Refused('not-found', 'There is no such saved query.');
      return { done: true };
    },
  };
}
