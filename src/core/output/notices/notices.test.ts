import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mailText, pagerdutyEvent, slackMessage, teamsMessage, webhookHeaders } from '../index.ts';
import { alert, incident } from '../testdata/messages.ts';

const HOSTILE = '<!channel> *a* & [b](http://c)\r\nBcc: x@y\u{1F600}\0';
const hostile = { ...alert, title: HOSTILE, description: `${HOSTILE}\n.\n` };
const huge = { ...alert, title: '\u{1F600}<'.repeat(1e4), description: '<&>'.repeat(1e5) };

describe('Slack', () => {
  it('writes blocks that mention nobody', () => {
    const text = JSON.stringify(slackMessage(hostile));
    expect(text).toContain('&lt;!channel&gt;');
    expect(JSON.stringify(slackMessage(alert))).toContain('Open the alert');
  });

  it('keeps to the lengths of blocks', () => {
    const { blocks } = slackMessage(huge) as {
      blocks: { type: string; text?: { text: string } }[];
    };
    for (const { type, text } of blocks)
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(type === 'header' ? 150 : 3000);
  });
});

describe('Teams', () => {
  it('writes a card without links of strangers, under 28 KB', () => {
    expect(JSON.stringify(teamsMessage(hostile))).toContain('\\\\[b\\\\]');
    expect(JSON.stringify(teamsMessage(huge)).length).toBeLessThan(28_000);
    expect(teamsMessage(alert)).toMatchObject({
      attachments: [{ content: { type: 'AdaptiveCard', version: '1.5' } }],
    });
  });
});

describe('PagerDuty', () => {
  it('triggers, and resolves what is closed, under one key', () => {
    expect(pagerdutyEvent(alert, 'key')).toMatchObject({
      routing_key: 'key',
      event_action: 'trigger',
      payload: { severity: 'error', source: '203.0.113.9' },
    });
    expect(pagerdutyEvent(incident, 'key')).toMatchObject({
      event_action: 'resolve',
      dedup_key: `weir-incident-${incident.id}`,
    });
    expect(JSON.stringify(pagerdutyEvent(huge, 'key')).length).toBeLessThan(512_000);
  });
});

describe('mail', () => {
  const heads = { from: 'weir@x.org', to: ['a@x.org', 'b@x.org'], domain: 'x.org', now: 0 };

  it('writes a message with its thread', () => {
    const text = mailText(alert, heads);
    expect(text).toContain('Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n');
    expect(text).toContain(
      `Message-ID: <${alert.id}-2@x.org>\r\nReferences: <${alert.id}-1@x.org>`,
    );
    expect(text).toContain('Subject: High: 10.0.1.4 calls 203.0.113.9:443 every 60 s\r\n');
    const body = text.slice(text.indexOf('\r\n\r\n')).replaceAll('\r\n', '');
    expect(Buffer.from(body, 'base64').toString()).toContain('120 rows prove it:\r\nFlows | where');
  });

  it('lets nothing become a header or an end', () => {
    const [head = ''] = mailText(hostile, heads).split('\r\n\r\n');
    expect(head.split('\r\n').filter((line) => /^Bcc/i.test(line))).toEqual([]);
    expect(mailText(hostile, heads)).not.toMatch(/^\.$/m);
    expect(
      mailText(huge, heads)
        .split('\r\n')
        .every((line) => line.length <= 998),
    ).toBe(true);
    const subject = /Subject: ((?:.|\r\n )*)\r\n/.exec(mailText(hostile, heads))?.[1] ?? '';
    const words = subject
      .split(/\r\n | /)
      .map((word) => /^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '');
    expect(words.map((word) => Buffer.from(word, 'base64').toString()).join('')).toBe(
      'High: <!channel> *a* & [b](http://c) Bcc: x@y\u{1F600} ',
    );
  });
});

describe('the signature of webhooks', () => {
  const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();

  /** The example of the specification's libraries. */
  it('is that of the published example', () => {
    expect(
      webhookHeaders(
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1614265330_000,
        '{"test": 2432232314}',
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        hmac,
      ),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is one for each secret, and none without', () => {
    const both = webhookHeaders('a', 0, 'b', 'whsec_YQ== plain', hmac)['webhook-signature'];
    expect(both?.split(' ')).toHaveLength(2);
    expect(webhookHeaders('a', 0, 'b', '', hmac)).not.toHaveProperty('webhook-signature');
  });
});
