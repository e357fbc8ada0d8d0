import { defineRoute } from '../route.ts';
import { nothing } from '../shapes.ts';
import { z } from '../zod.ts';
import { job } from './load.ts';

/** What the server tells without being asked. The name of the server-sent event is `type`, its data the whole object. */
export const serverEvent = z.discriminatedUnion('type', [
  /** First event of every connection; another `version` than before means: load the page anew. */
  z.object({ type: z.literal('hello'), version: z.string() }),
  z.object({ type: z.literal('data-changed'), tables: z.array(z.string()) }),
  z.object({ type: z.literal('job'), job }),
  /** Something in GET /api/v1/status changed beyond its numbers: a source failed or recovered, the disk is short. */
  z.object({ type: z.literal('status'), sentence: z.string() }),
]);
export type ServerEvent = z.infer<typeof serverEvent>;
export const SERVER_EVENTS = ['hello', 'data-changed', 'job', 'status'] as const;

export const eventRoutes = {
  events: defineRoute({
    method: 'GET',
    path: '/api/v1/events',
    access: 'viewer',
    says: 'Server-sent events: changed tables, progress of loads, changes of state.',
    input: nothing,
    output: serverEvent,
    answer: 'events',
  }),
};
