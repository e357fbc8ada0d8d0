import { expect, it } from 'vitest';
import { ipEntity } from '#core/alert/index.ts';
import { DAY, findingOf, HOUR } from '#core/alert/testing/finding.ts';
import { gatherClaims, type HistoryFinder } from './history.ts';

const stretch = { from: DAY, to: DAY + 24 * HOUR, signal: new AbortController().signal };

const finder = (...findings: ReturnType<typeof findingOf>[]): HistoryFinder => ({
  name: 'finder',
  async *run() {
    yield* findings;
  },
});

it('keeps of one claim what the gravest look said, over the times and with the entities of all', async () => {
  const grave = findingOf({
    by: '10.1.0.5',
    to: '10.1.0.9',
    severity: 'high',
    title: 'the grave one',
    magnitude: 40,
  });
  const later = {
    ...findingOf({ by: '10.1.0.5', severity: 'low', first: DAY + 5 * HOUR, last: DAY + 6 * HOUR }),
    key: grave.key,
    entities: [ipEntity('10.1.0.7', 'target', true)],
    magnitude: 70,
  };
  for (const findings of [
    [grave, later],
    [later, grave],
  ]) {
    const claims = await gatherClaims([[finder(...findings)]], stretch);
    expect(claims.failures).toEqual([]);
    expect(claims.findings).toMatchObject([
      {
        severity: 'high',
        title: 'the grave one',
        first: DAY + HOUR,
        last: DAY + 6 * HOUR,
        magnitude: 70,
      },
    ]);
    expect(claims.findings[0]?.entities.map((e) => e.identifiers['Address'])).toEqual([
      '10.1.0.5',
      '10.1.0.9',
      '10.1.0.7',
    ]);
  }
});

it('of looks that are equally grave the surer says it, of equals the later', async () => {
  const [sure, unsure, equal] = [0.9, 0.4, 0.9].map((score, i) =>
    findingOf({ by: '10.1.0.5', score, title: `look ${i}` }),
  );
  const titleOf = async (...of: ReturnType<typeof findingOf>[]) =>
    (await gatherClaims([[finder(...of)]], stretch)).findings.map(({ title }) => title);
  expect(await titleOf(sure!, unsure!)).toEqual(['look 0']);
  expect(await titleOf(unsure!, sure!)).toEqual(['look 0']);
  expect(await titleOf(sure!, equal!)).toEqual(['look 2']);
});
