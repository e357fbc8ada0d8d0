import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, QueryInput, QueryResult, Role, ServerEvent } from '#core/contract/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { heldBody, PRINTERS } from '#server/query/index.ts';
import { tellIntel } from '#server/app/serving/intel.ts';
import { createIntel } from '#server/intel/index.ts';
import { type LocalWork, openLocalWork } from '#server/intel/work/local-work.ts';
import { type Alerts, createAlerts } from '#server/alert/index.ts';
import { openStore } from '#server/store/index.ts';
import { createWatchlists, LARGEST_BYTES } from '#server/watchlist/index.ts';
import { type Auth, createAuth, createQueryHistory, createSavedQueries, openState, type State } from '#server/auth/index.ts';
import {
  type Asker,
  createEventHub,
  createHttpServer,
  createJobs,
  createLog,
  type EventHub,
  type HttpOptions,
  type HttpServer,
  type Ingest,
  type QueryService,
  schemaAnswer,
  type OutputService,
  type RuleService,
  type StatusService,
} from '../index.ts';

export const PASSWORD = 'correct horse battery';
export const HOST = '127.0.0.1:8787';
export const ORIGIN = `http://${HOST}`;

/** A query that failed in the compiler, as the query service throws it. */
export class FailedQuery extends Error {
  readonly code: string;
  readonly advice = 'Columns of Flows are listed by `Flows | getschema`.';
  readonly line = 2;
  readonly column = 9;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One row with a cell of every type that JSON shows in its own way. */
export const RESULT: QueryResult = {
  columns: [
    { name: 'TimeGenerated', type: 'datetime', unit: 'none' },
    { name: 'SrcIp', type: 'string', unit: 'address' },
    { name: 'Bytes', type: 'long', unit: 'bytes' },
    { name: 'IsFlowStart', type: 'bool', unit: 'none' },
    { name: 'Lasted', type: 'timespan', unit: 'none' },
    { name: 'AdditionalFields', type: 'dynamic', unit: 'none' },
  ],
  rows: [
    ['2026-03-01T00:00:00.1234567Z', '10.0.0.4', 1200, true, '00:00:01.5000000', { zone: ['a', 1] }],
    [null, '', '9223372036854775807', false, null, null],
  ],
  render: { visualization: 'timechart', properties: { title: 'Bytes', ycolumns: ['Bytes'] } },
  stats: { elapsedMs: 12.5, rowsRead: 100, bytesRead: 4096, segments: 3, isCached: false },
  warnings: [],
};

type SeenQuery = QueryInput & { readonly user: string };

/** Answers by the text of the query: `bad…` fails, `bug` breaks, `wait` lasts until it is given up, `big` is long. */
function queryService(seen: SeenQuery[], aborted: string[]): QueryService {
  const answer = async (input: QueryInput, { user, signal }: Asker) => {
    const { query } = input;
    seen.push({ user, ...input });
    if (query.startsWith('bad'))
      throw new FailedQuery('unknown-column', 'There is no column SrcIpp.');
    if (query === 'busy') throw new FailedQuery('too-busy', '64 queries are already waiting.');
    if (query === 'late') throw new FailedQuery('timeout', 'The query took longer than 1 s.');
    if (query === 'bug') throw new TypeError('secret detail of a bug');
    if (query === 'wait')
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          aborted.push(query);
          reject(new DOMException('given up', 'AbortError'));
        }),
      );
    if (query !== 'big') return RESULT;
    const rows = Array.from({ length: 2000 }, (_, i) => [
      null,
      `10.0.0.${i % 256}`,
      i,
      true,
      null,
      null,
    ]);
    return { ...RESULT, rows };
  };
  return {
    async run(input, form, asker) {
      const { rows, ...facts } = await answer(input, asker);
      const text = PRINTERS[form].open(facts.columns).rows(rows);
      const isCut = input.query === 'cut';
      return {
        ...facts,
        rows: rows.length,
        results: input.query.split(';').length,
        truncated: isCut
          ? { code: 'truncated', message: 'Only the first 2 rows are here.' }
          : undefined,
        body: heldBody(Buffer.from(text)),
      };
    },
    async export(input, format, asker) {
      const { rows } = await answer(input, asker);
      const body = heldBody(Buffer.from(`${format} of ${rows.length} rows\n`));
      const truncated =
        input.query === 'big' ? 'There are more rows than a file may hold.' : undefined;
      return { mediaType: 'text/csv; charset=utf-8', rows: rows.length, truncated, body };
    },
    check: async () => [],
    complete: async (_, position) => ({ start: position, length: 0, items: [{ label: 'Flows', kind: 'table' }] }),
    hover: async () => null,
    signature: async () => null,
    format: async (query) => query,
    functions: async () => [
      {
        name: 'Recent',
        parameters: '(span:timespan=1h, hosts:dynamic=dynamic(["a","b"]), T:(x:long, y:string))',
        body: 'Flows | where TimeGenerated > ago(span)',
        description: 'Flows of late.',
      },
    ],
  };
}

