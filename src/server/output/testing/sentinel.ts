import { type FakeReply, type FakeRequest, type FakeServer, openFake } from './fake.ts';

/*
 * The Logs Ingestion API and the token endpoint of Entra beside it, as Microsoft Learn describes them ("Logs Ingestion API in
 * Azure Monitor", "Azure Monitor service limits", "OAuth 2.0 client credentials flow").
 */

export interface FakeSentinel extends FakeServer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many tokens were given. */
  readonly tokens: { given: number };
  /** Tokens given so far hold no longer. */
  expire(): void;
}

export interface SentinelOptions {
  readonly rule: string;
  readonly stream: string;
  readonly tenant: string;
  readonly client: string;
  readonly secret: string;
  /** What the stream declares, by name; what it does not is dropped without a word. All that comes unless given. */
  readonly columns?: ReadonlyMap<string, string>;
  /** Bytes of a call, unpacked. */
  readonly mostBytes?: number;
}

const problem = (status: number, code: string, message: string): FakeReply => ({
  status,
  body: { error: { code, message } },
});

const MOST_BYTES = 1_000_000;

const isWhole = (value: unknown) =>
  typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(String(value));
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: isWhole,
  long: isWhole,
  real: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  datetime: (value) => !Number.isNaN(Date.parse(String(value))),
  dynamic: () => true,
};

export async function openSentinel(options: SentinelOptions): Promise<FakeSentinel> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  const tokens = { given: 0 };
  const valid = new Set<string>();

  function giveToken(request: FakeRequest): FakeReply {
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return { status: 400, body: { error: 'invalid_request' } };
    const form = new URLSearchParams(request.body);
    if (form.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (form.get('scope') !== 'https://monitor.azure.com/.default')
      return { status: 400, body: { error: 'invalid_scope' } };
    if (form.get('client_id') !== options.client || form.get('client_secret') !== options.secret)
      return {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
        },
      };
    const token = `token-${++tokens.given}`;
    valid.add(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: token } };
  }

  /** As the stream declares it: no other columns, and null where a value is of another type. */
  function asDeclared(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const { columns } = options;
    if (!columns) return row;
    return Object.fromEntries(
      [...columns].flatMap(([name, type]) =>
        name in row ? [[name, FITS[type]?.(row[name]) ? row[name] : null]] : [],
      ),
    );
  }

  function takeRows(request: FakeRequest): FakeReply {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !valid.has(token))
      return problem(401, 'AuthorizationFailed', 'The authentication token provided is invalid.');
    const parts = request.url.pathname.split('/').map(decodeURIComponent);
    if (parts[1] !== 'dataCollectionRules' || parts[3] !== 'streams')
      return problem(404, 'NotFound', 'Resource not found');
    if (request.url.searchParams.get('api-version') !== '2023-01-01')
      return problem(400, 'InvalidApiVersion', 'The api-version query parameter is invalid.');
    if (parts[2] !== options.rule)
      return problem(
        404,
        'NotFound',
        `Data collection rule with immutable Id '${parts[2]}' not found.`,
      );
    if (parts[4] !== options.stream)
      return problem(
        400,
        'InvalidStream',
        `The stream ${parts[4]} was not configured in this rule.`,
      );
    if (!request.headers['content-type']?.startsWith('application/json'))
      return problem(415, 'UnsupportedContentType', 'Supported types: application/json');
    if (Buffer.byteLength(request.body) > (options.mostBytes ?? MOST_BYTES))
      return problem(
        413,
        'ContentLengthLimitExceeded',
        'Maximum allowed content length: 1048576 bytes.',
      );
    let parsed: unknown;
    try {
      parsed = JSON.parse(request.body);
    } catch {
      return problem(400, 'InvalidRequest', 'The request body is not valid JSON.');
    }
    if (!Array.isArray(parsed))
      return problem(400, 'InvalidRequest', 'The request body must be a JSON array.');
    rows.push(...parsed.map(asDeclared));
    return { status: 204 };
  }

  const server = await openFake((request) => {
    if (request.method !== 'POST') return { status: 405 };
    if (request.url.pathname === `/${options.tenant}/oauth2/v2.0/token`) return giveToken(request);
    return takeRows(request);
  });
  return { ...server, rows, tokens, expire: () => valid.clear() };
}
