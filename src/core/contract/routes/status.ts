import { defineRoute } from '../route.ts';
import { instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

/** What has to follow what comes in, in the order in which it does. */
export const STAGES = ['reducing', 'counting', 'looking', 'rules'] as const;

/** How far something is behind what is stored. */
const behind = z.object({
  stage: z.enum(STAGES),
  /** How long the oldest of what waits for it has been stored; for rules how long they wait for late rows. */
  lagSeconds: z.number(),
  /** Its last try failed. */
  hasFailed: z.boolean(),
  /** Why, and what it means, in a sentence. */
  says: z.string(),
});
export type Behind = z.infer<typeof behind>;

/** late: it works, but brings nothing new for longer than it should. */
export const SOURCE_STATES = [
  'running',
  'waiting',
  'late',
  'failed',
  'stopped',
  'finished',
] as const;

export const sourceStatus = z.object({
  name: z.string(),
  /** `file`, `folder`, `azure-blob`, `upload`, … */
  kind: z.string(),
  state: z.enum(SOURCE_STATES),
  /** What it is doing and, where something is amiss, what to do; may be ''. */
  says: z.string(),
  /** Last time something was read and stored. */
  lastSuccess: instant.nullable(),
  lastError: z.object({ at: instant, message: z.string(), hint: z.string().optional() }).nullable(),
  /** Event time of its newest row. */
  newest: instant.nullable(),
  /** Seconds between now and `newest`. */
  freshnessSeconds: z.number().nullable(),
});
export type SourceStatus = z.infer<typeof sourceStatus>;

const loss = z.object({
  code: z.string(),
  /** The reason as a sentence. */
  meaning: z.string(),
  records: z.number(),
});

/** received = stored + known + the sum of the losses, always. */
export const completeness = z.object({
  source: z.string(),
  from: instant,
  to: instant,
  received: z.number(),
  stored: z.number(),
  /** Read before: not stored again. */
  known: z.number(),
  losses: z.array(loss),
});
export type Completeness = z.infer<typeof completeness>;

export const statusAnswer = z.object({
  version: z.string(),
  startedAt: instant,
  now: instant,
  tables: z.array(
    z.object({
      name: z.string(),
      rows: z.number(),
      sizeBytes: z.number(),
      segments: z.number(),
      oldest: instant.nullable(),
      newest: instant.nullable(),
    }),
  ),
  sources: z.array(sourceStatus),
  completeness: z.array(completeness),
  disk: z.object({
    usedBytes: z.number(),
    freeBytes: z.number(),
    budgetBytes: z.number().nullable(),
    state: z.enum(['fine', 'short', 'full']),
    /** What is being given up, when the disk is short. */
    sentence: z.string().optional(),
  }),
  /** What retention deleted, newest first. */
  retention: z.array(
    z.object({
      at: instant,
      table: z.string(),
      segments: z.number(),
      rows: z.number(),
      sizeBytes: z.number(),
      sentence: z.string(),
    }),
  ),
  quarantine: z.array(loss.extend({ source: z.string() })),
  /** Scopes that are logged more than once, one sentence each. */
  duplicates: z.array(z.object({ scope: z.string(), sentence: z.string() })),
  reduction: z.object({
    /** Event time up to which reduced rows are complete. */
    upTo: instant.nullable(),
    lagSeconds: z.number().nullable(),
  }),
  behind: z.array(behind),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

const quarantineAnswer = z.object({
  records: z.array(
    z.object({
      source: z.string(),
      object: z.string(),
      /** Bytes from the beginning of the uncompressed object. */
      offset: z.number(),
      code: z.string(),
      meaning: z.string(),
      detail: z.string(),
      excerpt: z.string(),
      at: instant,
    }),
  ),
});

const part = z.object({ name: z.string(), version: z.string(), licence: z.string() });

export const statusRoutes = {
  status: defineRoute({
    method: 'GET',
    path: '/api/v1/status',
    access: 'viewer',
    says: 'What is stored, what comes in, what was lost and why; completeness over the interval, the last day if none.',
    input: z.strictObject({ from: instant.optional(), to: instant.optional() }),
    output: statusAnswer,
  }),
  quarantine: defineRoute({
    method: 'GET',
    path: '/api/v1/quarantine',
    access: 'viewer',
    says: 'Records that were not stored, newest first, each with its reason and place.',
    input: z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    output: quarantineAnswer,
  }),
  about: defineRoute({
    method: 'GET',
    path: '/api/v1/about',
    access: 'viewer',
    says: 'Versions, and whose data and code Weir uses under which licence.',
    input: nothing,
    output: z.object({
      version: z.string(),
      runtime: z.array(z.object({ name: z.string(), version: z.string() })),
      data: z.array(
        z.object({
          name: z.string(),
          licence: z.string(),
          attribution: z.string(),
          url: z.string(),
          date: z.string().optional(),
        }),
      ),
      code: z.array(part),
    }),
  }),
  health: defineRoute({
    method: 'GET',
    path: '/healthz',
    access: 'anyone',
    says: 'Whether the server answers; nothing else.',
    input: nothing,
    output: z.object({ ok: z.literal(true) }),
  }),
  metrics: defineRoute({
    method: 'GET',
    path: '/metrics',
    access: 'loopback',
    says: 'Counters and gauges in the text format of Prometheus.',
    input: nothing,
    output: z.string(),
    answer: 'raw',
  }),
};
