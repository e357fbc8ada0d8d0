import { z } from '#core/contract/index.ts';
import { FORMATS } from '#core/decode/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { azureLogin, countLogins, ONE_LOGIN } from './azure.ts';
import { intel } from './intel.ts';
import { output } from './outputs.ts';
import { addressRange, duration, hostPort, size } from './values.ts';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, . _ - (at most 64)');

const common = {
  name: name.describe('What pages and `weir status` call this source.'),
  format: z
    .enum(FORMATS.map((f) => f.name))
    .optional()
    .describe('Read everything as this format; else recognised by content.'),
};

const folder = z
  .strictObject({
    ...common,
    kind: z.literal('folder'),
    path: z
      .string()
      .min(1)
      .describe('A file, or a folder that is followed with everything below it.'),
    poll: duration.prefault('2s').describe('How often to look for new bytes and new files.'),
  })
  .describe('A file or folder on this machine, followed as it grows.');

const azureBlob = z
  .strictObject({
    ...common,
    kind: z.literal('azure-blob'),
    container: z
      .string()
      .min(1)
      .describe('URL of the container, or its name when a connection string is given.'),
    prefix: z.string().default('').describe('Only blobs whose names begin so.'),
    ...azureLogin('read and list'),
    poll: duration.prefault('15s').describe('How often to look for new blocks.'),
  })
  .refine((s) => countLogins(s) === 1, ONE_LOGIN)
  .describe(
    'An Azure Blob container in the layout that Network Watcher writes, followed block by block.',
  );

const source = z.discriminatedUnion('kind', [folder, azureBlob]);

const keep = z
  .strictObject({
    maxAge: duration.optional().describe('Days of event time older than this are deleted.'),
  })
  .describe('How long a table is kept.');

const stored = TABLES.filter((t) => t.kind === 'stored');

const retention = z.strictObject({
  budget: size
    .optional()
    .describe('Most bytes that everything under the data folder may take together.'),
  minFree: size.prefault('1 GB').describe('Bytes of the disk that are always left free.'),
  tables: z
    .strictObject(Object.fromEntries(stored.map((t) => [t.name, keep.optional()])))
    .default({})
    .describe('Limits by table; a table that is not named is bounded by the budget only.'),
});

const network = z.strictObject({
  name: name.describe('What pages call it.'),
  ranges: z.array(addressRange).min(1).describe('Prefixes (10.1.0.0/16) or single addresses.'),
  scope: z.string().optional().describe('Subscription, account or project it belongs to.'),
});

const query = z.strictObject({
  workers: z
    .int()
    .min(2)
    .max(64)
    .default(2)
    .describe('Processes that compute queries; one is left for light ones.'),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Threads of each; else the machine is shared out.'),
  memory: size
    .optional()
    .describe('Memory of each; else an eighth of the machine, 256 MiB to 2 GiB.'),
  spill: size.prefault('10 GB').describe('Temporary files of each, under the data folder.'),
  timeout: duration.prefault('180s').describe('Longest a query may run.'),
  maxRows: z.int().min(1).default(500_000).describe('Most rows of one answer.'),
  maxResult: size.prefault('64 MiB').describe('Most bytes of one answer.'),
  maxFile: size
    .prefault('4 GB')
    .describe('Most bytes of one answer that is downloaded as CSV, JSON, NDJSON or Parquet.'),
  maxQueued: z
    .int()
    .min(1)
    .default(64)
    .describe('Queries that may wait; one more is refused as too busy.'),
  externalHosts: z
    .array(
      z
        .string()
        .regex(
          /^(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?$/,
          'write a host such as files.example.org, or *.example.org',
        ),
    )
    .default([])
    .describe('Hosts that externaldata may read from, over https; none unless named.'),
  cache: size
    .prefault('64 MiB')
    .describe('Answers kept for as long as their data does not change.'),
});

const watchlist = z.strictObject({
  alias: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'use letters, digits, _ and - (at most 64)')
    .describe("How queries name it: _GetWatchlist('alias')."),
  file: z.string().min(1).describe('CSV file; its first line names the columns.'),
  searchKey: z
    .string()
    .min(1)
    .optional()
    .describe('The column that queries see as SearchKey; the first unless named.'),
  description: z.string().optional().describe('What the list is for.'),
});

