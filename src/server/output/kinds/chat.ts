import {
  type AlertMessage,
  type JsonObject,
  slackMessage,
  teamsMessage,
} from '#core/output/index.ts';
import { assertTaken } from '../http.ts';
import { defineKind, type Receiver, type ReceiverDeps } from '../receiver.ts';
import type { SlackSettings, TeamsSettings } from '../settings.ts';

/** Both take about one message a second. */
const BETWEEN_MS = 1100;

/** The address of an incoming webhook is its secret: it is in no message. */
function openChat(
  settings: SlackSettings | TeamsSettings,
  deps: ReceiverDeps,
  print: (alert: AlertMessage) => JsonObject,
): Receiver {
  let last = 0;
  return {
    async send(messages, signal) {
      for (const message of messages) {
        if (message.kind === 'row') continue;
        const pause = last + BETWEEN_MS - deps.now();
        if (pause > 0) await deps.sleep(pause, signal);
        signal.throwIfAborted();
        last = deps.now();
        const reply = await deps.post(
          {
            url: deps.secret(settings.url),
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(print(message)),
            signal,
          },
          undefined,
          true,
        );
        assertTaken(reply, settings.kind, deps.now());
      }
      return { rejected: [] };
    },
  };
}

/** Slack's incoming webhooks. Source: docs.slack.dev, "Sending messages using incoming webhooks". */
export const slack = defineKind({
  kind: 'slack',
  format: 'json',
  formats: [],
  notice: (alert) => JSON.stringify(slackMessage(alert), undefined, 2),
  batch: 10,
  proves: 'Slack answered that it posted the message.',
  open: (settings, deps) => openChat(settings, deps, slackMessage),
});

/** Teams by a workflow that begins when a webhook request is received. */
export const teams = defineKind({
  kind: 'teams',
  format: 'json',
  formats: [],
  notice: (alert) => JSON.stringify(teamsMessage(alert), undefined, 2),
  batch: 10,
  proves: 'Teams took the card; its workflow posts it.',
  open: (settings, deps) => openChat(settings, deps, teamsMessage),
});
