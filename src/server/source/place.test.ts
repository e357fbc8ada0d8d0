import { describe, expect, it } from 'vitest';
import { currentHours, parseHourPath, recentDays, rootOfYear } from './azure-layout.ts';
import { openPlace, PlaceError } from './place.ts';

describe('openPlace', () => {
  const login = { AZURE_STORAGE_KEY: 'a2V5' };
  it.each([
    ['-', 'stdin', 'stdin'],
    ['/var/log/flows', 'file', 'folder:/var/log/flows'],
    ['file:///var/log/my%20flows', 'file', 'folder:/var/log/my flows'],
    ['az://myaccount/logs/a/b', 'azure-blob', 'az://myaccount/logs'],
  ])('takes %s', (text, kind, name) => {
    expect(openPlace(text, login)).toMatchObject({ kind, name });
  });

  it.each([
    ['s3://bucket/key', /Amazon S3 buckets come with a later release/, /Copy the files/],
    ['gs://bucket', /Google Cloud Storage buckets come with a later release/, /Copy the files/],
    ['http://host/file', /http:\/\/ is not known/, /Give a file/],
    ['az://account', /is no name of a container/, /^$/],
    ['az://Account/logs', /is no name of a storage account/, /^$/],
  ])('refuses %s', (text, message, hint) => {
    const open = () => openPlace(text, login);
    expect(open).toThrow(message);
    expect(open).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) }));
  });

  it('says where it looks for a login', () => {
    const open = () => openPlace('az://account/logs', {});
    expect(open).toThrow(PlaceError);
    expect(open).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/AZURE_STORAGE_SAS_TOKEN/) }),
    );
  });
});

describe('names of hours', () => {
  const root = 'flowLogResourceID=/SUB_NETWORKWATCHERRG/NETWORKWATCHER_WE_LOG/';
  const name = `${root}y=2026/m=03/d=04/h=10/m=00/macAddress=0022480A0B0C/PT1H.json`;

  it('are parsed', () => {
    expect(parseHourPath(name)).toEqual({ root, hour: Date.UTC(2026, 2, 4, 10) });
    expect(parseHourPath('AWSLogs/1/vpcflowlogs/eu/2026/03/04/x.log.gz')).toBeNull();
    expect(rootOfYear(`${root}y=2026/`)).toBe(root);
    expect(rootOfYear(`${root}y=2026/m=03/`)).toBeNull();
  });

  it('are those that may still grow: this hour, the last one, and at its end the next', () => {
    const hours = (at: number) => currentHours('', at);
    expect(hours(Date.UTC(2026, 2, 4, 10, 20))).toEqual([
      'y=2026/m=03/d=04/h=09/',
      'y=2026/m=03/d=04/h=10/',
    ]);
    expect(hours(Date.UTC(2025, 11, 31, 23, 57))).toEqual([
      'y=2025/m=12/d=31/h=22/',
      'y=2025/m=12/d=31/h=23/',
      'y=2026/m=01/d=01/h=00/',
    ]);
    expect(recentDays('r/', Date.UTC(2026, 0, 1, 10))).toEqual([
      'r/y=2025/m=12/d=31/',
      'r/y=2026/m=01/d=01/',
    ]);
  });
});