const noOutput = (): never => {
  throw Object.assign(new Error('There is no such output.'), { code: 'not-found', advice: '' });
};

const noRule = (): never => {
  throw Object.assign(new Error('there is no rule none'), { code: 'not-found', advice: '' });
};
const RULES: RuleService = {
  list: () => ({ rules: [], detectors: [], problems: [], waitMs: 0 }),
  one: noRule,
  history: async () => noRule(),
  enable: noRule,
  remove: noRule,
  check: async () => ({ rules: [], problems: [], trials: [] }),
  put: async () => ({ rules: [], problems: [], trials: [] }),
};

const OUTPUTS: OutputService = {
  list: () => [],
  test: async () => noOutput(),
  preview: noOutput,
  retry: noOutput,
  rejected: noOutput,
  canary: async () => ({ ok: false, marker: 'none', hops: [] }),
};

const STATUS: StatusService = {
  status: async () => ({
    version: '0.1.0',
    startedAt: '2026-03-01T00:00:00Z',
    now: '2026-03-01T00:00:01Z',
    tables: [{ name: 'Flows', rows: 1, sizeBytes: 2, segments: 1, oldest: null, newest: null }],
    sources: [],
    completeness: [],
    disk: { usedBytes: 1, freeBytes: 2, budgetBytes: null, state: 'fine' },
    retention: [],
    quarantine: [],
    duplicates: [],
    behind: [],
    reduction: { upTo: null, lagSeconds: null },
  }),
  quarantine: async () => ({ records: [] }),
  about: () => ({ version: '0.1.0', runtime: [], data: [], code: [] }),
  metrics: () => 'weir_test 1\n',
};

