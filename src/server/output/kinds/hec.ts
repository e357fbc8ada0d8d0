import { randomUUID } from 'node:crypto';
import { formatNamed, type Message, messageTime } from '#core/output/index.ts';
import { DeliveryFailure } from '../failure.ts';
import { assertTaken, type Reply, readObject } from '../http.ts';
import { packTexts } from '../packing.ts';
import { defineKind, type ReceiverDeps } from '../receiver.ts';
import type { HecSettings } from '../settings.ts';

/** Small enough for proxies on the way; Splunk itself takes more (limits.conf, max_content_length). */
const LONGEST_BODY = 1_000_000;
const POLL_FIRST_MS = 200;
const POLL_LONGEST_MS = 10_000;
/** Splunk keeps an acknowledgement for as long by default; after it nobody knows. */
const LONGEST_WAIT_MS = 4 * 60_000;

/** Codes by which Splunk says that an event is bad, not the request: no data, format, event missing, blank, fields. */
const BAD_EVENT: ReadonlySet<number> = new Set([5, 6, 12, 13, 15]);
/** Token disabled, required, invalid; incorrect index; channel missing or invalid; acknowledgement off. */
const BAD_SETTING: ReadonlySet<number> = new Set([1, 2, 3, 4, 7, 10, 11, 14]);

/** Reads Splunk's own words off an answer that is no success, before its status speaks. */
function assertHec(reply: Reply, where: string, now: number): void {
  const said = readObject(reply.text);
  const code = typeof said['code'] === 'number' ? said['code'] : undefined;
  const text = `${where} answers ${reply.status}: ${String(said['text'] ?? '')} (code ${code})`;
  if (code !== undefined && code !== 0 && BAD_SETTING.has(code))
    throw new DeliveryFailure('setting', text, {
      advice:
        'Check the token, its indexes, and whether it acknowledges, as the output is told to expect.',
    });
  if (code !== undefined && BAD_EVENT.has(code)) throw new DeliveryFailure('content', text);
  assertTaken(reply, where, now);
}

function envelope(message: Message, settings: HecSettings, deps: ReceiverDeps): string {
  const format = formatNamed(settings.format ?? 'cim');
  const at = messageTime(message);
  return JSON.stringify({
    ...(at === undefined ? {} : { time: (at / 1000).toFixed(3) }),
    host: deps.context.host,
    source: 'weir',
    sourcetype:
      message.kind === 'row' ? `weir:${message.table.toLowerCase()}` : `weir:${message.kind}`,
    ...(settings.index === undefined ? {} : { index: settings.index }),
    event: format.print(message, deps.context),
  });
}

/**
 * Splunk's HTTP Event Collector: events one after the other in a body, and, where the token acknowledges, a question until
 * the indexers have them. Source: help.splunk.com, "Format events for HTTP Event Collector", "About HTTP Event Collector
 * Indexer Acknowledgment", "Troubleshoot HTTP Event Collector".
 */
export const hec = defineKind({
  kind: 'hec',
  format: 'cim',
  formats: ['cim', 'cef', 'ecs', 'json', 'leef', 'ocsf'],
  batch: 500,
  proves: 'it answered that it took the event, and with acknowledgement that it is indexed.',
  open(settings, deps) {
    const base = settings.url.replace(/\/+$/, '').replace(/\/services\/collector(\/event)?$/, '');
    const where = URL.parse(base)?.host ?? 'Splunk';
    // Acknowledgements are of a channel: one for the life of this receiver.
    const channel = randomUUID();

    const request = (path: string, body: string, signal: AbortSignal, isPacked: boolean) =>
      deps.post(
        {
          url: `${base}${path}`,
          headers: {
            authorization: `Splunk ${deps.secret(settings.token)}`,
            'content-type': 'application/json',
            ...(settings.acknowledge ? { 'x-splunk-request-channel': channel } : {}),
          },
          body,
          isPacked,
          signal,
        },
        settings.tls,
      );

    async function untilIndexed(acks: readonly number[], signal: AbortSignal): Promise<void> {
      const end = deps.now() + LONGEST_WAIT_MS;
      let open = acks;
      for (
        let pause = POLL_FIRST_MS;
        open.length > 0;
        pause = Math.min(pause * 2, POLL_LONGEST_MS)
      ) {
        if (deps.now() > end)
          throw new DeliveryFailure(
            'later',
            `${where} took the events and did not index them in time`,
          );
        await deps.sleep(pause, signal);
        signal.throwIfAborted();
        const reply = await request(
          `/services/collector/ack?channel=${channel}`,
          JSON.stringify({ acks: open }),
          signal,
          false,
        );
        assertHec(reply, where, deps.now());
        const known = readObject(JSON.stringify(readObject(reply.text)['acks'] ?? {}));
        // False is: not yet, failed, or forgotten. Which of them only time tells.
        open = open.filter((ack) => known[String(ack)] !== true);
      }
    }

    return {
      async send(messages, signal) {
        const texts = messages.map((message) => envelope(message, settings, deps));
        const { packs, rejected } = packTexts(texts, LONGEST_BODY, 1);
        const acks: number[] = [];
        for (const pack of packs) {
          const body = pack.map((piece) => piece.text).join('\n');
          const reply = await request('/services/collector/event', body, signal, true);
          assertHec(reply, where, deps.now());
          const { ackId } = readObject(reply.text);
          if (typeof ackId === 'number') acks.push(ackId);
          else if (settings.acknowledge)
            throw new DeliveryFailure('setting', `${where} does not acknowledge`, {
              advice: 'Turn acknowledgement on for the token, or off for the output.',
            });
        }
        await untilIndexed(acks, signal);
        return { rejected };
      },
    };
  },
});