const reduction = z.strictObject({
  interval: duration
    .refine((ms) => ms > 0 && 3_600_000 % ms === 0, 'must divide an hour; write 5m, 10m, 20m or 1h')
    .prefault('10m')
    .describe('Length of one row of NTANetAnalytics.'),
});

const asset = z.strictObject({
  name: z.string().min(1).max(200).describe('What alerts call it.'),
  members: z
    .array(z.string().min(1))
    .min(1)
    .describe('Addresses, prefixes (10.1.0.0/16), ranges, or names of hosts.'),
  weight: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('What is found there counts so many times; from 1.5 on alerts are a level graver.'),
  critical: z
    .boolean()
    .default(false)
    .describe('It must not fall (a domain controller, a hypervisor): alerts are a level graver.'),
});

const rules = z.strictObject({
  folders: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders with rule files beside DATA/rules: Sentinel YAML, Sigma, metric rules.'),
  pack: z.boolean().default(true).describe("Whether Weir's own rules run."),
  placeholders: z
    .record(z.string().min(1), z.array(z.string()))
    .default({})
    .describe('Values that stand for the placeholders of Sigma, such as DomainControllers.'),
});

const tls = z.strictObject({
  certificate: z
    .string()
    .min(1)
    .describe(
      'PEM file with the certificate and those that lead to its root; read again when renewed.',
    ),
  key: z.string().min(1).describe('PEM file with its private key.'),
});

const proxy = z.strictObject({
  addresses: z
    .array(addressRange)
    .min(1)
    .describe('Addresses or prefixes of the proxies: what they say of callers is believed.'),
  tls: z
    .boolean()
    .default(true)
    .describe('Browsers speak TLS with the proxy: cookies are only sent over https.'),
});

/** Everything a configuration file may say. Unknown keys are errors. */
export const configSchema = z.strictObject({
  listen: hostPort.prefault('127.0.0.1:8787').describe('Address of the page and the API.'),
  hosts: z
    .array(z.string().min(1))
    .default([])
    .describe('Names under which browsers reach this server, when it is not loopback.'),
  tls: tls.optional().describe('Speak TLS on that address.'),
  proxy: proxy.optional().describe('A proxy in front of this server.'),
  sources: z.array(source).default([]).describe('What is read, and followed.'),
  retention: retention.prefault({}).describe('How long data is kept.'),
  networks: z.array(network).default([]).describe('Your own networks by name.'),
  topology: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files with exported ARM JSON, or YAML: networks, subnets, interfaces, gateways, peerings.',
    ),
  indicators: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files with bad addresses, names, URLs or hashes, one a line; each is a feed, and its addresses mark flows as malicious.',
    ),
  intel: intel.prefault({}).describe('Threat intelligence: what is looked for in all traffic.'),
  watchlists: z
    .array(watchlist)
    .default([])
    .describe(
      'Watchlists that lie elsewhere than in DATA/watchlists; read again when they change.',
    ),
  cloudRanges: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Providers' published ranges as files: ServiceTags_Public.json, ip-ranges.json, cloud.json.",
    ),
  countries: z
    .string()
    .min(1)
    .optional()
    .describe('MMDB file with countries, instead of the packaged one of June 2026.'),
  systems: z
    .array(z.string().min(1))
    .default([])
    .describe('CSV files with autonomous systems, instead of the packaged ones of June 2026.'),
  assets: z
    .array(asset)
    .default([])
    .describe('What matters more, or less, than other hosts; the first that holds one counts.'),
  zones: z
    .string()
    .min(1)
    .optional()
    .describe(
      'YAML file with zones, what may pass between them, and what some hosts are for; see docs/detection.md.',
    ),
  outputs: z
    .array(output)
    .default([])
    .describe('What alerts, incidents, tables and answers are sent to.'),
  reduction: reduction.prefault({}).describe('How flows are reduced to intervals.'),
  query: query.prefault({}).describe('Limits of queries.'),
  rules: rules.prefault({}).describe('Where rules are, beside DATA/rules.'),
});

/** A configuration with every default filled in; sizes in bytes, durations in milliseconds. */
export type Config = z.output<typeof configSchema>;
export type SourceConfig = Config['sources'][number];
export type OutputConfig = Config['outputs'][number];
