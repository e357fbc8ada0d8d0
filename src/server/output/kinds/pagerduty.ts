import { pagerdutyEvent } from '#core/output/index.ts';
import { assertTaken } from '../http.ts';
import { defineKind } from '../receiver.ts';

/** PagerDuty's Events API v2. */
export const pagerduty = defineKind({
  kind: 'pagerduty',
  format: 'json',
  formats: [],
  notice: (alert) => JSON.stringify(pagerdutyEvent(alert, '…'), undefined, 2),
  batch: 20,
  proves: 'PagerDuty accepted the event (202).',
  open: (settings, deps) => ({
    async send(messages, signal) {
      for (const message of messages) {
        if (message.kind === 'row') continue;
        const event = pagerdutyEvent(message, deps.secret(settings.routingKey));
        const reply = await deps.post(
          {
            url: settings.url,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(event),
            signal,
          },
          settings.tls,
        );
        assertTaken(reply, 'PagerDuty', deps.now());
      }
      return { rejected: [] };
    },
  }),
});