/** Counts lines; those that are not JSON are damage. A file that begins with `?` is of no known kind. */
const ingestLines: Ingest = async ({ paths, format }, onProgress) => {
  const text = (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('');
  if (text.startsWith('?'))
    throw Object.assign(new Error('The file looks like nothing that Weir reads.'), {
      advice: 'It reads Azure, AWS and GCP flow logs.',
    });
  const lines = text.split('\n').filter((line) => line !== '');
  const stored = lines.filter((line) => line.startsWith('{')).length;
  const total = {
    format: format ?? 'lines',
    bytesTotal: text.length,
    bytesDone: text.length,
    records: lines.length,
    stored,
    known: 0,
    quarantined: lines.length - stored,
  };
  onProgress({ ...total, bytesDone: 1, stored: 0 });
  return total;
};

export interface Fixture {
  readonly server: HttpServer;
  readonly state: State;
  readonly auth: Auth;
  readonly events: EventHub;
  readonly alerts: Alerts;
  readonly folder: string;
  readonly queries: SeenQuery[];
  readonly aborted: string[];
  readonly logged: string[];
  readonly told: ServerEvent[];
  now: number;
  /** A request as the page makes it: right host, right origin, from this machine. */
  ask(method: string, path: string, more?: Ask): Promise<Response>;
  /** An account of the role, and its cookie. */
  login(role: Role): Promise<string>;
  /** An API token of the role. */
  token(role: Role): Promise<string>;
  job(id: string): Promise<Job>;
  close(): Promise<void>;
}

/** The body as the test knows it to be. */
export async function readJson<T>(response: Response): Promise<T> {
  // A test that is wrong about the shape fails at what it expects of it.
  return (await response.json()) as T;
}

export interface Ask {
  readonly cookie?: string | undefined;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly raw?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly address?: string;
}

/** Posts as a program does: with a token, and from no page. */
export const programOf =
  (fixture: Fixture, token: string) =>
  (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fixture.ask('POST', path, { token, body, headers: { origin: undefined, ...headers } });

export async function openFixture(
  options: Partial<HttpOptions> & { uploadLimit?: number; ingest?: Ingest } = {},
): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-http-'));
  const webRoot = join(folder, 'web');
  mkdirSync(join(webRoot, 'assets'), { recursive: true });
  writeFileSync(join(webRoot, 'index.html'), `<!doctype html><title>Weir</title>${'<p>page</p>'.repeat(300)}`);
  writeFileSync(join(webRoot, 'assets', 'main-AbCd1234.js'), `console.log(${'"x"+'.repeat(900)}"")`);
  writeFileSync(join(folder, 'outside.html'), 'not to be seen');
  const state = openState(':memory:');
  const queries: Fixture['queries'] = [];
  const aborted: string[] = [];
  const logged: string[] = [];
  const told: ServerEvent[] = [];
  let now = Date.UTC(2026, 2, 1);
  const clock = () => now;
  const log = createLog({ level: 'debug', form: 'json', now: clock, write: (line) => logged.push(line) });
  const auth = createAuth({
    state,
    now: clock,
    passwordCost: { logN: 4, r: 8, p: 1 },
    onAuditFailure: (error) => log.error('audit', { error }),
  });
  const events = createEventHub(10);
  events.subscribe((event) => told.push(event));
  const { uploadLimit = 1_000_000, ingest = ingestLines, ...rest } = options;
  const jobs = createJobs({
    folder: join(folder, 'uploads'),
    limitBytes: uploadLimit,
    minFreeBytes: 0,
    ingest,
    now: clock,
    log,
    onChange: (job) => events.publish({ type: 'job', job }),
  });
  const store = await openStore({ folder: join(folder, 'data'), clock: () => clock() * 1000 });
  const alerts = createAlerts({ store, clock: () => clock() * 1000 });
  let work: LocalWork | undefined;
  const intel = createIntel({
    store,
    clock: () => clock() * 1000,
    feeds: [],
    warningLists: [],
    ask: async (request) => {
      work ??= await openLocalWork();
      return work.ask(request);
    },
  });
  const server = createHttpServer({
    version: '0.1.0',
    auth,
    saved: createSavedQueries(state, clock),
    history: createQueryHistory(state, clock),
    queries: queryService(queries, aborted),
    watchlists: {
      ...createWatchlists({ folder: join(folder, 'watchlists') }),
      largestBytes: LARGEST_BYTES,
    },
    rules: RULES,
    alerts,
    intel: tellIntel(intel, () => clock() * 1000),
    outputs: OUTPUTS,
    schema: () => schemaAnswer(TABLES),
    status: STATUS,
    jobs,
    events,
    now: clock,
    log,
    webRoot,
    options: { hosts: ['weir.example'], ...rest },
  });
  const ask: Fixture['ask'] = async (method, path, { cookie, token, body, raw, headers = {}, address = '127.0.0.1' } = {}) => {
    const all = new Headers({ host: HOST });
    if (method !== 'GET') all.set('origin', ORIGIN);
    if (cookie) all.set('cookie', cookie);
    if (token) all.set('authorization', `Bearer ${token}`);
    if (body !== undefined) all.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(headers))
      if (value === undefined) all.delete(name);
      else all.set(name, value);
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const init: RequestInit & { duplex?: 'half' } = { method, headers: all };
    if (payload !== undefined) Object.assign(init, { body: payload, duplex: 'half' });
    const bindings = { incoming: { socket: { remoteAddress: address } } };
    return server.app.request(`http://${HOST}${path}`, init, bindings);
  };
  const account = async (role: Role): Promise<string> => {
    const name = `${role}-person`;
    if (!auth.accounts.find(name)) await auth.accounts.create(name, role, PASSWORD);
    return name;
  };
  const fixture: Fixture = {
    server,
    state,
    auth,
    events,
    alerts,
    folder,
    queries,
    aborted,
    logged,
    told,
    get now() {
      return now;
    },
    set now(value) {
      now = value;
    },
    ask,
    async login(role) {
      const name = await account(role);
      const response = await ask('POST', '/api/v1/login', { body: { name, password: PASSWORD } });
      return response.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    async token(role) {
      return auth.tokens.create({ owner: await account(role), name: 'ci', role }).secret;
    },
    async job(id) {
      const cookie = await fixture.login('viewer');
      for (let i = 0; i < 200; i++) {
        const job = await readJson<Job>(await ask('GET', `/api/v1/jobs/${id}`, { cookie }));
        if (job.finishedAt !== null) return job;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`job ${id} does not end`);
    },
    async close() {
      await server.stop(200);
      await intel.stop();
      work?.close();
      await alerts.stop();
      await store.close();
      state.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return fixture;
}
