import { isAbsolute } from 'node:path';
import type { RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { readChunks } from '../body.ts';
import { callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const loadIds = [
  'upload',
  'ingestPaths',
  'jobs',
  'job',
] as const satisfies readonly RouteId[];

const IDLE_MS = 30_000;

export function loadHandlers({ jobs, options }: HttpDeps): Handlers<(typeof loadIds)[number]> {
  return {
    async upload({ name, format }, call) {
      call.note({ name, ...(format === undefined ? {} : { format }) });
      const declared = call.request.headers.get('content-length');
      const sizeBytes = declared === null ? null : Number(declared);
      const idleMs = options.uploadIdleMs ?? IDLE_MS;
      const body = readChunks(call.request.body, { bytes: Number.POSITIVE_INFINITY, idleMs });
      const by = callerOf(call).name;
      const { id } = await jobs.receive({ name, format, by, sizeBytes }, body);
      call.note({ job: id });
      return { id };
    },
    ingestPaths({ paths, format }, call) {
      call.note({ paths: paths.slice(0, 20), count: paths.length });
      const relative = paths.find((path) => !isAbsolute(path));
      if (relative !== undefined)
        throw new Refused('bad-request', `The path ${relative} is not absolute.`, {
          hint: 'The server does not know the folder that it is relative to.',
        });
      const { id } = jobs.ingestPaths({ paths, format, by: callerOf(call).name });
      call.note({ job: id });
      return { id };
    },
    jobs: () => ({ jobs: [...jobs.list()] }),
    job({ id }) {
      const found = jobs.find(id);
      if (!found)
        throw new Refused('not-found', 'There is no such load.', {
          hint: 'Loads are remembered until Weir is started again; what they stored is there.',
        });
      return found;
    },
  };
}
