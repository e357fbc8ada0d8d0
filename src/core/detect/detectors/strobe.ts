import { ipEntity } from '#core/alert/index.ts';
import { counted, printBytes, printCount } from '#core/base/index.ts';
import { rareness } from '../beaconing.ts';

import { DAY, defineDetector, HOUR } from '../detector.ts';
import { between, flowsKql, inWindow, isHost } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf } from '../row.ts';
import { hosts } from '../sample.ts';
import { printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

const seconds = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

export const strobe = defineDetector({
  name: 'strobe',
  title: 'Strobe to the internet',
  family: 'beacon',
  version: '1.0.0',
  says: 'A host opens a connection a second or more to one address outside, hour after hour.',
  source:
    'RITA 5.1: 86,400 connections of a pair in 24 hours; here an hour at that pace, three times, is enough.',
  tactics: ['CommandAndControl'],
  techniques: ['T1071', 'T1008'],
  falsePositives: [
    'A program in a loop: an agent that cannot log in, a poll without a pause',
    'Name servers and proxies, which are left out',
  ],
  nextSteps: [
    'Find the program on the host, and whether it works as its maker means it to',
    'Look at the address: whose is it, who else talks to it?',
  ],
  parameters: {
    perHour: { value: 3600, meaning: 'Connections in an hour.' },
    leastHours: { value: 3, meaning: 'Hours of that kind in a day.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let outward = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and AllowedFlows > UnansweredFlows and ${isHost('DestIp')} | extend Port = coalesce(DestPort, -1);
let pairs = outward
  | summarize Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime), Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows),
      SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by TimeGenerated, SrcIp, DestIp, Port, L4Protocol
  | where Flows >= ${pass.values.perHour}
  | summarize Hours = count(), Flows = sum(Flows), FirstTime = min(FirstTime), LastTime = max(LastTime), Sent = sum(Sent), Got = sum(Got), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows),
      SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, Port, L4Protocol
  | where Hours >= ${pass.values.leastHours};
let users = outward | where DestIp in ((pairs | project DestIp)) | distinct SrcIp, DestIp | summarize Users = count() by DestIp;
pairs | join kind=inner users on DestIp | top 500 by Flows desc`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      const given = portOf(row, 'Port');
      const port = given === -1 ? null : given;
      if (
        pass.knowledge.hasRole(src, 'dns', 'proxy', 'gateway', 'mail') ||
        port === 53 ||
        port === 123
      )
        return [];
      const users = numberOf(row, 'Users');
      const { rare, common } = rareness(pass.knowledge.insideHosts);
      if (users >= common) return [];
      const hours = numberOf(row, 'Hours');
      const flows = numberOf(row, 'Flows');
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      return [
        {
          about: [src, dest, port],
          title: `${src} calls ${dest} on port ${printPort(port)} every second for ${counted(hours, 'hour')}`,
          reasons: [
            `${printCount(flows)} connections in ${counted(hours, 'hour')}, ${(flows / hours / 3600).toFixed(1)} a second; ${printBytes(numberOf(row, 'Sent'))} went out, ${printBytes(numberOf(row, 'Got'))} came back.`,
            users <= 1
              ? 'No other inside host talks to that address.'
              : `${users} inside hosts talk to that address.`,
            ...blindness(sight),
          ],
          first,
          last,
          severity: users <= rare ? ('medium' as const) : ('low' as const),
          score: Math.min(1, 0.8 + (users <= rare ? 0.15 : -0.15)),
          confidence: 0.7 * clarity(sight),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: { flows, hours, users, port },
          evidence: { kql: flowsKql({ first, last }, [between(src, dest, port)]), rows: flows },
          magnitude: flows,
        },
      ];
    }),
  fires: [
    {
      says: 'Two calls a second for three hours',
      flows: [0, 1].flatMap(() => [
        { src: '10.1.0.5', dest: '203.0.113.7', port: 8080, at: seconds(3600, 10_800) },
      ]),
    },
  ],
  silent: [
    {
      says: 'A resolver asks its upstream all the time',
      flows: [
        ...hosts('10.1.1.', 1, 5).map((src) => ({
          src,
          dest: '10.1.0.53',
          port: 53,
          protocol: 'U',
          at: [10, 20],
          packets: [1, 1] as const,
        })),
        {
          src: '10.1.0.53',
          dest: '203.0.113.53',
          port: 53,
          protocol: 'U',
          at: seconds(3600, 10_800),
          packets: [1, 1],
        },
      ],
    },
  ],
});
