import { expect, test } from 'vitest';
import { printPrecision, readHanded, ruleOf } from './words.ts';

test('a query becomes the text of a rule, whatever its name and lines', () => {
  const { file, text } = ruleOf({
    name: 'Odd "SSH": who?',
    query: 'Flows\n| where DestPort == 22  ',
  });
  expect(file).toBe('odd-ssh-who.yaml');
  expect(text).toContain('name: "Odd \\"SSH\\": who?"\n');
  expect(text).toContain('query: |\n  Flows\n  | where DestPort == 22\n');
  expect(ruleOf({ name: '!!', query: 'Flows' }).file).toBe('hunt.yaml');
});

test('what another page hands over is taken only where it looks like it', () => {
  const handed = readHanded(
    new URLSearchParams('name=Who&query=Flows&each=1h&over=1d%0Ax&address=SrcIp&address=a:%20b'),
  );
  expect(handed).toEqual({ name: 'Who', query: 'Flows', each: '1h', addresses: ['SrcIp'] });
  expect(readHanded(new URLSearchParams('name=Who'))).toBeUndefined();
  const { text } = ruleOf(handed!);
  expect(text).toContain('queryFrequency: 1h\nqueryPeriod: 1h\n');
  expect(text).toContain('aggregationKind: AlertPerResult');
  expect(text).toContain('columnName: SrcIp }');
});

test('precision says why there is none', () => {
  const found = {
    kind: 'rule' as const,
    id: 'r',
    name: 'r',
    alerts: 4,
    alertsPerDay: 1,
    incidents: 1,
    suppressed: 0,
    truePositives: 0,
    falsePositives: 0,
    benignPositives: 0,
    precision: null,
    interval: null,
    proposal: null,
  };
  expect(printPrecision(undefined).text).toBe('no alerts');
  expect(printPrecision(found).text).toBe('not judged');
  expect(
    printPrecision({ ...found, truePositives: 4, precision: 1, interval: [0.5, 1] }),
  ).toMatchObject({ text: '100 %', isNumber: true });
});
