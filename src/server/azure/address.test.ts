import { describe, expect, it } from 'vitest';
import { parseAzureAddress, sasExpiry } from './address.ts';

describe('parseAzureAddress', () => {
  const host = 'https://acc.blob.core.windows.net';
  it.each([
    ['az://acc/logs', { url: `${host}/logs`, account: 'acc', container: 'logs', prefix: '' }],
    ['az://acc/logs/', { url: `${host}/logs`, account: 'acc', container: 'logs', prefix: '' }],
    [
      'az://acc/logs/flowLogResourceID=/X/y=2026/',
      { url: `${host}/logs`, prefix: 'flowLogResourceID=/X/y=2026/' },
    ],
    [`${host}/logs`, { url: `${host}/logs`, account: 'acc', container: 'logs', prefix: '' }],
    [`${host}/$web/a/b`, { url: `${host}/$web`, container: '$web', prefix: 'a/b' }],
    [
      'http://127.0.0.1:10000/dev/logs/p',
      { url: 'http://127.0.0.1:10000/dev/logs', account: 'dev', prefix: 'p' },
    ],
    [
      'insights-logs-flowlogflowevent',
      { url: null, account: null, container: 'insights-logs-flowlogflowevent' },
    ],
  ])('of %s', (text, address) => {
    expect(parseAzureAddress(text)).toMatchObject(address);
  });

  it.each([
    'Logs',
    'a',
    'a--b',
    'https://acc.blob.core.windows.net/',
    'https://',
    `${host}/logs?sig=secret`,
  ])('refuses %s with a sentence that does not repeat a secret', (text) => {
    expect(parseAzureAddress(text)).toEqual(expect.stringMatching(/\.$/));
    expect(parseAzureAddress(text)).not.toMatch(/secret/);
  });
});

describe('sasExpiry', () => {
  it.each([
    ['?sv=2021&se=2026-03-04T10:00:00Z&sig=x', Date.UTC(2026, 2, 4, 10)],
    ['se=2026-03-04&sig=x', Date.UTC(2026, 2, 4)],
    ['sv=2021&si=policy&sig=x', null],
    ['', null],
  ])('of %s', (sas, at) => {
    expect(sasExpiry(sas)).toBe(at);
  });
});
