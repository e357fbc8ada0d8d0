import { ipEntity } from '#core/alert/index.ts';
import { printSeconds } from '#core/base/index.ts';
import {
  beaconConfidence,
  beaconScore,
  regularityOf,
  rhythmFeatures,
  rhythmReasons,
  standingOf,
  standingReason,
} from '../beaconing.ts';

import { conversations } from '../conversation.ts';
import { DAY, defineDetector } from '../detector.ts';
import { between, flowsKql } from '../kql.ts';
import { every, hosts } from '../sample.ts';
import { printPort } from '../services.ts';
import { BEACON_PARAMETERS, beaconKql, isKnownService } from './beacon.ts';

const SHORTEST_PERIOD = 3000;

export const slowBeacon = defineDetector({
  name: 'slow-beacon',
  title: 'Slow beacon to the internet',
  family: 'beacon',
  version: '1.0.0',
  says: 'A host calls one rarely used service outside every few hours, for days.',
  source: 'The same measures as of a beacon, over a week, for periods of an hour and more.',
  tactics: ['CommandAndControl'],
  techniques: ['T1071', 'T1029'],
  falsePositives: ['A program of one machine that asks its maker for updates a few times a day'],
  nextSteps: [
    'Find the process on the host that opens these connections, and since when it runs',
    'Ask who owns the address',
  ],
  parameters: {
    ...BEACON_PARAMETERS,
    mostEvents: {
      value: 240,
      meaning: 'Connections in the week above which the daily look sees it.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: 7 * DAY,
  every: DAY,
  candidates: (pass) => beaconKql(pass, pass.values, { mostEvents: pass.values.mostEvents }),
  score: (rows, pass) =>
    conversations(rows).flatMap((conversation) => {
      const regular = regularityOf(conversation, pass, pass.values);
      const { src, dest, port, protocol, first, last, flows } = conversation;
      if (!regular || regular.rhythm.period < SHORTEST_PERIOD) return [];
      const standing = standingOf(conversation, pass);
      if (!standing.isRare || isKnownService(conversation, standing, pass)) return [];
      const standsForMany = pass.knowledge.hasRole(src, 'proxy', 'gateway', 'dns', 'mail');
      return [
        {
          about: [src, dest, port, protocol],
          title: `${src} calls ${dest} on port ${printPort(port, protocol)} every ${printSeconds(regular.rhythm.period)}`,
          reasons: [
            ...rhythmReasons(regular, conversation),
            standingReason(standing, dest, pass.knowledge.insideHosts),
          ],
          first,
          last,
          severity:
            !standsForMany && regular.rhythm.events >= 24 ? ('medium' as const) : ('low' as const),
          score: beaconScore(regular, standing, port),
          confidence: 0.8 * beaconConfidence(regular, conversation),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            ...rhythmFeatures(regular, conversation),
            users: standing.users,
            ageDays: standing.ageDays ?? null,
            port,
          },
          evidence: { kql: flowsKql({ first, last }, [between(src, dest, port)]), rows: flows },
          magnitude: flows,
        },
      ];
    }),
  fires: [
    {
      says: 'Every four hours for six days',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(14_400, 36, -5 * 86_400, 0.1),
        },
      ],
    },
  ],
  silent: [
    {
      says: 'All machines look for updates every four hours',
      flows: hosts('10.1.0.', 1, 30).map((src, i) => ({
        src,
        dest: '203.0.113.9',
        port: 443,
        at: every(14_400, 36, -5 * 86_400 + i * 60, 0.1),
      })),
    },
  ],
});
