import { addressesOf, cut, headline } from '../alert-parts.ts';
import { type AlertMessage, isoOf, type JsonObject } from '../message.ts';

const COLOURS = {
  informational: 'Default',
  low: 'Accent',
  medium: 'Warning',
  high: 'Attention',
  critical: 'Attention',
} as const;

/** Markdown in a TextBlock is taken as it is: what would be a link or emphasis is escaped. */
const plain = (text: string): string => text.replace(/[\\`*_[\]()<>#|~]/g, '\\$&');

const block = (text: string, more: JsonObject = {}): JsonObject => ({
  type: 'TextBlock',
  text: plain(cut(text, 4000)),
  wrap: true,
  ...more,
});

/**
 * A message with an Adaptive Card 1.5 for a Workflows webhook; at most 28 KB.
 * Source: Microsoft Learn, "Create incoming webhooks with Workflows".
 */
export function teamsMessage(alert: AlertMessage): JsonObject {
  const facts = [
    ['Status', alert.status],
    ['First', isoOf(alert.first)],
    ['Last', isoOf(alert.last)],
    ['ATT&CK', alert.techniques.join(', ')],
    ['Addresses', addressesOf(alert).slice(0, 10).join(', ')],
    ['Found by', alert.finder.name],
    ['Id', `${alert.id}, version ${alert.version}`],
  ] as const;
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.5',
          body: [
            block(cut(headline(alert), 300), {
              size: 'Large',
              weight: 'Bolder',
              color: COLOURS[alert.severity],
            }),
            ...(alert.description === '' ? [] : [block(alert.description)]),
            {
              type: 'FactSet',
              facts: facts.flatMap(([title, value]) =>
                value === '' ? [] : [{ title, value: plain(cut(value, 500)) }],
              ),
            },
            ...alert.nextSteps.slice(0, 8).map((step) => block(`– ${cut(step, 300)}`)),
          ],
          ...(alert.link === undefined
            ? {}
            : {
                actions: [
                  { type: 'Action.OpenUrl', title: `Open the ${alert.kind}`, url: alert.link },
                ],
              }),
        },
      },
    ],
  };
}
