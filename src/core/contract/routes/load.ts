import { defineRoute } from '../route.ts';
import { instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

export const JOB_STATES = [
  'receiving',
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
] as const;

/** One thing being loaded. records = stored + known + quarantined once it is done. */
export const job = z.object({
  id: z.string(),
  /** Name of the file, as given. */
  name: z.string(),
  state: z.enum(JOB_STATES),
  /** Format found or asked for; null until known. */
  format: z.string().nullable(),
  bytesTotal: z.number().nullable(),
  bytesDone: z.number(),
  records: z.number(),
  stored: z.number(),
  known: z.number(),
  quarantined: z.number(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  /** Why it failed, as a sentence, and what to do next. */
  error: z.object({ message: z.string(), hint: z.string().optional() }).nullable(),
  by: z.string(),
});
export type Job = z.infer<typeof job>;

export const loadRoutes = {
  upload: defineRoute({
    method: 'POST',
    path: '/api/v1/uploads',
    access: 'analyst',
    says: 'Takes a file as the body, as it is or compressed, and loads it; answers once it is received.',
    input: z.strictObject({
      name: z.string().min(1).max(500),
      /** A format by name, where detection by content should not decide. */
      format: z.string().max(64).optional(),
    }),
    body: 'raw',
    output: z.object({ id: z.string() }),
  }),
  ingestPaths: defineRoute({
    method: 'POST',
    path: '/api/v1/ingest',
    access: 'local',
    says: "Loads files and folders of the server's own machine: how `weir ingest` hands its work to a running server.",
    input: z.strictObject({
      /** Absolute. */
      paths: z.array(z.string().min(1).max(4096)).min(1).max(10_000),
      format: z.string().max(64).optional(),
    }),
    output: z.object({ id: z.string() }),
  }),
  jobs: defineRoute({
    method: 'GET',
    path: '/api/v1/jobs',
    access: 'viewer',
    says: 'Loads, newest first.',
    input: nothing,
    output: z.object({ jobs: z.array(job) }),
  }),
  job: defineRoute({
    method: 'GET',
    path: '/api/v1/jobs/:id',
    access: 'viewer',
    says: 'How far one load is.',
    input: z.strictObject({ id: z.string() }),
    output: job,
  }),
};
