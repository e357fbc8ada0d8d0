import { z } from '#core/contract/index.ts';
import { FEED_FORMATS, FEED_KINDS, ROLES, WARNING_CLASSES } from '#core/intel/index.ts';
import { duration, secret } from './values.ts';

const url = z
  .string()
  .regex(/^https?:\/\/[^\s@]+$/, 'is not a URL without a login; write https://host/path');

const feed = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, . _ - (at most 64)')
      .describe('What pages and alerts call it.'),
    url: url
      .optional()
      .describe(
        'Where it is: a list, a TAXII collection or API root, a MISP, or the folder of a MISP feed.',
      ),
    path: z.string().min(1).optional().describe('A file, in the place of a URL.'),
    kind: z
      .enum(FEED_KINDS.filter((kind) => kind !== 'file'))
      .default('url')
      .describe(
        '`url` is one document; `taxii` is TAXII 2.1, `misp` its REST, `misp-feed` its folder.',
      ),
    format: z
      .enum(FEED_FORMATS.map((format) => format.name))
      .optional()
      .describe('Read it as this format; else recognised by content.'),
    every: duration
      .refine((ms) => ms >= 60_000, 'must be at least 1m')
      .optional()
      .describe('How often to look for changes: 1h, files 1m.'),
    trust: z.number().min(0).max(1).default(0.9).describe('How much its word counts, 0 to 1.'),
    confidence: z
      .int()
      .min(0)
      .max(100)
      .default(80)
      .describe('Of entries that give none, 0 to 100.'),
    role: z.enum(ROLES).optional().describe('What its entries are, where they do not say.'),
    wholeList: z
      .boolean()
      .optional()
      .describe(
        'Each fetch is all of it: what is missing twice is withdrawn. So for `url` and files.',
      ),
    auth: secret.optional().describe('Reference to its key, token, or USER:PASSWORD.'),
    authAs: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'write basic, bearer, or the name of a header')
      .optional()
      .describe(
        'How it is sent: `basic` (so for TAXII), `bearer`, or a header such as Auth-Key (so for `url`).',
      ),
    allowPrivate: z
      .boolean()
      .default(false)
      .describe('It may have an address in your own network.'),
  })
  .refine(
    (f) => (f.url === undefined) !== (f.path === undefined),
    'needs exactly one of url and path',
  );

export const intel = z.strictObject({
  feeds: z
    .array(feed)
    .refine(
      (feeds) => new Set(feeds.map((f) => f.name)).size === feeds.length,
      'holds a name twice; names must differ',
    )
    .default([])
    .describe('Feeds of bad addresses, names, URLs and hashes, followed.'),
  warningLists: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe("MISP's JSON, or one address, network or name a line."),
        class: z
          .enum(WARNING_CLASSES)
          .optional()
          .describe(
            'What being on it means; else told by its name: `never` an indicator, `shared` by many, a harmless `scanner`, a `sinkhole`.',
          ),
      }),
    )
    .default([])
    .describe('Lists of values that are easily taken for bad ones.'),
});
