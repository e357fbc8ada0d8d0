import { type FakeReply, type FakeRequest, type FakeServer, openFake } from './fake.ts';

/*
 * Elasticsearch's bulk API over one data stream, as elastic.co describes it ("Bulk index or delete documents", "Data
 * streams"): NDJSON that ends in a line break, only `create`, a time in each document, an answer for each item in order.
 */

export interface FakeElastic extends FakeServer {
  /** By id. */
  readonly documents: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Ids that meet a full queue once (429). */
  readonly busyOnce: Set<string>;
}

const problem = (status: number, type: string, reason: string): FakeReply => ({
  status,
  body: { error: { root_cause: [{ type, reason }], type, reason }, status },
});

/** `mappings` says of dotted fields what they must be, as a strict mapping of the index would. */
export async function openElastic(options: {
  readonly apiKey: string;
  readonly stream: string;
  readonly mappings?: Readonly<Record<string, 'long' | 'ip' | 'date'>>;
}): Promise<FakeElastic> {
  const documents = new Map<string, Readonly<Record<string, unknown>>>();
  const busyOnce = new Set<string>();

  function fieldOf(document: unknown, path: string): unknown {
    let value = document;
    for (const name of path.split('.'))
      value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return value;
  }

  function fits(value: unknown, type: 'long' | 'ip' | 'date'): boolean {
    if (value === undefined) return true;
    if (type === 'long') return Number.isInteger(Number(value));
    if (type === 'date') return !Number.isNaN(Date.parse(String(value)));
    return /^[0-9a-f:.]+$/i.test(String(value));
  }

  function create(id: string, line: string) {
    const refuse = (status: number, type: string, reason: string) => ({
      create: { _index: options.stream, _id: id, status, error: { type, reason } },
    });
    if (busyOnce.delete(id))
      return refuse(
        429,
        'es_rejected_execution_exception',
        'rejected execution of coordinating operation',
      );
    let document: Readonly<Record<string, unknown>>;
    try {
      document = JSON.parse(line);
    } catch {
      return refuse(400, 'document_parsing_exception', 'failed to parse');
    }
    if (Number.isNaN(Date.parse(String(document['@timestamp']))))
      return refuse(
        400,
        'document_parsing_exception',
        'data stream timestamp field [@timestamp] is missing',
      );
    for (const [path, type] of Object.entries(options.mappings ?? {}))
      if (!fits(fieldOf(document, path), type))
        return refuse(
          400,
          'document_parsing_exception',
          `failed to parse field [${path}] of type [${type}]`,
        );
    if (documents.has(id))
      return refuse(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists`,
      );
    documents.set(id, document);
    return { create: { _index: `.ds-${options.stream}`, _id: id, result: 'created', status: 201 } };
  }

  function bulk(request: FakeRequest): FakeReply {
    const type = request.headers['content-type'];
    if (type !== 'application/x-ndjson' && type !== 'application/json')
      return problem(
        406,
        'media_type_header_exception',
        `Content-Type header [${type}] is not supported`,
      );
    if (!request.body.endsWith('\n'))
      return problem(
        400,
        'illegal_argument_exception',
        'The bulk request must be terminated by a newline [\\n]',
      );
    const lines = request.body.slice(0, -1).split('\n');
    const items: Record<string, unknown>[] = [];
    for (let i = 0; i < lines.length; i += 2) {
      const action = JSON.parse(lines[i] ?? '');
      const [name] = Object.keys(action);
      if (name !== 'create')
        items.push({
          [String(name)]: {
            status: 400,
            error: {
              type: 'illegal_argument_exception',
              reason: 'only write ops with an op_type of create are allowed in data streams',
            },
          },
        });
      else items.push(create(String(action.create._id), lines[i + 1] ?? ''));
    }
    const errors = items.some((item) => 'error' in (Object.values(item)[0] as object));
    return { status: 200, body: { took: 3, errors, items } };
  }

  const server = await openFake((request) => {
    if (request.headers.authorization !== `ApiKey ${options.apiKey}`)
      return problem(401, 'security_exception', 'unable to authenticate user');
    if (request.method !== 'POST') return problem(405, 'method_not_allowed', 'allowed: [POST]');
    if (request.url.pathname !== `/${options.stream}/_bulk`)
      return problem(403, 'security_exception', 'action [indices:data/write/bulk] is unauthorized');
    return bulk(request);
  });
  return { ...server, documents, busyOnce };
}
