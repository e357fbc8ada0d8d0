import { ipEntity } from '#core/alert/index.ts';
import { printCount, printSeconds } from '#core/base/index.ts';
import {
  beaconConfidence,
  beaconScore,
  regularityOf,
  rhythmFeatures,
  rhythmReasons,
  standingOf,
} from '../beaconing.ts';

import { conversations } from '../conversation.ts';
import { DAY, defineDetector, HOUR } from '../detector.ts';
import { beforeWindow, between, flowsKql, inWindow, pastDays } from '../kql.ts';
import { instantOf, type Row, textsOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { printPort } from '../services.ts';
import { BEACON_PARAMETERS, beaconKql } from './beacon.ts';

/** Who calls so many addresses outside is no relay of one. */
const MOST_TARGETS = 20;

interface Out {
  readonly target: string;
  readonly flows: number;
  /** Nobody inside had to do with it before. */
  readonly isNew: boolean;
}

/** Addresses that a relay calls about as often as it is called: new ones first, then those whose number is nearest. */
function passedOn(row: Row, flows: number, mostTimes: number): readonly Out[] {
  const times = (out: Out) => Math.max(out.flows / flows, flows / Math.max(1, out.flows));
  return textsOf(row, 'Outs')
    .map((text): Out => {
      const [target = '', count = '0', isNew] = text.split(' ');
      return { target, flows: Number(count), isNew: isNew === 'new' };
    })
    .filter((out) => times(out) <= mostTimes)
    .sort(
      (a, b) =>
        Number(b.isNew) - Number(a.isNew) || times(a) - times(b) || (a.target < b.target ? -1 : 1),
    );
}

export const internalBeacon = defineDetector({
  name: 'internal-beacon',
  title: 'Beacon to an inside relay',
  family: 'beacon',
  version: '1.1.0',
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
let calls = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and AllowedFlows > UnansweredFlows and DestPort !in (53, 123)
  | summarize OutFlows = sum(AllowedFlows) by DestIp = SrcIp, OutDest = DestIp;
let relays = calls | summarize OutTargets = count() by DestIp | where OutTargets <= ${MOST_TARGETS} | project DestIp;
let days = PairDays | ${beforeWindow(pass)};
let heard = days | where DestIp in ((calls | where DestIp in (relays) | project OutDest)) | distinct DestIp;
let outward = calls | where DestIp in (relays) | extend IsNew = OutDest !in (heard)
  | summarize Outs = make_list(strcat(OutDest, ' ', OutFlows, iff(IsNew, ' new', ''))) by DestIp;
let met = days | where SrcIsInside and DestIsInside and DestIp in (relays) | summarize Met = min(FirstTime) by SrcIp, DestIp;
${beaconKql(pass, pass.values, { isInternal: true })}
| join kind=inner outward on DestIp
| join kind=leftouter met on SrcIp, DestIp`,
  score: (rows, pass) =>
    conversations(rows).flatMap((conversation) => {
      const { src, dest, port, protocol, first, last, flows } = conversation;
      const row = conversation.rows[0]!;
      // What a server passes on all day is its work; what it never called before today is not.
      const past = pastDays(pass);
      const isServer = pass.knowledge.hasRole(dest, 'server', 'directory', 'mail', 'dns', 'ntp');
      const out = passedOn(row, flows, pass.values.mostTimes).find(
        ({ isNew }) => !isServer || (isNew && past >= 1),
      );
      if (!out) return [];
      const { hasRole } = pass.knowledge;
      if (hasRole(src, 'monitor', 'scanner', 'backup') || hasRole(dest, 'proxy', 'gateway'))
        return [];
      const regular = regularityOf(conversation, pass, pass.values);
      if (!regular) return [];
      const standing = standingOf(conversation, pass);
      const { target } = out;
      // Monitoring calls hosts that report elsewhere too: what is as it always was, or of which no past is known, says little.
      const isNew = past >= 1 && instantOf(row, 'Met') === 0;
      return [
        {
          about: [src, dest, port],
          title: `${src} calls ${dest} inside on port ${printPort(port, protocol)} every ${printSeconds(regular.rhythm.period)}, and that calls ${target}`,
          reasons: [
            ...rhythmReasons(regular, conversation),
            `${dest} called ${target} outside ${printCount(out.flows)} times in the same day, about as often as it was called.${out.isNew && past >= 1 ? ` Nobody inside called ${target} before.` : ''}`,
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
            relayed: out.flows,
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
    {
      says: 'A server that many use passes on the calls of one of them, to an address that nobody called before today',
      flows: [
        ...hosts('10.1.0.', 20, 29).map((src) => ({
          src,
          dest: '10.1.0.6',
          port: 443,
          at: every(7200, 40, -3 * 86_400),
        })),
        { src: '10.1.0.6', dest: '198.51.100.9', port: 443, at: every(60, 5760, -3 * 86_400) },
        { src: '10.1.0.5', dest: '10.1.0.6', port: 8443, at: every(120, 200, 3600, 0.2) },
        { src: '10.1.0.6', dest: '203.0.113.9', port: 443, at: every(120, 200, 3602, 0.2) },
      ],
    },
  ],
  silent: [
    {
      says: 'A monitor looks at a host every minute, which reports to its maker as often',
      flows: [
        ...hosts('10.1.0.', 6, 16).flatMap((dest) => [
          { src: '10.1.0.5', dest, port: 9100, at: every(60, 700) },
          { src: dest, dest: '203.0.113.9', port: 443, at: every(60, 700, 10) },
        ]),
      ],
    },
    {
      says: 'A web server asks its database every minute; the database calls nobody',
      flows: [{ src: '10.1.0.5', dest: '10.1.0.6', port: 5432, at: every(60, 1000) }],
    },
  ],
});
