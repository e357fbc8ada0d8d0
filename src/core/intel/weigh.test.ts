import { describe, expect, test } from 'vitest';
import { type Indicator, indicatorOf } from './indicator.ts';
import { TERM_FLAGS } from './match/terms.ts';
import { observe } from './observable.ts';
import { type Contact, judgeContact } from './verdict.ts';
import { readWarningList, WarningLists } from './warning-lists.ts';
import { decayed, effectiveConfidence, expiryOf } from './weigh.ts';

const DAY = 86_400_000_000;
const NOW = Date.UTC(2026, 5, 1) * 1000;

function indicator(text: string, facts: Partial<Indicator> = {}): Indicator {
  const seen = observe(text);
  if ('refused' in seen) throw new Error(seen.refused);
  return indicatorOf(seen, text, facts);
}

describe('confidence', () => {
  test("MISP's NIDS model crosses 30 after about 47 days and is 0 at 120", () => {
    const model = { lifetime: 120 * DAY, speed: 2 };
    expect(decayed(80, 46 * DAY, model)).toBeGreaterThan(30);
    expect(decayed(80, 47 * DAY, model)).toBeLessThan(30);
    expect(decayed(80, 120 * DAY, model)).toBe(0);
    expect(decayed(80, -5, model)).toBe(80);
  });

  const whole = { trust: 1, confidence: 80, isWholeList: true };
  const when = { now: NOW, fetched: NOW, isShared: false };

  test('an address alone counts less than one with its port, a shared one least', () => {
    const of = (text: string, isShared = false) =>
      Math.round(effectiveConfidence(indicator(text), whole, { ...when, isShared }));
    expect([
      of('198.51.100.1:443'),
      of('198.51.100.1'),
      of('198.51.100.1', true),
      of('198.51.100.0/24'),
      of('198.51.0.0/16'),
    ]).toEqual([80, 48, 16, 40, 24]);
  });

  test('what a whole list still names is as fresh as the list; other entries are as old as they say', () => {
    const old = indicator('evil.example', { lastSeen: NOW - 89 * DAY, confidence: 100 });
    expect(effectiveConfidence(old, whole, when)).toBe(90);
    expect(effectiveConfidence(old, { ...whole, isWholeList: false }, when)).toBeLessThan(5);
  });

  test('ends: the source’s own first, then by what it is', () => {
    expect(expiryOf(indicator('198.51.100.1', { validUntil: 7 }), NOW)).toBe(7);
    expect(expiryOf(indicator('198.51.100.1'), NOW)).toBe(NOW + 14 * DAY);
    expect(expiryOf(indicator('198.51.100.1', { role: 'scanner' }), NOW)).toBe(NOW + 7 * DAY);
    expect(expiryOf(indicator('198.51.100.0/24'), NOW)).toBeNull();
  });
});

describe('verdicts', () => {
  const contact: Contact = {
    role: 'c2',
    confidence: 75,
    flags: 0,
    direction: 'outbound',
    replyBytes: 100,
    wasAllowed: true,
    gotIn: false,
    isHistoric: false,
    isEnrichmentOnly: false,
  };
  const cases: readonly [string, Partial<Contact>, string][] = [
    ['outbound, answered, sure', {}, 'high'],
    ['exactly 70', { confidence: 70 }, 'high'],
    ['just below 70', { confidence: 69.9 }, 'medium'],
    ['just below 40', { confidence: 39.9 }, 'low'],
    ['no answer', { replyBytes: 0 }, 'medium'],
    ['denied', { wasAllowed: false, replyBytes: 0 }, 'medium'],
    ['inbound and denied', { wasAllowed: false, direction: 'inbound' }, 'informational'],
    ['inbound', { direction: 'inbound', role: 'scanner', replyBytes: 0 }, 'informational'],
    ['inbound with success', { direction: 'inbound', role: 'bruteforcer' }, 'medium'],
    ['inbound from a c2 server', { direction: 'inbound' }, 'informational'],
    ['inbound and at work', { direction: 'inbound', gotIn: true }, 'high'],
    [
      'inbound and at work, less sure',
      { direction: 'inbound', gotIn: true, confidence: 60 },
      'medium',
    ],
    ['historic', { isHistoric: true }, 'low'],
    ['known scanner', { flags: TERM_FLAGS.scanner }, 'informational'],
    ['sinkhole', { flags: TERM_FLAGS.sinkhole, confidence: 48 }, 'high'],
    ['outbound to a scanner', { role: 'scanner' }, 'low'],
  ];
  test.each(cases)('%s', (_, change, severity) => {
    expect(judgeContact({ ...contact, ...change }).severity).toBe(severity);
  });
});

describe('warning lists', () => {
  const lists = new WarningLists([
    readWarningList(
      JSON.stringify({
        name: 'List of known Akamai CDN ranges',
        type: 'cidr',
        list: ['198.51.100.0/24'],
      }),
      'x',
    ),
    readWarningList(
      JSON.stringify({ name: 'Sinkholes', type: 'cidr', list: ['198.51.100.7'] }),
      'x',
    ),
    readWarningList(
      JSON.stringify({
        name: 'Own names',
        type: 'hostname',
        list: ['corp.example', '.intra.example'],
      }),
      'x',
    ),
    readWarningList(
      JSON.stringify({ name: 'Parts', type: 'substring', list: ['goodvendor'] }),
      'x',
    ),
    readWarningList('# mine\n203.0.113.0/24\n', 'own networks'),
    readWarningList(JSON.stringify({ name: 'Patterns', type: 'regex', list: ['/a/'] }), 'x'),
  ]);
  const classOf = (text: string) => {
    const seen = observe(text);
    return 'refused' in seen ? seen.refused : lists.check(seen)?.class;
  };
  test.each([
    ['198.51.100.9', 'shared'],
    ['198.51.100.7', 'shared'],
    ['203.0.113.9', 'never'],
    ['8.8.8.8', 'never'],
    ['d41d8cd98f00b204e9800998ecf8427e', 'never'],
    ['corp.example', 'never'],
    ['a.corp.example', 'never'],
    ['evilcorp.example', undefined],
    ['x.intra.example', 'never'],
    ['www.goodvendor.example', 'never'],
    ['http://198.51.100.9/mal', undefined],
    ['http://a.corp.example/x', 'never'],
    ['other.example', undefined],
  ])('%s', (text, expected) => expect(classOf(text)).toBe(expected));

  test('lists of regular expressions are named as left out', () => {
    expect(lists.refused).toEqual(['Patterns: regular expressions are not evaluated']);
    expect(() => readWarningList('{"name":"x"}', 'x')).toThrow(/object with a list/);
    expect(() => readWarningList('{"name":"x","type":"odd","list":[]}', 'x')).toThrow(/odd/);
  });
});
