import type { Command, Flag } from './command.ts';

const data: Flag = {
  name: 'data',
  value: 'DIR',
  meaning: 'Folder that holds the data; else $WEIR_DATA, else ./data.',
};
const config: Flag = {
  name: 'config',
  value: 'FILE',
  meaning: 'Configuration; else DIR/weir.yaml when it exists.',
};
const format: Flag = {
  name: 'format',
  value: 'NAME',
  meaning: 'Read every input as this format instead of recognising it by content.',
};
const asJson: Flag = {
  name: 'json',
  meaning: 'Print JSON on a terminal too (it is the default when piped).',
};

const rulesFolder: Flag = {
  name: 'rules',
  value: 'DIR',
  meaning: 'Only the rules of this folder; may be given several times.',
  isMany: true,
};

/** Every verb of `weir`, in the order that help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    summary: 'Follow the configured sources, serve the web page and the API.',
    flags: [
      data,
      config,
      {
        name: 'demo',
        meaning: 'Write a generated data set in real formats, load it, and show that.',
      },
      {
        name: 'demo-anchor',
        value: 'TIME',
        meaning: 'The full hour at which the demo ends; else the last one.',
      },
      {
        name: 'listen',
        value: 'HOST:PORT',
        meaning: 'Address to serve on instead of the configured one.',
      },
    ],
    notes: [
      'Serves on the loopback interface unless told otherwise. The first start prints a link that logs in once.',
      'Ctrl-C or SIGTERM stops it after what has been read is stored.',
    ],
    examples: ['weir serve --demo', 'weir serve --data /srv/weir --config /etc/weir.yaml'],
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'ingest',
    takes: { name: 'PATH…', min: 1, max: Number.POSITIVE_INFINITY },
    summary:
      'Read flow logs from files, folders, standard input (-) or a container into the store.',
    flags: [data, config, format, asJson],
    notes: [
      'What was read before is known by its content, not by its name: giving it again stores nothing twice. ' +
        'Standard input has no identity and is stored each time.',
      'Ends with totals: objects, records, stored, known, quarantined, seconds.',
    ],
    examples: ['weir ingest ./flowlogs', 'zcat log.gz | weir ingest - --format aws-vpc'],
    load: () => import('./commands/ingest.ts'),
  },
  {
    name: 'decode',
    takes: { name: 'FILE', min: 1, max: 1 },
    summary:
      'Print the records of a file as they would be stored, one JSON object a line; store nothing.',
    flags: [format],
    notes: [
      'Each object has `_table` and the columns of that table. Problems are counted on stderr.',
    ],
    examples: ['weir decode PT1H.json | head -3'],
    load: () => import('./commands/decode.ts'),
  },
  {
    name: 'query',
    takes: { name: 'KQL', min: 0, max: 1 },
    summary: 'Answer a KQL query, or a file of them.',
    flags: [
      data,
      {
        name: 'server',
        value: 'URL',
        meaning: 'Ask a running server instead of reading the data here.',
      },
      {
        name: 'token',
        value: 'REF',
        meaning: 'API token for --server, as file:PATH or env:NAME; else $WEIR_TOKEN.',
      },
      {
        name: 'output',
        value: 'FORM',
        choices: ['table', 'json', 'ndjson', 'csv', 'parquet'],
        meaning: 'Form of the answer: table on a terminal, ndjson when piped.',
      },
      {
        name: 'engine',
        value: 'NAME',
        choices: ['duckdb', 'clickhouse'],
        meaning: 'Engine that computes; duckdb.',
      },
      {
        name: 'batch',
        value: 'FILE',
        meaning: 'NDJSON of {"id","query"}; one result a line, in order (- is stdin).',
      },
      {
        name: 'tables',
        value: 'FILE',
        meaning: 'JSON that declares further, empty tables for --batch.',
      },
      { name: 'timeout', value: 'SECONDS', meaning: 'Give up on a query after this long; 180.' },
      { name: 'max-rows', value: 'N', meaning: 'Return at most this many rows; 500000.' },
      { name: 'explain', meaning: 'Print the plan and its SQL instead of running it.' },
    ],
    notes: [
      'Without --data and without a data folder there are no rows, but print, range and datatable still work.',
      'A batch answers {"id","columns","rows","ms"} or {"id","error":{"code","message","line","column"}} per line.',
    ],
    examples: [
      "weir query 'Flows | summarize Bytes = sum(BytesSrcToDest) by SrcIp | top 10 by Bytes'",
      "weir query 'Flows | take 5' --output csv > flows.csv",
    ],
    load: () => import('./commands/query.ts'),
  },
  {
    name: 'rules',
    takes: { name: 'list|test|import [PATH…]', min: 1, max: Number.POSITIVE_INFINITY },
    summary: 'List rules, run their own samples, or take rule files in.',
    flags: [data, config, rulesFolder, asJson],
    notes: [
      'Rules are files in DATA/rules, in the configured folders, and those that Weir brings: Sentinel YAML and its ARM ' +
        'export, Sigma 2.1 with correlations and filters, and metric rules.',
      'test runs the samples that stand in a rule (tests:), and each rule over nothing at all; without PATH, all rules.',
      'import checks files, compiles each rule and copies them to DATA/rules; what is refused is said with line and reason.',
      'Exit code 1 when a test fails, or nothing could be imported.',
    ],
    examples: [
      'weir rules list',
      'weir rules test ./rules',
      'weir rules import ./sigma/rules/network',
    ],
    load: () => import('./commands/rules.ts'),
  },
  {
    name: 'detect',
    summary: 'Run detections over stored time, and print what they find, one JSON object a line.',
    flags: [
      data,
      config,
      rulesFolder,
      {
        name: 'from',
        value: 'TIME',
        meaning: 'Begin there (2026-03-04T10:00:00Z, or 7d for so long ago); the oldest flow.',
      },
      { name: 'to', value: 'TIME', meaning: 'End there; the newest flow.' },
    ],
    notes: [
      'Nothing is stored and nobody is told: this is for trying rules on history. Each rule runs as its schedule says.',
      'A finding has a key: the same claim found in several windows is printed once, with its first and last time.',
      'With --rules only the rules of that folder run, and no detectors.',
    ],
    examples: [
      'weir detect --from 7d',
      'weir detect --rules ./rules --from 2026-03-01 --to 2026-03-02 | jq .title',
    ],
    load: () => import('./commands/detect.ts'),
  },
  {
    name: 'bench',
    takes: { name: 'detection', min: 1, max: 1 },
    summary: 'Measure how well detection finds attacks that are hidden in invented traffic.',
    flags: [
      {
        name: 'hosts',
        value: 'N',
        meaning: 'Hosts of the invented network; 190, or 80 with --small.',
      },
      {
        name: 'days',
        value: 'N',
        meaning: 'Days, of which the last has the attacks; 3, or 2 with --small.',
      },
      { name: 'seed', value: 'TEXT', meaning: 'Another text, other traffic; weir.' },
      { name: 'small', meaning: 'Two shapes of each attack instead of all.' },
      {
        name: 'sources',
        value: 'NAMES',
        meaning: 'Only compare what is found in logs of vnet, nsg, aws, gcp (with commas), or all.',
      },
      { name: 'output', value: 'FORM', choices: ['markdown', 'json'], meaning: 'markdown.' },
    ],
    notes: [
      'Everything happens in a folder of its own, which is removed; no packet is sent.',
      'Exit code 1 when a bar is missed. The published page, docs/detection.md, is this and --small --sources all; a quarter of an hour each.',
    ],
    examples: ['weir bench detection --small'],
    load: () => import('./commands/bench.ts'),
  },
  {
    name: 'canary',
    summary:
      'Send a marked event through a running server to the receivers; fail when it does not arrive.',
    flags: [
      data,
      {
        name: 'output',
        value: 'NAME',
        meaning: 'An output to reach; all that are not read by people unless given.',
        isMany: true,
      },
      { name: 'timeout', value: 'TIME', meaning: 'Give up after this long; 60s.' },
      asJson,
    ],
    notes: [
      'The event goes from a file through ingestion, a rule and an alert to each output, and nothing counts it: it has a ' +
        'format, a table (CanaryEvents) and a kind of finding of its own.',
      'Each step is printed with its time and what its success proves. To be run on a schedule: exit code 1 says that ' +
        'alerts do not arrive.',
    ],
    examples: ['weir canary', 'weir canary --output siem --timeout 30s'],
    load: () => import('./commands/canary.ts'),
  },
  {
    name: 'outputs',
    takes: { name: 'template alerts|incidents|TABLE', min: 2, max: 2 },
    summary: 'Print the template that makes a receiving table in Microsoft Sentinel.',
    flags: [],
    notes: [
      'The template makes the table and the data collection rule before it. Its outputs (url, rule, stream) are the ' +
        "settings of an output of kind sentinel; the output's application needs Monitoring Metrics Publisher on the rule.",
    ],
    examples: [
      'weir outputs template Flows > flows.json',
      'weir outputs template alerts > alerts.json && az deployment group create --resource-group soc --template-file alerts.json --parameters workspace=soc-logs',
    ],
    load: () => import('./commands/outputs.ts'),
  },
  {
    name: 'status',
    summary:
      'Show tables, sources with freshness and completeness, disk use, and what was quarantined and why.',
    flags: [data, asJson],
    notes: [],
    examples: ['weir status', 'weir status | jq .quarantine'],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'login-link',
    takes: { name: 'ACCOUNT', min: 0, max: 1 },
    summary: 'Print a link that logs in once, for whoever lost the password.',
    flags: [data, config],
    notes: [
      'Needs access to the data folder, and no login. The account is admin unless named.',
      'The link works for an hour. Using it takes away the password and other logins of the account.',
    ],
    examples: ['weir login-link --data /srv/weir', 'weir login-link ann'],
    load: () => import('./commands/login-link.ts'),
  },
  {
    name: 'doctor',
    summary: 'Check this machine, the data and the configuration; each line says what to do.',
    flags: [
      data,
      config,
      { name: 'deep', meaning: 'Read every stored byte and compare it with its checksum.' },
      {
        name: 'repair',
        meaning: 'Hide damaged segments from queries, and show those that are whole again.',
      },
      asJson,
    ],
    notes: ['Exit code 1 when a check fails; warnings do not count.'],
    examples: ['weir doctor'],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'validate',
    summary: 'Check a configuration file and report every error in it at once.',
    flags: [
      data,
      config,
      { name: 'print', meaning: 'Print the configuration with every default filled in.' },
    ],
    notes: [],
    examples: ['weir validate --config /etc/weir.yaml'],
    load: () => import('./commands/validate.ts'),
  },
];
