import { addressesOf, capital, cut, headline } from '../alert-parts.ts';
import { type AlertMessage, isoOf, type JsonObject } from '../message.ts';

/** `&`, `<` and `>` would begin links and mentions. Source: Slack, "Escaping text". */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Longest text of a section, and of a header. Source: Slack, "Reference: blocks". */
const LONGEST_SECTION = 3000;
const LONGEST_HEADER = 150;

/** Escapes are not cut in two: the text is cut before it is escaped, to half the room. */
const section = (text: string): JsonObject => ({
  type: 'section',
  text: { type: 'mrkdwn', text: escaped(cut(text, LONGEST_SECTION / 2)).slice(0, LONGEST_SECTION) },
});

/** A message of an incoming webhook, in blocks. */
export function slackMessage(alert: AlertMessage): JsonObject {
  const facts = [
    `*Status* ${alert.status}`,
    `*Between* ${isoOf(alert.first)} and ${isoOf(alert.last)}`,
    ...(alert.techniques.length > 0 ? [`*ATT&CK* ${alert.techniques.join(', ')}`] : []),
    ...(addressesOf(alert).length > 0
      ? [`*Addresses* ${addressesOf(alert).slice(0, 10).join(', ')}`]
      : []),
  ];
  return {
    text: escaped(cut(headline(alert), LONGEST_SECTION / 2)),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: cut(headline(alert), LONGEST_HEADER), emoji: false },
      },
      ...(alert.description === '' ? [] : [section(alert.description)]),
      section(facts.join('\n')),
      ...(alert.nextSteps.length === 0
        ? []
        : [section(alert.nextSteps.map((step) => `• ${step}`).join('\n'))]),
      ...(alert.link === undefined
        ? []
        : [
            {
              type: 'actions',
              elements: [
                {
                  type: 'button',
                  text: { type: 'plain_text', text: `Open the ${alert.kind}` },
                  url: alert.link,
                },
              ],
            },
          ]),
      {
        type: 'context',
        elements: [
          {
            type: 'plain_text',
            text: `${capital(alert.kind)} ${alert.id}, version ${alert.version}, found by ${cut(alert.finder.name, 200)}`,
          },
        ],
      },
    ],
  };
}
