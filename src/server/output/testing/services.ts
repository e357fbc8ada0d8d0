import { type FakeReply, type FakeRequest, type FakeServer, openFake } from './fake.ts';

/*
 * The services that people read: what each takes, and how it refuses, as its own pages describe it.
 */

export interface FakeService extends FakeServer {
  /** Bodies that were taken. */
  readonly taken: readonly Readonly<Record<string, unknown>>[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function parse({ body }: FakeRequest): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

async function open(
  path: string,
  unknown: FakeReply,
  judge: (body: Fields, request: FakeRequest) => FakeReply | undefined,
  taken: FakeReply,
): Promise<FakeService> {
  const bodies: Fields[] = [];
  const server = await openFake((request) => {
    if (request.method !== 'POST') return { status: 405 };
    if (request.url.pathname !== path) return unknown;
    const body = parse(request);
    const refused = body ? judge(body, request) : { status: 400, body: 'invalid_payload' };
    if (refused || !body) return refused ?? { status: 400 };
    bodies.push(body);
    return taken;
  });
  return { ...server, url: `${server.url}${path}`, taken: bodies };
}

/** A text object of Slack's blocks holds at most so many characters. */
const isText = (value: unknown, longest: number): boolean => {
  const { type, text } = fieldsOf(value);
  return (
    (type === 'plain_text' || type === 'mrkdwn') &&
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= longest
  );
};

function isBlock(value: unknown): boolean {
  const block = fieldsOf(value);
  const elements = listOf(block['elements']);
  switch (block['type']) {
    case 'header':
      return fieldsOf(block['text'])['type'] === 'plain_text' && isText(block['text'], 150);
    case 'section':
      return isText(block['text'], 3000);
    case 'context':
      return elements.length > 0 && elements.length <= 10 && elements.every((e) => isText(e, 3000));
    case 'actions':
      return elements.every((element) => {
        const { type, text, url } = fieldsOf(element);
        return type === 'button' && isText(text, 75) && URL.canParse(String(url));
      });
    default:
      return false;
  }
}

/** Source: docs.slack.dev, "Sending messages using incoming webhooks", "Handling errors", "Blocks". */
export const openSlack = (): Promise<FakeService> =>
  open(
    '/services/T0/B0/very-secret',
    { status: 404, body: 'no_service' },
    (body, { headers }) => {
      if (!headers['content-type']?.startsWith('application/json'))
        return { status: 400, body: 'invalid_payload' };
      if (typeof body['text'] !== 'string' || body['text'] === '')
        return { status: 400, body: 'no_text' };
      const blocks = listOf(body['blocks']);
      return blocks.length <= 50 && blocks.every(isBlock)
        ? undefined
        : { status: 400, body: 'invalid_blocks' };
    },
    { status: 200, body: 'ok', headers: { 'content-type': 'text/html' } },
  );

/** Source: Microsoft Learn, "Create incoming webhooks with Workflows", "Adaptive Cards", limits of messages. */
export const openTeams = (): Promise<FakeService> =>
  open(
    '/workflows/very-secret/triggers/manual/paths/invoke',
    { status: 404, body: { error: { code: 'WorkflowNotFound' } } },
    (body, { sizeBytes }) => {
      if (sizeBytes > 28 * 1024) return { status: 413 };
      const [attachment] = listOf(body['attachments']).map(fieldsOf);
      const card = fieldsOf(attachment?.['content']);
      const isCard =
        body['type'] === 'message' &&
        attachment?.['contentType'] === 'application/vnd.microsoft.card.adaptive' &&
        card['type'] === 'AdaptiveCard' &&
        Number(card['version']) <= 1.5 &&
        listOf(card['body']).length > 0;
      return isCard
        ? undefined
        : { status: 400, body: { error: { code: 'TriggerInputSchemaMismatch' } } };
    },
    { status: 202 },
  );

/** Source: developer.pagerduty.com, "Send an alert event", "Events API v2 overview". */
export const openPagerduty = (routingKey: string): Promise<FakeService> =>
  open(
    '/v2/enqueue',
    { status: 404 },
    (event) => {
      const errors: string[] = [];
      if (event['routing_key'] !== routingKey) errors.push("'routing_key' is invalid");
      if (!['trigger', 'acknowledge', 'resolve'].includes(String(event['event_action'])))
        errors.push("'event_action' is invalid");
      const key = event['dedup_key'];
      if (typeof key !== 'string' || key.length === 0 || key.length > 255)
        errors.push("'dedup_key' is invalid");
      if (event['event_action'] === 'trigger') {
        const { summary, source, severity } = fieldsOf(event['payload']);
        if (typeof summary !== 'string' || summary === '' || summary.length > 1024)
          errors.push("'payload.summary' is invalid");
        if (typeof source !== 'string' || source === '') errors.push("'payload.source' is missing");
        if (!['critical', 'error', 'warning', 'info'].includes(String(severity)))
          errors.push("'payload.severity' is invalid");
      }
      return errors.length === 0
        ? undefined
        : {
            status: 400,
            body: { status: 'invalid event', message: 'Event object is invalid', errors },
          };
    },
    { status: 202, body: { status: 'success', message: 'Event processed' } },
  );
