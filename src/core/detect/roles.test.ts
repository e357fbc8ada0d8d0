import { expect, it } from 'vitest';
import { readRoles } from './index.ts';

const calls = { Sort: 'caller', Ip: '10.1.7.3', Port: 8472, Peers: 7, Flows: 336, Hours: 24 };
const even = { Low: 48, High: 48, Talked: 7 };
const rolesOf = (rows: Parameters<typeof readRoles>[0]) => [
  ...(readRoles(rows).roles.get('10.1.7.3') ?? []),
];

it('takes who calls many hosts evenly for a monitor', () => {
  expect(rolesOf([{ ...calls, ...even }])).toEqual(['monitor']);
});

it('takes a node of a cluster, whom the others call as it calls them, for none', () => {
  const called = {
    Sort: 'service',
    Ip: '10.1.7.3',
    Port: 8472,
    Peers: 7,
    Flows: 336,
    Sent: 1,
    Got: 1,
  };
  expect(rolesOf([{ ...calls, ...even }, called])).toEqual(['server']);
  expect(
    rolesOf([
      { ...calls, ...even },
      { ...called, Port: 22 },
    ]),
  ).toEqual(['monitor', 'server']);
});
