import { defineRoute } from '../route.ts';
import { done, instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

/**
 * sending: at work. idle: everything is sent. failing: tried again by itself. refused: it waits for somebody to change a
 * setting, here or at the receiver.
 */
export const OUTPUT_STATES = ['idle', 'sending', 'failing', 'refused', 'stopped'] as const;

export const outputStatus = z.object({
  name: z.string(),
  kind: z.string(),
  /** In words: `alerts`, `rows of Flows`. */
  what: z.string(),
  /** '' for kinds whose form is their own. */
  format: z.string(),
  /** Host and port, or the service; never a secret. */
  where: z.string(),
  state: z.enum(OUTPUT_STATES),
  sent: z.number(),
  /** Sent again after a failure: receivers may have these twice. */
  repeated: z.number(),
  /** Refused by the receiver for what is in them, and set aside. */
  rejected: z.number(),
  /** Rows that retention or a full disk took before they were sent. */
  lost: z.number(),
  /** Messages behind; null where that is not known. */
  waiting: z.number().nullable(),
  /** Age of the oldest of them. */
  lagSeconds: z.number().nullable(),
  lastSuccess: instant.nullable(),
  lastError: z
    .object({ at: instant, message: z.string(), hint: z.string(), nextTry: instant })
    .nullable(),
});
export type OutputStatus = z.infer<typeof outputStatus>;

const trial = z.object({
  ok: z.boolean(),
  ms: z.number(),
  /** What its arrival proves, or why it did not arrive. */
  says: z.string(),
  /** What to do next; may be ''. */
  hint: z.string(),
});

export const canaryAnswer = z.object({
  ok: z.boolean(),
  /** What tells this run's event from others, wherever it arrived. */
  marker: z.string(),
  hops: z.array(trial.extend({ hop: z.string() })),
});
export type CanaryAnswer = z.infer<typeof canaryAnswer>;

const named = z.strictObject({ name: z.string().min(1).max(64) });

export const outputRoutes = {
  outputs: defineRoute({
    method: 'GET',
    path: '/api/v1/outputs',
    access: 'viewer',
    says: 'Outputs with what they have sent, how far they are behind, and why.',
    input: nothing,
    output: z.object({ outputs: z.array(outputStatus) }),
  }),
  testOutput: defineRoute({
    method: 'POST',
    path: '/api/v1/outputs/:name/test',
    access: 'analyst',
    says: 'Sends one marked alert past the queue, and says whether it arrived.',
    input: named,
    output: trial,
  }),
  previewOutput: defineRoute({
    method: 'GET',
    path: '/api/v1/outputs/:name/preview',
    access: 'viewer',
    says: 'What that alert looks like; sends nothing.',
    input: named,
    output: z.object({ text: z.string() }),
  }),
  retryOutput: defineRoute({
    method: 'POST',
    path: '/api/v1/outputs/:name/retry',
    access: 'analyst',
    says: 'Tries again now instead of at the end of the pause.',
    input: named,
    output: done,
  }),
  rejectedMessages: defineRoute({
    method: 'GET',
    path: '/api/v1/outputs/:name/rejected',
    access: 'analyst',
    says: 'What a receiver refused in the last day, newest first.',
    input: named,
    output: z.object({
      rejected: z.array(
        z.object({ at: instant, message: z.string(), reason: z.string(), content: z.string() }),
      ),
    }),
  }),
  canary: defineRoute({
    method: 'POST',
    path: '/api/v1/canary',
    access: 'analyst',
    says: 'Sends a marked event from a source to the receivers, and says how each step went.',
    input: z.strictObject({
      /** Those that are told alone; all that are not read by people when absent. */
      outputs: z.array(z.string().min(1).max(64)).max(100).optional(),
      timeoutSeconds: z.number().min(1).max(600).default(60),
    }),
    output: canaryAnswer,
  }),
};
