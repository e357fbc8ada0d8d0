import { type FakeReply, type FakeRequest, type FakeServer, openFake } from './fake.ts';

/*
 * Splunk's HTTP Event Collector, as help.splunk.com describes it ("Format events for HTTP Event Collector", "Troubleshoot
 * HTTP Event Collector", "About HTTP Event Collector Indexer Acknowledgment"): codes with their statuses, events one after
 * the other, a number for the first bad event, acknowledgements of a channel that are told once.
 */

const ERRORS = {
  1: [403, 'Token disabled'],
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  7: [400, 'Incorrect index'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  14: [400, 'ACK is disabled'],
} as const;

function refusal(code: keyof typeof ERRORS, event?: number): FakeReply {
  const [status, text] = ERRORS[code];
  return {
    status,
    body: { text, code, ...(event === undefined ? {} : { 'invalid-event-number': event }) },
  };
}

export interface HecOptions {
  readonly token: string;
  readonly indexes?: readonly string[];
  readonly acknowledges?: boolean;
}

export interface FakeHec extends FakeServer {
  /** Envelopes that were taken, in order; with acknowledgement only once they are indexed. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** While true, what is taken is not indexed. */
  isIndexerDown: boolean;
  /** What was taken and is not indexed is lost, and nobody will say so. */
  lose(): void;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The JSON objects of a body, one after the other with anything blank between; undefined when there is something else. */
function readObjects(body: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  const objects: Readonly<Record<string, unknown>>[] = [];
  let depth = 0;
  let start = -1;
  let isText = false;
  for (let i = 0; i < body.length; i++) {
    const c = body[i];
    if (isText) {
      if (c === '\\') i++;
      else if (c === '"') isText = false;
    } else if (c === '"') isText = true;
    else if (c === '{') {
      if (depth++ === 0) start = i;
    } else if (c === '}') {
      if (--depth === 0) objects.push(JSON.parse(body.slice(start, i + 1)));
    } else if (depth === 0 && c?.trim() !== '') return undefined;
  }
  return depth === 0 ? objects : undefined;
}

export async function openHec(options: HecOptions): Promise<FakeHec> {
  const events: Readonly<Record<string, unknown>>[] = [];
  const channels = new Map<string, Map<number, readonly Readonly<Record<string, unknown>>[]>>();
  const indexed = new Map<string, Set<number>>();
  let nextAck = 0;

  function authorize(request: FakeRequest): FakeReply | undefined {
    const header = request.headers.authorization;
    if (header === undefined) return refusal(2);
    const given = /^Splunk (.+)$/.exec(header)?.[1];
    if (given === undefined) return refusal(3);
    return given === options.token ? undefined : refusal(4);
  }

  function takeEvents(request: FakeRequest): FakeReply {
    const channel = String(request.headers['x-splunk-request-channel'] ?? '');
    if (options.acknowledges && channel === '') return refusal(10);
    if (channel !== '' && !GUID.test(channel)) return refusal(11);
    if (request.body === '') return refusal(5);
    const objects = readObjects(request.body);
    if (!objects) return refusal(6, 0);
    for (const [i, object] of objects.entries()) {
      if (!Object.hasOwn(object, 'event')) return refusal(12, i);
      if (object['event'] === '' || object['event'] === null) return refusal(13, i);
      const known = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields'];
      if (Object.keys(object).some((key) => !known.includes(key))) return refusal(6, i);
      if (object['time'] !== undefined && !/^\d{10}(\.\d{1,3})?$/.test(String(object['time'])))
        return refusal(6, i);
      const index = object['index'];
      if (index !== undefined && !options.indexes?.includes(String(index))) return refusal(7, i);
    }
    if (!options.acknowledges) {
      events.push(...objects);
      return { status: 200, body: { text: 'Success', code: 0 } };
    }
    const ackId = nextAck++;
    const open = channels.get(channel) ?? new Map();
    channels.set(channel, open.set(ackId, objects));
    return { status: 200, body: { text: 'Success', code: 0, ackId } };
  }

  function tellAcks(request: FakeRequest): FakeReply {
    if (!options.acknowledges) return refusal(14);
    const channel =
      request.url.searchParams.get('channel') ??
      String(request.headers['x-splunk-request-channel'] ?? '');
    if (channel === '') return refusal(10);
    const open = channels.get(channel) ?? new Map();
    if (!fake.isIndexerDown)
      for (const [id, objects] of open) {
        events.push(...objects);
        open.delete(id);
        indexed.set(channel, (indexed.get(channel) ?? new Set()).add(id));
      }
    const asked: { readonly acks: readonly number[] } = JSON.parse(request.body);
    // Told once: the server forgets what it has said.
    const acks = asked.acks.map((id) => [id, indexed.get(channel)?.delete(id) ?? false]);
    return { status: 200, body: { acks: Object.fromEntries(acks) } };
  }

  const server = await openFake((request) => {
    const refused = authorize(request);
    if (refused) return refused;
    if (request.method !== 'POST') return { status: 405 };
    if (request.url.pathname === '/services/collector/event') return takeEvents(request);
    if (request.url.pathname === '/services/collector/ack') return tellAcks(request);
    return {
      status: 404,
      body: { text: 'The requested URL was not found on this server.', code: 404 },
    };
  });
  const fake: FakeHec = {
    ...server,
    events,
    isIndexerDown: false,
    lose: () => channels.clear(),
  };
  return fake;
}

/** What a busy server says. */
export const HEC_BUSY: FakeReply = { status: 503, body: { text: 'Server is busy', code: 9 } };
