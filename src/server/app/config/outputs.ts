import { SEVERITIES } from '#core/alert/index.ts';
import { z } from '#core/contract/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { azureLogin, judgeLake } from './azure.ts';
import { duration, secret } from './values.ts';

const tables = TABLES.map((table) => table.name);

const revise = duration
  .prefault('7d')
  .describe(
    'How long after its end a stretch of time is looked at again, and what changed of it is sent.',
  );

const rows = z.union([
  z.enum(['alerts', 'incidents']),
  z.strictObject({
    table: z.enum(tables).describe('Every row of this table.'),
    where: z.string().min(1).optional().describe('Only rows that this KQL condition holds for.'),
    from: z
      .enum(['now', 'start'])
      .default('now')
      .describe('`start` sends what is stored already as well. Of Flows only.'),
    revise,
  }),
  z.strictObject({
    query: z.string().min(1).describe('KQL; its tables are restricted to one `every` at a time.'),
    as: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'use letters, digits and _ (at most 64)')
      .describe('What receivers see as the name of its rows.'),
    every: duration.prefault('10m').describe('Length of event time that is asked for at once.'),
    settle: duration
      .prefault('20m')
      .describe('How long after its end it is asked for first, so that late data is in it.'),
    revise,
  }),
]);

const WHAT =
  '`alerts`, `incidents`, `{ table: Flows, where: KQL, from: now|start, revise: 7d }` or ' +
  '`{ query: KQL, as: NAME, every: 10m, settle: 20m, revise: 7d }`.';

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, . _ - (at most 64)')
    .describe('What pages and `weir status` call this output.'),
  what: rows.default('alerts').describe(WHAT),
  minSeverity: z
    .enum(SEVERITIES)
    .default('informational')
    .describe('Alerts and incidents below it are not sent.'),
  rate: z.number().positive().optional().describe('Messages a second at most.'),
};

/** For receivers that people read. */
const forPeople = {
  ...common,
  what: z.enum(['alerts', 'incidents']).default('incidents').describe('`alerts` or `incidents`.'),
  minSeverity: common.minSeverity
    .unwrap()
    .default('medium')
    .describe('Those below it are not sent.'),
};

const host = z
  .string()
  .regex(/^[A-Za-z0-9._:-]+$/, 'write a name such as siem.example.org, or an address');
const port = z.int().min(1).max(65_535);
const url = z.string().refine((text) => {
  const { protocol, hostname, username, password } = URL.parse(text) ?? { protocol: '' };
  const isOwn = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return (protocol === 'https:' || (protocol === 'http:' && isOwn)) && !username && !password;
}, 'must begin with https:// (http:// on this machine only) and hold no password');

const tls = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file of authorities to trust beside the usual ones.'),
    certificate: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with our certificate, where one is asked for.'),
    key: z.string().min(1).optional().describe('PEM file with its private key.'),
  })
  .refine(
    (files) => (files.certificate === undefined) === (files.key === undefined),
    'needs certificate and key, or neither',
  )
  .optional()
  .describe('Whom to trust, and who we are. Certificates are always checked.');

const syslog = z
  .strictObject({
    ...common,
    kind: z.literal('syslog'),
    host: host.describe('Where the collector listens.'),
    port: port.default(6514).describe('Its port.'),
    transport: z.enum(['tls', 'tcp']).default('tls').describe('`tcp` is not encrypted.'),
    tls,
    format: z
      .enum(['cef', 'cim', 'ecs', 'json', 'leef', 'ocsf'])
      .default('cef')
      .describe('How each message is written.'),
    framing: z
      .enum(['octet-counting', 'lf'])
      .default('octet-counting')
      .describe('`lf` for collectors that take lines.'),
    rfc: z.literal([5424, 3164]).default(5424).describe('3164 for old collectors.'),
    facility: z
      .int()
      .min(0)
      .max(23)
      .default(13)
      .describe('13 is log audit, 16 to 23 are local0 to local7.'),
    app: z
      .string()
      .regex(/^[\x21-\x7e]{1,48}$/, 'use printable ASCII without spaces, at most 48')
      .default('weir')
      .describe('The name of the application.'),
  })
  .describe('Syslog over TLS (RFC 5425) or TCP.');

const hec = z
  .strictObject({
    ...common,
    kind: z.literal('hec'),
    url: url.describe('Such as https://splunk.example.org:8088.'),
    tls,
    token: secret.describe('Reference to the token.'),
    index: z.string().min(1).optional().describe("The index, unless it is the token's own."),
    acknowledge: z
      .boolean()
      .default(false)
      .describe('Wait until events are indexed; the token has to allow it.'),
    format: z
      .enum(['cim', 'cef', 'ecs', 'json', 'leef', 'ocsf'])
      .default('cim')
      .describe('How each event is written.'),
  })
  .describe("Splunk's HTTP Event Collector.");

