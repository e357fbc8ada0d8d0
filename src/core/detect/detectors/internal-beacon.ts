import { ipEntity } from '#core/alert/index.ts';
import {
  beaconConfidence,
  beaconScore,
  regularityOf,
  rhythmFeatures,
  rhythmReasons,
  standingOf,
} from '../beaconing.ts';
import { printCount, printSeconds } from '../claim.ts';
import { conversations } from '../conversation.ts';
import { DAY, defineDetector, HOUR } from '../detector.ts';
import { beforeWindow, between, flowsKql, inWindow, pastDays } from '../kql.ts';
import { instantOf, numberOf } from '../row.ts';
import { every } from '../sample.ts';
import { printPort } from '../services.ts';
import { BEACON_PARAMETERS, beaconKql } from './beacon.ts';

/** Who calls so many addresses outside is no relay of one. */
const MOST_TARGETS = 20;

export const internalBeacon = defineDetector({
  name: 'internal-beacon',
  title: 'Beacon to an inside relay',
  family: 'beacon',
  version: '1.0.0',
  says: 'A host calls another inside at even intervals, and that one calls outside about as often.',
  source:
    'The same measures as of a beacon, which RITA leaves out for inside pairs; a relay is told by what it passes on: as many calls to one address outside as it gets.',
  tactics: ['CommandAndControl'],
  techniques: ['T1090.001'],
  falsePositives: [
    'A gateway of one program only, such as a collector of telemetry: give it the role proxy',
  ],
  nextSteps: [
    'Find the processes on both hosts',
    'Look at the address that the relay calls',
    'Look for other hosts that call the relay',
  ],
  parameters: {
    ...BEACON_PARAMETERS,
    mostTimes: {
      value: 2,
      meaning:
        'How many times as often as it is called the relay may call outside, or the reverse.',
    },
  },
  reads: ['PairHours', 'PairDays'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let outward = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and AllowedFlows > UnansweredFlows and DestPort !in (53, 123)
  | summarize OutFlows = sum(AllowedFlows) by DestIp = SrcIp, OutDest = DestIp, OutPort = DestPort
  | summarize OutTargets = count(), arg_max(OutFlows, OutDest, OutPort) by DestIp;
let met = PairDays | ${beforeWindow(pass)} | where SrcIsInside and DestIsInside and DestIp in ((outward | where OutTargets <= ${MOST_TARGETS} | project DestIp))
  | summarize Met = min(FirstTime) by SrcIp, DestIp;
${beaconKql(pass, pass.values, { isInternal: true })}
| join kind=inner outward on DestIp
| join kind=leftouter met on SrcIp, DestIp`,
  score: (rows, pass) =>
    conversations(rows).flatMap((conversation) => {
      const { src, dest, port, protocol, first, last, flows } = conversation;
      const row = conversation.rows[0]!;
      const out = numberOf(row, 'OutFlows');
      const times = Math.max(out / flows, flows / Math.max(1, out));
      if (times > pass.values.mostTimes || numberOf(row, 'OutTargets') > MOST_TARGETS) return [];
      const { hasRole } = pass.knowledge;
      if (
        hasRole(src, 'monitor', 'scanner', 'backup') ||
        hasRole(dest, 'proxy', 'gateway', 'dns', 'ntp', 'directory', 'mail', 'server')
      )
        return [];
      const regular = regularityOf(conversation, pass, pass.values);
      if (!regular) return [];
      const standing = standingOf(conversation, pass);
      const target = String(row['OutDest']);
      // Monitoring calls hosts that report elsewhere too: what is as it always was, or of which no past is known, says little.
      const isNew = pastDays(pass) >= 1 && instantOf(row, 'Met') === 0;
      return [
        {
          about: [src, dest, port],
          title: `${src} calls ${dest} inside on port ${printPort(port, protocol)} every ${printSeconds(regular.rhythm.period)}, and that calls ${target}`,
          reasons: [
            ...rhythmReasons(regular, conversation),
            `${dest} called ${target} outside ${printCount(out)} times in the same day, about as often as it was called.`,
            isNew
              ? `${src} had nothing to do with ${dest} before.`
              : 'The two had to do with each other before, or the data does not go back far enough to tell.',
          ],
          first,
          last,
          severity: standing.isRare && isNew ? ('medium' as const) : ('low' as const),
          score: beaconScore(regular, standing, port) - 0.1,
          confidence: 0.7 * beaconConfidence(regular, conversation),
          entities: [
            ipEntity(src, 'actor', true),
            ipEntity(dest, 'target', true),
            ipEntity(target, 'related', false),
          ],
          features: {
            ...rhythmFeatures(regular, conversation),
            users: standing.users,
            relayed: out,
            port,
          },
          evidence: { kql: flowsKql({ first, last }, [between(src, dest, port)]), rows: flows },
          magnitude: flows,
        },
      ];
    }),
  fires: [
    {
      says: 'A host calls its neighbour every five minutes, which passes each call on',
      flows: [
        { src: '10.1.0.5', dest: '10.1.0.6', port: 8443, at: every(300, 120, 3600, 0.1) },
        { src: '10.1.0.6', dest: '203.0.113.9', port: 443, at: every(300, 120, 3602, 0.1) },
      ],
    },
  ],
  silent: [
    {
      says: 'A web server asks its database every minute; the database calls nobody',
      flows: [{ src: '10.1.0.5', dest: '10.1.0.6', port: 5432, at: every(60, 1000) }],
    },
  ],
});
