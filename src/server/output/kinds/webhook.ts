import { createHmac } from 'node:crypto';
import { formatNamed, messageId, printLine, webhookHeaders } from '#core/output/index.ts';
import { assertTaken } from '../http.ts';
import { defineKind } from '../receiver.ts';

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();

/** One message a request, signed by Standard Webhooks. */
export const webhook = defineKind({
  kind: 'webhook',
  format: 'json',
  formats: ['json', 'cim', 'ecs', 'ocsf', 'cef', 'leef', 'columns'],
  batch: 50,
  proves: 'it answered that it took the message.',
  open(settings, deps) {
    const format = formatNamed(settings.format ?? 'json');
    const where = URL.parse(settings.url)?.host ?? 'the webhook';
    return {
      async send(messages, signal) {
        for (const message of messages) {
          const body = printLine(format, message, deps.context);
          const secrets = settings.secret === undefined ? '' : deps.secret(settings.secret);
          const reply = await deps.post(
            {
              url: settings.url,
              headers: {
                'content-type': format.kind === 'text' ? 'text/plain' : 'application/json',
                ...webhookHeaders(messageId(message), deps.now(), body, secrets, hmac),
              },
              body,
              signal,
            },
            settings.tls,
          );
          assertTaken(reply, where, deps.now());
        }
        return { rejected: [] };
      },
    };
  },
});