const elastic = z
  .strictObject({
    ...common,
    kind: z.literal('elastic'),
    url: url.describe('Such as https://elastic.example.org:9200.'),
    tls,
    stream: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,254}$/, 'use small letters, digits, . _ -')
      .default('logs-weir-default')
      .describe('The data stream.'),
    apiKey: secret.describe('Reference to an API key, encoded; it needs create_doc on the stream.'),
    format: z
      .enum(['ecs', 'json', 'ocsf'])
      .default('ecs')
      .describe('How each document is written.'),
  })
  .describe('Elasticsearch or Elastic Security, by the bulk API.');

const sentinel = z
  .strictObject({
    ...common,
    kind: z.literal('sentinel'),
    url: url.describe(
      'Logs ingestion endpoint of the data collection rule, or of an endpoint (DCE).',
    ),
    tls,
    rule: z.string().min(1).describe('Immutable id of the data collection rule: dcr-….'),
    stream: z.string().min(1).describe('The stream, such as Custom-WeirAlerts_CL.'),
    tenant: z.string().min(1).describe('Directory (tenant) id.'),
    client: z
      .string()
      .min(1)
      .describe('Application (client) id; a Monitoring Metrics Publisher on the rule.'),
    secret: secret.describe("Reference to the application's secret."),
    loginUrl: url
      .default('https://login.microsoftonline.com')
      .describe('Another for national clouds.'),
    scope: z
      .string()
      .min(1)
      .default('https://monitor.azure.com/.default')
      .describe('Another for national clouds.'),
    format: z
      .enum(['columns', 'json', 'ocsf'])
      .default('columns')
      .describe('How each row is written.'),
  })
  .describe(
    'Microsoft Sentinel, by the Logs Ingestion API. `weir outputs template TABLE` prints what makes the receiving table.',
  );

const webhook = z
  .strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: url.describe('Where each message is posted.'),
    tls,
    secret: secret
      .optional()
      .describe(
        'Reference to a whsec_… secret that messages are signed with; several, divided by spaces, while one replaces another.',
      ),
    format: z
      .enum(['json', 'cim', 'ecs', 'ocsf', 'cef', 'leef', 'columns'])
      .default('json')
      .describe('How each message is written.'),
  })
  .describe('Any receiver of webhooks, signed by Standard Webhooks.');

const parquet = z
  .strictObject({
    ...common,
    kind: z.literal('parquet'),
    folder: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Files are written to FOLDER/TABLE/day=YYYY-MM-DD, each whole or not at all; of flows 50,000 rows or five minutes a file.',
      ),
    container: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Instead of a folder: URL of an Azure Blob container, or its name when a connection string is given.',
      ),
    prefix: z
      .string()
      .regex(
        /^[\w=-][\w=.-]*(?:\/[\w=-][\w=.-]*)*\/?$/,
        'use names of letters, digits, . _ = - divided by single slashes',
      )
      .max(512)
      .optional()
      .describe('Folder in the container that TABLE/day=YYYY-MM-DD is written below.'),
    ...azureLogin('create and write'),
    tls,
  })
  .superRefine((settings, context) => {
    const wrong = judgeLake(settings);
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
  })
  .describe('Parquet files in a folder or an Azure Blob container, by table and day, for a lake.');

const slack = z
  .strictObject({
    ...forPeople,
    kind: z.literal('slack'),
    url: secret.describe('Reference to the address of the incoming webhook, which is a secret.'),
  })
  .describe('A channel in Slack.');

const teams = z
  .strictObject({
    ...forPeople,
    kind: z.literal('teams'),
    url: secret.describe('Reference to the address of the workflow, which is a secret.'),
  })
  .describe('A channel or chat in Microsoft Teams, by a workflow.');

const pagerduty = z
  .strictObject({
    ...forPeople,
    kind: z.literal('pagerduty'),
    routingKey: secret.describe('Reference to the integration key of Events API v2.'),
    url: url
      .default('https://events.pagerduty.com/v2/enqueue')
      .describe('Another for the EU region.'),
    tls,
  })
  .describe('PagerDuty, by the Events API v2.');

const address = z
  .string()
  .regex(/^[^\s<>@,;"\\]+@[A-Za-z0-9.-]+$/, 'is not an address; write name@example.org');

const mail = z
  .strictObject({
    ...forPeople,
    kind: z.literal('mail'),
    host: host.describe('The relay.'),
    port: port.default(587).describe('Its port.'),
    transport: z
      .enum(['starttls', 'tls', 'plain'])
      .default('starttls')
      .describe('`tls` from the first byte (port 465); `plain` is not encrypted.'),
    tls,
    user: z.string().min(1).optional().describe('To log in as.'),
    password: secret.optional().describe('Reference to its password.'),
    from: address.describe('Sender.'),
    to: z.array(address).min(1).describe('Recipients.'),
  })
  .refine(
    (m) => (m.user === undefined) === (m.password === undefined),
    'needs user and password, or neither',
  )
  .refine(
    (m) => m.transport !== 'plain' || m.password === undefined,
    'sends no password unencrypted; use starttls or tls',
  )
  .describe('E-mail by a relay.');

/** One receiver of alerts, incidents, tables or answers. */
export const output = z.discriminatedUnion('kind', [
  elastic,
  hec,
  mail,
  pagerduty,
  parquet,
  sentinel,
  slack,
  syslog,
  teams,
  webhook,
]);
