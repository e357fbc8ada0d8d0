import { z } from './zod.ts';

/** ISO 8601 with a zone, any number of fraction digits. */
export const instant = z.iso.datetime({ offset: true });

/** Half-open interval of event time; an end that is left out is open. */
export const timespan = z.strictObject({ from: instant.optional(), to: instant.optional() });
export type Timespan = z.infer<typeof timespan>;

/** At most as much as the KQL parser is willing to look at. */
export const queryText = z.string().min(1).max(1_000_000);

/** Names of accounts: what fits in a log line and an address bar. */
export const accountName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/, 'use 1 to 64 lower-case letters, digits, . _ @ -')
  .refine((name) => name !== 'local', 'is what the audit log calls the command line');

export const password = z.string().min(12, 'use at least 12 characters').max(256);

export const nothing = z.strictObject({});
export const done = z.object({ done: z.literal(true) });
