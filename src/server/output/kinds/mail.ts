import { mailBody, mailText } from '#core/output/index.ts';
import { explainConnection } from '../http.ts';
import { defineKind } from '../receiver.ts';
import { openSmtp } from '../smtp.ts';

/** E-mail by a relay: one message each, in one session. */
export const mail = defineKind({
  kind: 'mail',
  format: 'json',
  formats: [],
  notice: mailBody,
  batch: 20,
  proves: 'the relay took the message (250); what becomes of it after that is its affair.',
  open: (settings, deps) => ({
    async send(messages, signal) {
      const where = `${settings.host}:${settings.port}`;
      const rejected: { index: number; reason: string }[] = [];
      try {
        const { user, password } = settings;
        const session = await openSmtp({
          host: settings.host,
          port: settings.port,
          transport: settings.transport,
          network: deps.network(settings.tls),
          name: deps.context.host,
          login:
            user === undefined || password === undefined
              ? undefined
              : { user, password: deps.secret(password) },
          signal,
        });
        try {
          for (const [index, message] of messages.entries()) {
            if (message.kind === 'row') continue;
            const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
            const { from, to } = settings;
            const text = mailText(message, { from, to, domain, now: deps.now() });
            const refusal = await session.send(from, to, text);
            if (refusal !== undefined) rejected.push({ index, reason: refusal });
          }
          await session.quit();
        } finally {
          session.destroy();
        }
      } catch (error) {
        signal.throwIfAborted();
        throw explainConnection(error, where, false);
      }
      return { rejected };
    },
  }),
});
