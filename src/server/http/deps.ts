import type {
  Completion,
  Diagnostic,
  EXPORT_FORMATS,
  Hover,
  QueryInput,
  QueryResult,
  ROUTES,
  RouteId,
  RouteOutput,
  RouteParsed,
  SchemaAnswer,
  Signature,
  StatusAnswer,
  Watchlist,
} from '#core/contract/index.ts';
import type { Auth, QueryHistory, SavedQueries } from '#server/auth/index.ts';
import type { EventHub } from './event-hub.ts';
import type { Jobs } from './jobs.ts';
import type { Log } from './log.ts';

/** Who asks, so that users take turns and a query ends with its request. */
export interface Asker {
  readonly user: string;
  readonly signal: AbortSignal;
}

/** The printed rows of an answer; read once or discarded. */
export interface Body {
  readonly sizeBytes: number;
  /** The bytes, when they are at hand. */
  readonly held: Uint8Array | undefined;
  stream(): AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

/** How the cells of rows are printed: as the API has them, or as clients of Kusto or Log Analytics expect them. */
export type RowForm = 'rows' | 'kusto-rows' | 'log-analytics-rows';

/** An answer of any length. */
export interface QueryAnswer extends Omit<QueryResult, 'rows'> {
  readonly rows: number;
  /** How many results the query has: expressions with semicolons between. */
  readonly results: number;
  /** Set when the query has more rows than these. */
  readonly truncated: { readonly code: string; readonly message: string } | undefined;
  /** Rows as JSON arrays, with commas between. */
  readonly body: Body;
}

/** A file made by a query. */
export interface Download {
  readonly mediaType: string;
  readonly rows: number;
  /** A sentence, when the query has more rows than a file may hold; nobody gets a file that only looks complete. */
  readonly truncated: string | undefined;
  readonly body: Body;
}

/** A function of KQL that Weir keeps. */
export interface StoredFunction {
  readonly name: string;
  /** As KQL writes them, with parentheses. */
  readonly parameters: string;
  readonly body: string;
  readonly description: string;
}

/**
 * What the server needs of the query service. A query that cannot be answered rejects with an Error that has `code`
 * (of the contract's ERRORS, or the compiler's own), and may have `advice`, `line`, `column`, `start`, `length`.
 */
export interface QueryService {
  /** `result` is which of several results, counted from 0; the last when absent. */
  run(input: QueryInput, form: RowForm, asker: Asker, result?: number): Promise<QueryAnswer>;
  export(
    input: QueryInput,
    format: (typeof EXPORT_FORMATS)[number],
    asker: Asker,
  ): Promise<Download>;
  check(query: string): Promise<readonly Diagnostic[]>;
  complete(
    query: string,
    position: number,
  ): Promise<{ start: number; length: number; items: readonly Completion[] }>;
  hover(query: string, position: number): Promise<Hover | null>;
  signature(query: string, position: number): Promise<Signature | null>;
  format(query: string): Promise<string>;
  /** What queries can call beside the language's own functions, views among them. */
  functions(): Promise<readonly StoredFunction[]>;
}

/** What the server needs to tell how Weir is doing. */
export interface StatusService {
  status(window: { from?: string | undefined; to?: string | undefined }): Promise<StatusAnswer>;
  quarantine(limit: number): Promise<RouteOutput<typeof ROUTES.quarantine>>;
  about(): RouteOutput<typeof ROUTES.about>;
  /** Lines in the text format of Prometheus, beside the server's own. */
  metrics(): string;
}

/** What the server needs of the watchlists. Errors have `code` and `advice`, as those of the query service. */
export interface WatchlistService {
  readonly largestBytes: number;
  list(): readonly Watchlist[];
  read(alias: string): Uint8Array;
  put(list: {
    readonly alias: string;
    readonly csv: Uint8Array;
    readonly searchKey?: string | undefined;
    readonly description?: string | undefined;
  }): Promise<Watchlist>;
  remove(alias: string): Promise<void>;
}

type In<Id extends RouteId> = RouteParsed<(typeof ROUTES)[Id]>;
type Out<Id extends RouteId> = RouteOutput<(typeof ROUTES)[Id]>;

/** Rules and detectors. What cannot be done is thrown as an Error with a code of the contract, and `advice`. */
export interface RuleService {
  list(): Out<'rules'>;
  one(input: In<'rule'>): Out<'rule'>;
  history(input: In<'ruleHistory'>): Promise<Out<'ruleHistory'>>;
  enable(input: In<'enableRule'>): Out<'enableRule'>;
  remove(input: In<'removeRule'>): Out<'removeRule'>;
  check(input: In<'checkRules'>): Promise<Out<'checkRules'>>;
  put(input: In<'putRuleFile'>): Promise<Out<'putRuleFile'>>;
}

/**
 * Alerts, incidents and what people do about them. `who` is an account. What cannot be done is thrown as an Error with a
 * code of the contract, and `advice`.
 */
export interface AlertService {
  incidents(input: In<'incidents'>): Omit<Out<'incidents'>, 'owners'>;
  incident(number: number): Omit<Out<'incident'>, 'owners'>;
  alerts(input: In<'alerts'>): Out<'alerts'>;
  alertStatistics(days: number): Out<'alertStatistics'>['finders'];
  openIncident(input: In<'openIncident'>, who: string): Out<'openIncident'>;
  changeIncident(input: In<'changeIncident'>, who: string): Out<'changeIncident'>;
  noteIncident(input: In<'noteIncident'>, who: string): void;
  bookmarkIncident(input: In<'bookmarkIncident'>, who: string): Out<'bookmarkIncident'>;
  removeBookmark(input: In<'removeBookmark'>, who: string): void;
  splitIncident(input: In<'splitIncident'>, who: string): Out<'splitIncident'>;
  judgeAlert(input: In<'judgeAlert'>, who: string): Out<'judgeAlert'>;
  suppressions(): readonly Out<'suppress'>[];
  previewSuppression(input: In<'previewSuppression'>): Out<'previewSuppression'>;
  suppress(input: In<'suppress'>, who: string): Out<'suppress'>;
  endSuppression(input: In<'endSuppression'>, who: string): void;
}

/** Threat intelligence. Errors have `code` and `advice`, as those of the query service. */
export interface IntelService {
  state(): Out<'intel'>;
  sync(name: string): Promise<void>;
  sightings(input: In<'sightings'>): Out<'sightings'>['sightings'];
  add(input: In<'addIndicator'>, who: string): Promise<string>;
  remove(value: string): Promise<void>;
  declareHarmless(input: In<'declareHarmless'>, who: string): void;
  endHarmless(value: string): void;
}

/** What alerts and tables are sent to. A name that is none is thrown as `not-found`. */
export interface OutputService {
  list(): Out<'outputs'>['outputs'];
  test(name: string, signal: AbortSignal): Promise<Out<'testOutput'>>;
  preview(name: string): string;
  retry(name: string): void;
  rejected(name: string): Out<'rejectedMessages'>['rejected'];
  canary(input: In<'canary'>, signal: AbortSignal): Promise<Out<'canary'>>;
}

export interface HttpOptions {
  /** Names, beside addresses and `localhost`, under which browsers may reach the server. */
  readonly hosts: readonly string[];
  /** True where browsers use https, here or at a proxy: cookies are marked Secure, and browsers stay on https. */
  readonly isSecure?: boolean;
  /** Addresses, or prefixes, of proxies in front of the server: their `X-Forwarded-For` is believed, and nobody else's. */
  readonly proxies?: readonly string[];
  /** Most bytes of one JSON body; 4 MiB. */
  readonly bodyLimitBytes?: number;
  /** Longest that a JSON body may take to arrive; 15 s. */
  readonly bodyTimeoutMs?: number;
  /** Longest pause inside an upload; 30 s. */
  readonly uploadIdleMs?: number;
  /** Server-sent-event streams at once; 200. */
  readonly streams?: number;
  /** Between signs of life on a stream of events; 15 s. */
  readonly heartbeatMs?: number;
}

export interface HttpDeps {
  readonly version: string;
  readonly auth: Auth;
  readonly saved: SavedQueries;
  readonly history: QueryHistory;
  readonly queries: QueryService;
  readonly watchlists: WatchlistService;
  readonly rules: RuleService;
  readonly alerts: AlertService;
  readonly intel: IntelService;
  readonly outputs: OutputService;
  readonly schema: () => SchemaAnswer;
  readonly status: StatusService;
  readonly jobs: Jobs;
  readonly events: EventHub;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly log: Log;
  /** Folder of the built page. */
  readonly webRoot: string;
  readonly options: HttpOptions;
}
