import { formatNamed, messageId } from '#core/output/index.ts';
import { DeliveryFailure } from '../failure.ts';
import { assertTaken, readObject } from '../http.ts';
import { type Piece, packTexts } from '../packing.ts';
import { defineKind } from '../receiver.ts';

/** Elastic takes 100 MB and advises a few. */
const LONGEST_BODY = 5_000_000;

interface Item {
  readonly status: number;
  readonly reason: string;
}

/** What became of each document, in the order they were sent. */
function readItems(text: string): readonly Item[] {
  const { items } = readObject(text);
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const [result] = Object.values(typeof item === 'object' && item !== null ? { ...item } : {});
    const fields = readObject(JSON.stringify(result ?? {}));
    const error = readObject(JSON.stringify(fields['error'] ?? {}));
    return {
      status: typeof fields['status'] === 'number' ? fields['status'] : 0,
      reason: `${String(error['type'] ?? 'error')}: ${String(error['reason'] ?? '')}`,
    };
  });
}

/**
 * Elasticsearch's bulk API into a data stream. Documents are created under the id of their message: one that is there
 * already (409) has arrived. Source: elastic.co, "Bulk index or delete documents", "Data streams".
 */
export const elastic = defineKind({
  kind: 'elastic',
  format: 'ecs',
  formats: ['ecs', 'json', 'ocsf'],
  batch: 1000,
  proves: 'it has the document: its bulk API says created, or that it was there.',
  open(settings, deps) {
    const base = settings.url.replace(/\/+$/, '');
    const where = URL.parse(base)?.host ?? 'Elastic';
    const format = formatNamed(settings.format ?? 'ecs');
    const url = `${base}/${encodeURIComponent(settings.stream)}/_bulk`;

    async function sendPack(pack: readonly Piece[], signal: AbortSignal) {
      const reply = await deps.post(
        {
          url,
          headers: {
            authorization: `ApiKey ${deps.secret(settings.apiKey)}`,
            'content-type': 'application/x-ndjson',
          },
          body: pack.map((piece) => piece.text).join(''),
          isPacked: true,
          signal,
        },
        settings.tls,
      );
      assertTaken(reply, where, deps.now());
      const items = readItems(reply.text);
      if (items.length !== pack.length)
        throw new DeliveryFailure(
          'later',
          `${where} answers about ${items.length} of ${pack.length} documents`,
        );
      return pack.map((piece, i) => ({ piece, item: items[i] ?? { status: 0, reason: '' } }));
    }

    return {
      async send(messages, signal) {
        const texts = messages.map((message) => {
          const action = JSON.stringify({ create: { _id: messageId(message) } });
          return `${action}\n${JSON.stringify(format.print(message, deps.context))}\n`;
        });
        const { packs, rejected } = packTexts(texts, LONGEST_BODY, 0);
        const refused = [...rejected];
        for (const pack of packs) {
          const results = await sendPack(pack, signal);
          const isTaken = ({ status }: Item) => (status >= 200 && status < 300) || status === 409;
          const busy = results.find(({ item }) => item.status === 429 || item.status >= 500);
          // Those that were taken are there under their ids: sending all again makes none twice.
          if (busy) throw new DeliveryFailure('later', `${where}: ${busy.item.reason}`);
          const barred = results.find(({ item }) => [401, 403, 404].includes(item.status));
          if (barred)
            throw new DeliveryFailure('setting', `${where}: ${barred.item.reason}`, {
              advice: 'Check the data stream and what the key may do: it needs create_doc.',
            });
          for (const { piece, item } of results)
            if (!isTaken(item)) refused.push({ index: piece.index, reason: item.reason });
        }
        return { rejected: refused };
      },
    };
  },
});
