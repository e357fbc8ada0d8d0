import { defineRoute } from '../route.ts';
import { done, instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

const value = z.string().min(1).max(4096);

export const feed = z.object({
  name: z.string(),
  /** url, file, taxii, misp, misp-feed; `by hand` is the feed of what people added. */
  kind: z.string(),
  location: z.string(),
  /** As it was recognised; '' before the first sync. */
  format: z.string(),
  trust: z.number(),
  everyMs: z.number(),
  indicators: z.number(),
  entries: z.number(),
  withdrawn: z.number(),
  /** Refused entries by reason, each with a sentence. */
  refusals: z.array(z.object({ reason: z.string(), says: z.string(), count: z.number() })),
  /** Some of them: line or element, from 1. */
  samples: z.array(z.object({ at: z.number(), reason: z.string(), detail: z.string() })),
  syncedAt: instant.nullable(),
  triedAt: instant.nullable(),
  nextAt: instant.nullable(),
  isSyncing: z.boolean(),
  /** Why the last try failed; what was taken before still holds. */
  problem: z.string().nullable(),
});
export type IntelFeed = z.infer<typeof feed>;

export const sighting = z.object({
  seen: z.string(),
  asset: z.string(),
  direction: z.enum(['outbound', 'inbound']),
  port: z.number().nullable(),
  protocol: z.string(),
  first: instant,
  last: instant,
  flows: z.number(),
  allowedFlows: z.number(),
  sentBytes: z.number(),
  replyBytes: z.number(),
  severity: z.string(),
  confidence: z.number(),
  reason: z.string(),
  indicator: z.string(),
  role: z.string(),
  feeds: z.array(z.string()),
});
export type IntelSighting = z.infer<typeof sighting>;

const harmless = z.object({ value: z.string(), why: z.string(), who: z.string(), at: instant });

export const intelRoutes = {
  intel: defineRoute({
    method: 'GET',
    path: '/api/v1/intel',
    access: 'viewer',
    says: 'Feeds of indicators with their state and what they refused, and what people decided about values.',
    input: nothing,
    output: z.object({
      feeds: z.array(feed),
      /** Values that are looked for; null before the first sync. */
      looksFor: z.number().nullable(),
      /** Days of the past that were looked through for new indicators; null when none are left. */
      lookingBack: z.object({ days: z.number(), before: z.string() }).nullable(),
      /** Warning lists that are not evaluated, since they are of regular expressions. */
      unevaluatedLists: z.number(),
      harmless: z.array(harmless),
    }),
  }),
  syncFeed: defineRoute({
    method: 'POST',
    path: '/api/v1/intel/feeds/:name/sync',
    access: 'analyst',
    says: 'Fetches a feed now, and takes what it says however much it changed.',
    input: z.strictObject({ name: z.string().min(1).max(200) }),
    output: done,
  }),
  sightings: defineRoute({
    method: 'GET',
    path: '/api/v1/intel/sightings',
    access: 'viewer',
    says: 'Hosts that had to do with a value that feeds name, one entry for each day, the latest first.',
    input: z.strictObject({
      from: instant.optional(),
      to: instant.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    output: z.object({ sightings: z.array(sighting) }),
  }),
  addIndicator: defineRoute({
    method: 'POST',
    path: '/api/v1/intel/indicators',
    access: 'analyst',
    says: 'Adds a value by hand: an address, with port or not, a network, a host name, a URL or a hash.',
    input: z.strictObject({
      value,
      role: z.string().max(40).default('unknown'),
      confidence: z.number().int().min(0).max(100).default(90),
      description: z.string().max(500).default(''),
      validUntil: instant.nullable().default(null),
    }),
    /** In the form that is looked for. */
    output: z.object({ value: z.string() }),
  }),
  removeIndicator: defineRoute({
    method: 'DELETE',
    path: '/api/v1/intel/indicators',
    access: 'analyst',
    says: 'Takes a value out that was added by hand.',
    input: z.strictObject({ value }),
    output: done,
  }),
  declareHarmless: defineRoute({
    method: 'POST',
    path: '/api/v1/intel/harmless',
    access: 'analyst',
    says: 'Declares a value harmless: from now on no feed makes it an indicator.',
    input: z.strictObject({ value, why: z.string().max(500).default('') }),
    output: done,
  }),
  endHarmless: defineRoute({
    method: 'DELETE',
    path: '/api/v1/intel/harmless',
    access: 'analyst',
    says: 'Lets feeds decide about a value again.',
    input: z.strictObject({ value }),
    output: done,
  }),
};
