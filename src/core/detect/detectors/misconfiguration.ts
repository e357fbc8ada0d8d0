import { ipEntity } from '#core/alert/index.ts';
import { counted, printCount } from '#core/base/index.ts';

import { DAY, defineDetector } from '../detector.ts';
import { between, flowsKql, inWindow, isHost, TALKS } from '../kql.ts';
import { instantOf, numberOf, portOf, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { printPort } from '../services.ts';
import { blindness, sightOf } from '../sight.ts';

export const misconfiguration = defineDetector({
  name: 'misconfiguration',
  title: 'Service that is called in vain',
  family: 'hygiene',
  version: '1.0.0',
  says: 'A host inside calls one service again and again and never gets through: a setting is wrong, not somebody evil.',
  source:
    'Many failures at one service, hour after hour, by a host that fails nowhere else: the opposite of a scan, which fails at many once.',
  tactics: [],
  techniques: [],
  falsePositives: ['A service that is down and comes back'],
  nextSteps: ['Correct the address or rule, or stop the job; until then it hides what matters'],
  parameters: {
    leastTries: { value: 200, meaning: 'Tries in a day.' },
    leastHours: { value: 6, meaning: 'Hours in which it tried.' },
  },
  reads: ['PairHours'],
  window: DAY,
  every: DAY,
  candidates: (pass) => `
PairHours | ${inWindow(pass)} | where SrcIsInside and ${isHost('DestIp')}
| extend Talks = ${TALKS}, Port = coalesce(DestPort, -1)
| summarize Flows = sum(Flows), Denied = sum(DeniedFlows), Talked = max(tolong(Talks)), Hours = dcount(TimeGenerated), FirstTime = min(FirstTime), LastTime = max(LastTime),
    AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp, Port, L4Protocol, DestIsInside
| where Talked == 0 and Flows >= ${pass.values.leastTries} and Hours >= ${pass.values.leastHours} and OneWayFlows * 2 <= AllowedFlows and (L4Protocol == 'T' or Denied * 2 > Flows)
| top 200 by Flows desc`,
  score: (rows) =>
    rows.map((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      const given = portOf(row, 'Port');
      const port = given === -1 ? null : given;
      const flows = numberOf(row, 'Flows');
      const denied = numberOf(row, 'Denied');
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      return {
        about: [src, dest, port],
        title: `${src} calls ${dest} on port ${printPort(port, textOf(row, 'L4Protocol'))} in vain`,
        reasons: [
          `${printCount(flows)} tries in ${counted(numberOf(row, 'Hours'), 'hour')}, ${denied > 0 ? `${printCount(denied)} of them denied` : 'none of them answered'}, and it never talked.`,
          ...blindness(sightOf([row])),
        ],
        first,
        last,
        severity: 'informational' as const,
        score: 0.2,
        confidence: 0.8,
        entities: [
          ipEntity(src, 'actor', true),
          ipEntity(dest, 'target', row['DestIsInside'] === true),
        ],
        features: { flows, denied, hours: numberOf(row, 'Hours'), port },
        evidence: { kql: flowsKql({ first, last }, [between(src, dest, port)]), rows: flows },
        magnitude: flows,
      };
    }),
  fires: [
    {
      says: 'A job asks a server that is gone twice a minute',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 8089,
          at: every(30, 2000),
          received: 0,
          packets: [3, 0],
        },
      ],
    },
  ],
  silent: [
    {
      says: 'A server was down for an hour',
      flows: [
        {
          src: '10.1.0.5',
          dest: '10.1.0.9',
          port: 8089,
          at: every(10, 300, 3600),
          received: 0,
          packets: [3, 0],
        },
        { src: '10.1.0.5', dest: '10.1.0.9', port: 8089, at: every(10, 300, 40_000) },
      ],
    },
  ],
});
